package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/decompress"
	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/narinfo"
	"github.com/rules-strata/rules_strata/go/nixlock"
	"github.com/rules-strata/rules_strata/go/store"
)

// workspaceCache is the binary cache of a workspace, in its folder cache.
const workspaceCache = "file://%workspace%/cache"

// maxReferences is how many others an object refers to, if there are as many.
const maxReferences = 10

// workspace is a generated Bazel workspace with a lock. The first two objects
// refer to no others, and are packages, as is every object that no other
// refers to.
type workspace struct {
	folder string
	signer *signer
	lock   *nixlock.Lock
	paths  []store.Path
}

const workspaceModule = `module(name = "bench")

bazel_dep(name = "rules_strata")
local_path_override(
    module_name = "rules_strata",
    path = %q,
)

nix = use_extension("@rules_strata//rules:extensions.bzl", "nix")
nix.lock(
    name = "pkgs",
    lock_file = "//:nix.lock.json",
)
use_repo(nix, "pkgs")
`

// analysedImages is how many images of all objects are analysed together.
const analysedImages = 50

// workspaceBuild has an image that is analysed before anything is measured, one
// of as many objects, one of all objects, and many of all.
const workspaceBuild = `load("@rules_strata//rules:defs.bzl", "stream_layered_image")

stream_layered_image(
    name = "warm",
    contents = ["@pkgs//:object-0"],
)

stream_layered_image(
    name = "one",
    contents = ["@pkgs//:object-1"],
)

stream_layered_image(
    name = "all",
    contents = ["@pkgs//:closure"],
)

[
    stream_layered_image(
        name = "image-%%d" %% n,
        contents = ["@pkgs//:closure"],
    )
    for n in range(%[1]d)
]

filegroup(
    name = "images",
    srcs = [":image-%%d" %% n for n in range(%[1]d)],
)
`

// newWorkspace writes a workspace into a folder, with a lock of as many objects
// and the cache that has them. It uses the rules of a repository's folder.
func newWorkspace(folder, repository string, objects int) (*workspace, error) {
	s, err := newSigner()
	if err != nil {
		return nil, err
	}
	w := &workspace{folder: folder, signer: s, lock: nixlock.New(store.DefaultDir, []string{workspaceCache}, []string{s.key.String()})}
	if err := os.MkdirAll(filepath.Join(folder, "cache", "nar"), 0o755); err != nil {
		return nil, err
	}
	random, referred := rand.New(rand.NewPCG(1, 2)), map[store.Path]bool{}
	for i := range objects {
		var references []store.Path
		if i > 1 {
			for _, r := range random.Perm(i)[:min(i, maxReferences)] {
				references = append(references, w.paths[r])
				referred[w.paths[r]] = true
			}
		}
		if err := w.add(workspacePath(i), "", references); err != nil {
			return nil, err
		}
	}
	for i, p := range w.paths {
		if i < 2 || !referred[p] {
			w.lock.Packages[fmt.Sprintf("object-%d", i)] = nixlock.Systems{nixlock.AnySystem: p}
		}
	}
	f := files{folder: folder}
	f.text("MODULE.bazel", fmt.Sprintf(workspaceModule, repository))
	f.text("BUILD.bazel", fmt.Sprintf(workspaceBuild, analysedImages))
	f.copyIfThere(".bazelversion", repository)
	return w, errors.Join(f.err, w.writeLock())
}

func workspacePath(i int) store.Path {
	name := fmt.Sprintf("object-%d", i)
	hash := sha256.Sum256([]byte(name))
	return store.Path(fmt.Sprintf("%s/%s-%s-1.0", store.DefaultDir, store.Base32(hash[:20]), name))
}

// copyIfThere copies a file of another folder, if it has it.
func (f *files) copyIfThere(name, from string) {
	text, err := os.ReadFile(filepath.Join(from, name))
	if err == nil {
		f.text(name, string(text))
	} else if f.err == nil && !errors.Is(err, os.ErrNotExist) {
		f.err = err
	}
}

// add adds an object, or replaces it: a file with its references and a text.
func (w *workspace) add(path store.Path, text string, references []store.Path) error {
	if _, known := w.lock.Objects[path]; !known {
		w.paths = append(w.paths, path)
		references = append(references, path)
	}
	slices.Sort(references)
	var content strings.Builder
	for _, r := range references {
		fmt.Fprintln(&content, r)
	}
	content.WriteString(text)
	archive, err := narOf(content.String())
	if err != nil {
		return err
	}
	hash, size := narinfo.Hash(sha256.Sum256(archive)), int64(len(archive))
	url := "nar/" + hash.Hex() + ".nar"
	w.lock.Objects[path] = nixlock.Object{
		Cache:       workspaceCache,
		Compression: decompress.None,
		FileHash:    hash.SRI(),
		FileSize:    size,
		NARHash:     hash.SRI(),
		NARSize:     size,
		References:  references,
		Signatures:  []string{w.signer.sign(path, hash, size, references)},
		URL:         url,
	}
	return os.WriteFile(filepath.Join(w.folder, "cache", url), archive, 0o644)
}

// narOf is the NAR of a file.
func narOf(content string) ([]byte, error) {
	var b bytes.Buffer
	out := nar.NewWriter(&b)
	if err := out.WriteHeader(nar.Entry{Type: nar.Regular, Size: int64(len(content))}); err != nil {
		return nil, err
	}
	if _, err := out.Write([]byte(content)); err != nil {
		return nil, err
	}
	err := out.Close()
	return b.Bytes(), err
}

func (w *workspace) writeLock() error {
	text, err := w.lock.Marshal()
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(w.folder, "nix.lock.json"), text, 0o644)
}

// change gives the object in the middle of the lock other content, one for
// each number.
func (w *workspace) change(number int) error {
	path := w.paths[len(w.paths)/2]
	if err := w.add(path, fmt.Sprintf("change %d\n", number), w.lock.Objects[path].References); err != nil {
		return err
	}
	return w.writeLock()
}
