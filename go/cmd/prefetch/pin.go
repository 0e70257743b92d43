package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/rules-strata/rules_strata/go/modulefile"
)

// pin has the attributes of a tag pull.image; empty ones are left out.
type pin struct {
	Name           string `json:"name"`
	ImageName      string `json:"image_name"`
	ImageDigest    string `json:"image_digest"`
	OS             string `json:"os,omitempty"`
	Arch           string `json:"arch,omitempty"`
	Variant        string `json:"variant,omitempty"`
	FinalImageName string `json:"final_image_name,omitempty"`
	FinalImageTag  string `json:"final_image_tag,omitempty"`
	// TLSVerify is nil where TLS is used.
	TLSVerify *bool `json:"tls_verify,omitempty"`
}

// attributes are all but the name.
func (p pin) attributes() []modulefile.Attribute {
	var all []modulefile.Attribute
	for _, a := range []struct{ name, value string }{
		{"image_name", p.ImageName}, {"image_digest", p.ImageDigest}, {"os", p.OS}, {"arch", p.Arch}, {"variant", p.Variant},
		{"final_image_name", p.FinalImageName}, {"final_image_tag", p.FinalImageTag},
	} {
		if a.value != "" {
			all = append(all, modulefile.Attribute{Name: a.name, Value: a.value})
		}
	}
	if p.TLSVerify != nil {
		all = append(all, modulefile.Attribute{Name: "tls_verify", Value: *p.TLSVerify})
	}
	return all
}

// writeTag writes the lines for MODULE.bazel.
func (p pin) writeTag(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s = use_extension(\"@%s%s\", %q)\n", pull.Name, pull.Module, pull.File, pull.Name)
	fmt.Fprintf(&b, "%s.%s(\n    name = %q,\n", pull.Name, imageTag, p.Name)
	for _, a := range p.attributes() {
		fmt.Fprintf(&b, "    %s,\n", a)
	}
	fmt.Fprintf(&b, ")\nuse_repo(%s, %q)\n", pull.Name, p.Name)
	_, err := io.WriteString(w, b.String())
	return err
}

func writeJSON(w io.Writer, value any) error {
	data, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", data)
	return err
}
