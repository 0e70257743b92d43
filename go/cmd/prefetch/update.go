package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/modulefile"
)

// pull is the module extension, and imageTag its tag class.
var pull = modulefile.Extension{Module: "rules_strata", File: "//rules:extensions.bzl", Name: "pull"}

const imageTag = "image"

// moduleUpdate is a change of MODULE.bazel under way.
type moduleUpdate struct {
	module *modulefile.Module
	// tag is what is there; nil if it is to be added.
	tag *modulefile.Tag
}

// openModule reads the file that is to be changed, nil if none is. What the
// command line does not say of the image, the tag that is there does.
func (c *prefetch) openModule(r *request) (*moduleUpdate, error) {
	if !c.Update {
		return nil, nil
	}
	file := moduleFile(c.ModuleFile)
	module, err := modulefile.Read(file)
	if err != nil {
		return nil, err
	}
	tag, err := module.Tag(pull, imageTag, r.repository)
	if err != nil {
		return nil, err
	}
	u := &moduleUpdate{module: module, tag: tag}
	switch {
	case tag != nil:
		return u, u.complete(c, r)
	case r.name == "":
		return nil, fmt.Errorf("%s: no tag pull.image(name = %q): name the image: prefetch IMAGE --name %s --update", file, r.repository, r.repository)
	}
	return u, nil
}

// moduleFile is the file.
func moduleFile(path string) string {
	if path == "" {
		return filepath.Join(os.Getenv("BUILD_WORKSPACE_DIRECTORY"), modulefile.Base)
	}
	return command.FromWorkingDirectory(path)
}

// updated is what --json prints: the tag as it is in the file now.
type updated struct {
	pin
	ModuleFile string `json:"module_file"`
	Line       int    `json:"line"`
	Change     string `json:"change"`
}

// Words for what became of the tag.
const (
	tagAdded   = "added"
	tagChanged = "changed"
	tagSame    = "already up to date"
)

// write changes the file and says what became of it.
func (u *moduleUpdate) write(c *prefetch, p pin, r request, isIndex bool, std *command.Streams) error {
	attributes, change := p.attributes(), tagAdded
	if u.tag != nil {
		attributes, change = u.differing(c.said(p, isIndex)), tagChanged
	}
	edit, err := u.edit(p.Name, attributes)
	if err == nil {
		err = edit.Write()
	}
	if err != nil {
		return fmt.Errorf("%w: the digest is %s", err, p.ImageDigest)
	}
	if !edit.Changed() {
		change = tagSame
	}
	if change == tagChanged {
		u.remark(c, r, std)
	}
	if c.JSON {
		return writeJSON(std.Out, updated{pin: pinOf(edit.Tag, p.Name), ModuleFile: edit.Path, Line: edit.Tag.Line(), Change: change})
	}
	if change == tagChanged {
		var lines []string
		for _, a := range attributes {
			lines = append(lines, a.String())
		}
		change += ": " + strings.Join(lines, ", ")
	}
	_, err = fmt.Fprintf(std.Out, "%s: %s: %s\n", edit.Tag.Position(), p.Name, change)
	return err
}

// remark says that the image keeps the tag that it has here, though another of
// the registry's was asked for.
func (u *moduleUpdate) remark(c *prefetch, r request, std *command.Streams) {
	here, known := u.finalTag()
	if !c.Quiet && c.FinalImageTag == "" && r.tag != "" && known && here != r.tag {
		fmt.Fprintf(std.Err, "final_image_tag of %s stays %s: --final-image-tag %s changes it too\n", r.repository, here, r.tag)
	}
}

func (u *moduleUpdate) edit(name string, attributes []modulefile.Attribute) (*modulefile.Edit, error) {
	if u.tag == nil {
		return u.module.Add(pull, imageTag, name, attributes)
	}
	return u.module.Set(u.tag, attributes)
}

// differing are those that the tag has not, or with another value.
func (u *moduleUpdate) differing(attributes []modulefile.Attribute) []modulefile.Attribute {
	return slices.DeleteFunc(attributes, u.tag.Has)
}

// pinOf is what a tag says.
func pinOf(t *modulefile.Tag, name string) pin {
	p := pin{Name: name}
	for attribute, value := range map[string]*string{
		"image_name": &p.ImageName, "image_digest": &p.ImageDigest, "os": &p.OS, "arch": &p.Arch, "variant": &p.Variant,
		"final_image_name": &p.FinalImageName, "final_image_tag": &p.FinalImageTag,
	} {
		*value, _ = t.Text(attribute)
	}
	if t.IsFalse("tls_verify") {
		p.TLSVerify = new(bool)
	}
	return p
}

// said are the attributes of a tag that is there which the command line or the
// registry says.
func (c *prefetch) said(p pin, isIndex bool) []modulefile.Attribute {
	var all []modulefile.Attribute
	for _, a := range []struct {
		said        bool
		name, value string
	}{
		{true, "image_digest", p.ImageDigest},
		{isIndex && c.OS != "", "os", c.OS},
		{isIndex && c.Arch != "", "arch", c.Arch},
		{isIndex && c.Variant != "", "variant", c.Variant},
		{c.FinalImageName != "", "final_image_name", c.FinalImageName},
		{c.FinalImageTag != "", "final_image_tag", c.FinalImageTag},
	} {
		if a.said {
			all = append(all, modulefile.Attribute{Name: a.name, Value: a.value})
		}
	}
	if c.Insecure {
		all = append(all, modulefile.Attribute{Name: "tls_verify", Value: false})
	}
	return all
}
