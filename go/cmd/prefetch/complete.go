package main

import (
	"cmp"
	"fmt"

	"github.com/rules-strata/rules_strata/go/reference"
	"github.com/rules-strata/rules_strata/go/registry"
)

// complete takes what the command line does not say of the image from the tag.
func (u *moduleUpdate) complete(c *prefetch, r *request) error {
	imageName, ok := u.tag.Text("image_name")
	if !ok {
		return fmt.Errorf("%s: %s: no image_name is written out there: write it", u.tag.Position(), u.tag)
	}
	r.insecure = r.insecure || u.tag.IsFalse("tls_verify")
	named := r.name != ""
	if !named {
		r.name = imageName
	}
	same, err := sameRepository(r.name, imageName, r.insecure)
	if err != nil {
		return err
	}
	if !same {
		return fmt.Errorf("%s: %s is of %s, not of %s: give --name for a tag of its own, or change image_name there", u.tag.Position(), u.tag, imageName, r.name)
	}
	r.name = imageName
	for _, a := range []struct {
		name  string
		value *string
	}{{"os", &r.platform.OS}, {"arch", &r.platform.Architecture}, {"variant", &r.platform.Variant}} {
		if *a.value == "" {
			*a.value, _ = u.tag.Text(a.name)
		}
	}
	r.platform.Architecture = cmp.Or(r.platform.Architecture, c.machine)
	if r.tag == "" && r.digest == "" {
		return u.mustName(c, *r, named)
	}
	return nil
}

// mustName is an error where nobody has said which tag the registry has the
// image under. What it is called here, final_image_tag, may be another. An image
// that is named without a tag is the latest, where nothing here contradicts.
func (u *moduleUpdate) mustName(c *prefetch, r request, named bool) error {
	here, known := u.finalTag()
	if named && here == reference.DefaultTag {
		return nil
	}
	suggested, condition := "TAG", ""
	if known && u.tag.Sets("final_image_tag") {
		suggested = here
		condition = fmt.Sprintf(" if the registry too calls it %s, which is its final_image_tag, else another tag in its place", here)
	}
	again := fmt.Sprintf("prefetch %s:%s --name %s --update", r.name, suggested, r.repository)
	if c.ModuleFile != "" {
		again += " --module-file " + c.ModuleFile
	}
	return fmt.Errorf("%s: %s does not say which tag of %s is meant: %s%s", u.tag.Position(), u.tag, r.name, again, condition)
}

// finalTag is the image's tag once it is here; known is false if it is not
// written out.
func (u *moduleUpdate) finalTag() (tag string, known bool) {
	if !u.tag.Sets("final_image_tag") {
		return reference.DefaultTag, true
	}
	return u.tag.Text("final_image_tag")
}

func sameRepository(a, b string, insecure bool) (bool, error) {
	first, err := registry.ParseReference(a, insecure)
	if err != nil {
		return false, err
	}
	second, err := registry.ParseReference(b, insecure)
	if err != nil {
		return false, err
	}
	return first.Context().Name() == second.Context().Name(), nil
}
