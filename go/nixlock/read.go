package nixlock

import (
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/rules-strata/rules_strata/go/decompress"
	"github.com/rules-strata/rules_strata/go/store"
)

// Read reads the lock in a file and checks that it is whole: every reference
// and every package is an object of it. Whether the objects can be trusted is
// for Verify.
func Read(file string) (*Lock, error) {
	return readWith(file, Parse)
}

// ReadPackages reads the lock in a file without its objects, which may be
// damaged.
func ReadPackages(file string) (*Lock, error) {
	return readWith(file, func(data []byte) (*Lock, error) {
		l, err := parse(data)
		if err == nil {
			l.Objects = map[store.Path]Object{}
			err = l.checkSettings()
		}
		if err == nil {
			err = l.checkPackages(func(p store.Path) error {
				_, err := store.ParsePath(l.StoreDir, string(p))
				return err
			})
		}
		return l, err
	})
}

func readWith(file string, parse func([]byte) (*Lock, error)) (*Lock, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	l, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return l, nil
}

// Parse reads the bytes of a lock as Read does.
func Parse(data []byte) (*Lock, error) {
	l, err := parse(data)
	if err == nil {
		err = l.check()
	}
	if err != nil {
		return nil, err
	}
	return l, nil
}

func parse(data []byte) (*Lock, error) {
	tree, err := parseTree(data)
	if err != nil {
		return nil, err
	}
	root := node{value: tree, err: &err}
	if object, ok := tree.(map[string]any); !ok || object["objects"] == nil || object["version"] == nil {
		return nil, fmt.Errorf("not a lock of Nix packages: write one with nix_lock")
	}
	if version := root.object()["version"]; version.number() != Version && err == nil {
		return nil, fmt.Errorf("version %v, want %d: it was written by another release of rules_strata", version.value, Version)
	}
	l := fromTree(root)
	return l, err
}

func fromTree(root node) *Lock {
	fields := root.fields([]string{"caches", "objects", "packages", "store_dir", "trusted_public_keys", "version"}, []string{"$schema"})
	if *root.err != nil {
		return nil
	}
	l := &Lock{
		Caches:            fields["caches"].texts(),
		Objects:           map[store.Path]Object{},
		Packages:          map[string]Systems{},
		StoreDir:          fields["store_dir"].text(),
		TrustedPublicKeys: fields["trusted_public_keys"].texts(),
		Version:           Version,
	}
	if schema, ok := fields["$schema"]; ok {
		l.Schema = schema.text()
	}
	for path, n := range sortedFields(fields["objects"]) {
		l.Objects[store.Path(path)] = objectFromTree(n)
	}
	for name, n := range sortedFields(fields["packages"]) {
		l.Packages[name] = Systems{}
		for system, n := range sortedFields(n) {
			l.Packages[name][system] = store.Path(n.text())
		}
	}
	return l
}

// sortedFields gives the values of an object in the order of their names, so
// that the first error is always the same.
func sortedFields(n node) func(yield func(string, node) bool) {
	fields := n.object()
	return func(yield func(string, node) bool) {
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			if *n.err != nil || !yield(name, fields[name]) {
				return
			}
		}
	}
}

func objectFromTree(n node) Object {
	fields := n.fields(
		[]string{"cache", "compression", "file_hash", "file_size", "nar_hash", "nar_size", "references", "url"},
		[]string{"content_address", "signatures"})
	if *n.err != nil {
		return Object{}
	}
	o := Object{
		Cache:       fields["cache"].text(),
		Compression: decompress.Format(fields["compression"].text()),
		FileHash:    fields["file_hash"].text(),
		FileSize:    fields["file_size"].number(),
		NARHash:     fields["nar_hash"].text(),
		NARSize:     fields["nar_size"].number(),
		References:  []store.Path{},
		URL:         fields["url"].text(),
	}
	for _, r := range fields["references"].texts() {
		o.References = append(o.References, store.Path(r))
	}
	if address, ok := fields["content_address"]; ok {
		o.ContentAddress = address.text()
	}
	if signatures, ok := fields["signatures"]; ok {
		o.Signatures = signatures.texts()
	}
	return o
}
