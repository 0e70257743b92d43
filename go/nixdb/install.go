package nixdb

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/rules-strata/rules_strata/go/scriptfs"
	"github.com/rules-strata/rules_strata/go/store"
)

// stateDirectories are the directories that Nix makes in nix/var/nix, each
// after the one that it is in.
var stateDirectories = []string{"db", "gcroots", "gcroots/docker", "gcroots/per-user", "profiles", "profiles/per-user", "temproots"}

// Install puts the database of the registrations below root, the directory of
// the tree that is the image's "/": nix/var/nix with the database, and in
// gcroots/docker a link to each of roots, by which a garbage collection in the
// image keeps them. Directories that are there are taken as they are.
//
// Nix also makes db/reserved, 8 MiB that it gives up when a disk is full; it
// is left out, and Nix makes it again when it can.
func Install(tree *scriptfs.FS, root string, registrations []Registration, roots []store.Path, registrationTime int64) error {
	if err := install(tree, strings.TrimSuffix(root, "/"), registrations, roots, registrationTime); err != nil {
		return fmt.Errorf("make the Nix database: %w", err)
	}
	return nil
}

func install(tree *scriptfs.FS, root string, registrations []Registration, roots []store.Path, registrationTime int64) error {
	state := root + "/nix/var/nix/"
	for _, directory := range []string{root + "/nix", root + "/nix/var", root + "/nix/var/nix"} {
		if err := makeDirectory(tree, directory); err != nil {
			return err
		}
	}
	for _, directory := range stateDirectories {
		if err := makeDirectory(tree, state+directory); err != nil {
			return err
		}
	}
	for _, path := range roots {
		link := state + "gcroots/docker/" + path.Base()
		if text, err := tree.Readlink(link); err == nil && text == string(path) {
			continue
		}
		if err := tree.Symlink(string(path), link); err != nil {
			return err
		}
	}
	return errors.Join(
		makeFile(tree, state+"db/big-lock", 0o600, func(io.Writer) error { return nil }),
		makeFile(tree, state+"db/schema", 0o644, func(w io.Writer) error {
			_, err := io.WriteString(w, SchemaVersion)
			return err
		}),
		makeFile(tree, state+"db/db.sqlite", 0o644, func(w io.Writer) error { return Write(w, registrations, registrationTime) }),
	)
}

func makeDirectory(tree *scriptfs.FS, path string) error {
	if info, err := tree.Stat(path); err == nil && info.Type == scriptfs.Directory {
		return nil
	}
	return tree.Mkdir(path, 0o755)
}

func makeFile(tree *scriptfs.FS, path string, mode uint32, write func(w io.Writer) error) error {
	f, err := tree.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
