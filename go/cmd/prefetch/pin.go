package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
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
	PlainHTTP      bool   `json:"-"`
}

// repositoryName is the last component of an image's name, as a name that a
// repository can have.
func repositoryName(imageName string) string {
	base := imageName[strings.LastIndexByte(imageName, '/')+1:]
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", r) {
			return r
		}
		return '_'
	}, base)
}

// writeTag writes the lines for MODULE.bazel.
func (p pin) writeTag(w io.Writer) error {
	var b strings.Builder
	b.WriteString("pull = use_extension(\"@rules_strata//rules:extensions.bzl\", \"pull\")\npull.image(\n")
	for _, a := range []struct{ name, value string }{
		{"name", p.Name}, {"image_name", p.ImageName}, {"image_digest", p.ImageDigest}, {"os", p.OS}, {"arch", p.Arch}, {"variant", p.Variant},
		{"final_image_name", p.FinalImageName}, {"final_image_tag", p.FinalImageTag},
	} {
		if a.value != "" {
			fmt.Fprintf(&b, "    %s = %q,\n", a.name, a.value)
		}
	}
	if p.PlainHTTP {
		b.WriteString("    tls_verify = False,\n")
	}
	fmt.Fprintf(&b, ")\nuse_repo(pull, %q)\n", p.Name)
	_, err := io.WriteString(w, b.String())
	return err
}

// writeJSON writes the attributes as one JSON object.
func (p pin) writeJSON(w io.Writer) error {
	attributes := struct {
		pin
		TLSVerify *bool `json:"tls_verify,omitempty"`
	}{pin: p}
	if p.PlainHTTP {
		attributes.TLSVerify = new(bool)
	}
	data, err := json.MarshalIndent(attributes, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", data)
	return err
}
