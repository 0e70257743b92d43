// Package derivation reads and writes store derivations: how Nix is to build
// a store object, from which inputs, with which program, in which environment.
//
// It follows the chapters "Store Derivation and Deriving Path" and "Derivation
// ATerm Format" of the Nix manual, and for JSON what `nix derivation show` of
// Nix 2.8 to 2.34 writes. Derivations of dynamic derivations are refused.
package derivation

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rules-strata/rules_strata/go/store"
)

// MaxSize is the largest number of bytes that a derivation may have.
const MaxSize = 64 << 20

// structuredAttrsName is the variable in which a .drv has structured
// attributes.
const structuredAttrsName = "__json"

// Derivation is a store derivation. Strings are bytes as Nix has them, which
// need not be UTF-8.
type Derivation struct {
	// Name is the name of the derivation, "hello-2.12".
	Name string
	// Outputs has the outputs by name; "out" is the usual one.
	Outputs map[string]Output
	// InputDrvs has the derivations that are built before, and the names of
	// those of their outputs that are used, sorted.
	InputDrvs map[store.Path][]string
	// InputSrcs has the other store objects that are used, sorted.
	InputSrcs []store.Path
	// System is what the builder runs on, "x86_64-linux".
	System string
	// Builder is the program that builds, Args are its arguments.
	Builder string
	Args    []string
	// Env is the builder's environment, without the structured attributes.
	Env map[string]string
	// StructuredAttrs is a JSON object as Nix writes it, "" without structured
	// attributes.
	StructuredAttrs string
}

// Output is an output of a derivation.
type Output struct {
	// Path is "" when it is known only after the build.
	Path store.Path
	// HashAlgo and Hash are those of a .drv: "r:sha256" and base 16, or "" and
	// "".
	HashAlgo, Hash string
}

// kind says what Nix takes a derivation with this output for.
func (o Output) kind() Kind {
	switch {
	case o.HashAlgo == "" && o.Path == "":
		return Deferred
	case o.HashAlgo == "":
		return InputAddressed
	case o.Hash == "":
		return ContentAddressed
	case o.Hash == impureHash:
		return Impure
	}
	return FixedOutput
}

// OutputNames has the names of the outputs, sorted.
func (d *Derivation) OutputNames() []string { return slices.Sorted(maps.Keys(d.Outputs)) }

// check refuses what Nix would refuse in a derivation as a whole.
func (d *Derivation) check() error {
	if len(d.Outputs) == 0 {
		return errors.New("no outputs: a derivation has at least one")
	}
	names := d.OutputNames()
	for _, name := range names {
		if err := d.checkOutput(name); err != nil {
			return fmt.Errorf("output %q: %w", name, err)
		}
		if kind := d.Outputs[name].kind(); kind != d.Kind() {
			return fmt.Errorf("output %q is %v, but %q is %v: all outputs of a derivation are of one kind", name, kind, names[0], d.Kind())
		}
	}
	for path, outputs := range d.InputDrvs {
		for _, name := range outputs {
			if !validName(name) {
				return fmt.Errorf("the output %q of %s: the name is not made of letters, digits and +-._?=", name, path)
			}
		}
	}
	_, err := d.attrs()
	return err
}

func (d *Derivation) checkOutput(name string) error {
	if !validName(name) {
		return errors.New("the name is not made of letters, digits and +-._?=")
	}
	o := d.Outputs[name]
	kind := o.kind()
	switch {
	case !isHash(o.HashAlgo) || !isHash(o.Hash):
		return fmt.Errorf("%q and %q are not an algorithm and a hash", o.HashAlgo, o.Hash)
	case o.HashAlgo == "" && o.Hash != "":
		return errors.New("a hash without its algorithm")
	case kind == FixedOutput && name != "out":
		return errors.New(`a fixed output is named "out"`)
	case kind == FixedOutput && o.Path == "":
		return errors.New("a fixed output has a path")
	case (kind == ContentAddressed || kind == Impure) && o.Path != "":
		return fmt.Errorf("the path of an output that is %v is not known beforehand", kind)
	}
	return nil
}

// isHash says whether s can be an algorithm or a hash.
func isHash(s string) bool {
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789:") == ""
}

// attrs are the structured attributes.
func (d *Derivation) attrs() (map[string]json.RawMessage, error) {
	if d.StructuredAttrs == "" {
		return nil, nil
	}
	if !utf8.ValidString(d.StructuredAttrs) {
		return nil, errors.New("the structured attributes are not UTF-8")
	}
	var attrs map[string]json.RawMessage
	if err := json.Unmarshal([]byte(d.StructuredAttrs), &attrs); err != nil {
		return nil, fmt.Errorf("the structured attributes are not a JSON object: %w", err)
	}
	if attrs == nil {
		return nil, errors.New("the structured attributes are not a JSON object, but null")
	}
	return attrs, nil
}

// setName takes the name from the attributes, where Nix puts it.
func (d *Derivation) setName() error {
	attrs, err := d.attrs()
	if err != nil {
		return err
	}
	d.Name = d.Env["name"]
	if name, ok := attrs["name"]; ok {
		if err := json.Unmarshal(name, &d.Name); err != nil {
			return fmt.Errorf("the structured attribute name: %w", err)
		}
	}
	return d.checkName()
}

func (d *Derivation) checkName() error {
	if !validName(d.Name) {
		return fmt.Errorf("the name %q is not made of letters, digits and +-._?=", d.Name)
	}
	return nil
}

// validName says whether s can be the name of a derivation or an output.
func validName(s string) bool {
	for i := range len(s) {
		if !store.IsNameByte(s[i]) {
			return false
		}
	}
	return s != ""
}

// parseDrvPath checks that s is the store path of a derivation.
func parseDrvPath(s string) (store.Path, error) {
	path, err := store.ParseAnyPath(s)
	if err == nil && !strings.HasSuffix(s, ".drv") {
		err = fmt.Errorf("%q is not a derivation: its name does not end in .drv", s)
	}
	return path, err
}

// checkSize refuses data that no derivation needs.
func checkSize(data []byte) error {
	if len(data) > MaxSize {
		return fmt.Errorf("%d bytes, at most %d are allowed", len(data), MaxSize)
	}
	return nil
}
