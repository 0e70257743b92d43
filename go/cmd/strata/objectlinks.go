package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/rules-strata/rules_strata/go/certificate"
	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/objectlink"
	"github.com/rules-strata/rules_strata/go/outfile"
	"github.com/rules-strata/rules_strata/go/storeview"
)

// objectLinksCmd is "strata object-links".
type objectLinksCmd struct {
	To           command.Object   `required:"" placeholder:"STORE_PATH=LISTING" help:"The object to link to, and its listing."`
	Label        string           `required:"" help:"What messages call that object."`
	Linked       []command.Object `sep:"none" placeholder:"STORE_PATH=LISTING" help:"An object that links of it may lead to, and its listing. Repeatable."`
	Program      []linkFlag       `sep:"none" placeholder:"PATH=TARGET" help:"A link to a program of the object. Repeatable; of several targets for one path the first that is there is taken."`
	File         []linkFlag       `sep:"none" placeholder:"PATH=TARGET" help:"A link to a file of the object. Repeatable."`
	Directory    []linkFlag       `sep:"none" placeholder:"PATH=TARGET" help:"A link to a directory of the object. Repeatable."`
	Certificates *command.Object  `placeholder:"STORE_PATH=SOURCE" help:"The object itself: the files that are linked to must hold certificates."`
	StoreDir     string           `default:"/nix/store" placeholder:"DIR" help:"Store directory of all objects (default ${default})."`
	Out          string           `required:"" placeholder:"FILE" help:"Where the NAR of the object with the links goes."`
}

// linkFlag is a link: where it stands and what it leads to.
type linkFlag struct{ path, target string }

// UnmarshalText splits PATH=TARGET.
func (f *linkFlag) UnmarshalText(text []byte) error {
	path, target, ok := strings.Cut(string(text), "=")
	if !ok || path == "" {
		return fmt.Errorf("%q is not PATH=TARGET", text)
	}
	*f = linkFlag{path, target}
	return nil
}

// Help describes the step.
func (objectLinksCmd) Help() string {
	return "Makes an object of links to files of another one, which must be there."
}

// Run writes the output.
func (c *objectLinksCmd) Run() error {
	view, err := listings(c.StoreDir, append(c.Linked, c.To))
	if err != nil {
		return err
	}
	entries, places, err := objectlink.Make(objectlink.Object{Path: c.To.Path, Label: c.Label, View: view}, c.links())
	if err != nil {
		return err
	}
	if c.Certificates != nil {
		if err := c.checkCertificates(places); err != nil {
			return err
		}
	}
	return writeLinks(c.Out, entries)
}

func (c *objectLinksCmd) links() []objectlink.Link {
	var links []objectlink.Link
	for _, list := range []struct {
		flags []linkFlag
		kind  objectlink.Kind
	}{{c.Program, objectlink.Program}, {c.File, objectlink.File}, {c.Directory, objectlink.Directory}} {
		for _, f := range list.flags {
			if last := len(links) - 1; last >= 0 && links[last].Path == f.path {
				links[last].Targets = append(links[last].Targets, f.target)
				continue
			}
			links = append(links, objectlink.Link{Path: f.path, Targets: []string{f.target}, Kind: list.kind})
		}
	}
	return links
}

// checkCertificates reads those of the files that are in the object.
func (c *objectLinksCmd) checkCertificates(places []storeview.Place) error {
	o, err := object.Open(c.Certificates.Path, c.Certificates.File)
	if err != nil {
		return err
	}
	defer o.Close()
	checked := map[string]bool{}
	for _, p := range places {
		if p.Object != c.Certificates.Path || checked[p.Path] {
			continue
		}
		checked[p.Path] = true
		if err := checkMember(o, p.Within()); err != nil {
			return fmt.Errorf("%s: %s: %w", c.Label, p.Within(), err)
		}
	}
	return nil
}

func checkMember(o *object.Object, at string) error {
	entries := o.Entries()
	for i := range entries {
		if entries[i].Path != at {
			continue
		}
		r, err := o.OpenFile(&entries[i])
		if err != nil {
			return err
		}
		defer r.Close()
		return certificate.Check(r)
	}
	return errors.New("it is in the listing, and not in the object")
}

// certificatesCmd is "strata certificates".
type certificatesCmd struct {
	File  string `required:"" placeholder:"FILE" help:"The bundle, PEM."`
	Label string `required:"" help:"What messages call it."`
	Out   string `required:"" placeholder:"FILE" help:"Where the bundle goes when it is right."`
}

// Help describes the step.
func (certificatesCmd) Help() string {
	return "Checks a bundle of certificates, and copies it."
}

// Run writes the output.
func (c *certificatesCmd) Run() error {
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := certificate.Check(f); err != nil {
		return fmt.Errorf("%s: %w", c.Label, err)
	}
	data, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	return outfile.Write(c.Out, data)
}
