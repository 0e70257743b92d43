// Package customisation makes the top layer of an image, the links to its
// contents: the same tree as dockerTools' customisation layer, in the tar
// dialect of the store layers, owned by 0:0 and with the image's time.
package customisation

import (
	"archive/tar"
	"crypto/sha256"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/store"
	"github.com/rules-strata/rules_strata/go/symlinkjoin"
)

const (
	directoryMode = 0o755
	linkMode      = 0o777
)

// Write writes the tree as a tar to w: names begin with "./", every directory
// comes before what is in it. mtime is in seconds since 1970.
func Write(w io.Writer, tree []symlinkjoin.Entry, mtime int64) (layer.Metadata, error) {
	digest := sha256.New()
	size := &counter{}
	t := layer.NewTarWriter(io.MultiWriter(w, digest, size))
	for _, e := range tree {
		h := layer.Header{Name: "./" + e.Path, Type: tar.TypeDir, Mode: directoryMode, MTime: mtime}
		if e.Target != "" {
			h.Type, h.Mode, h.Linkname = tar.TypeSymlink, linkMode, e.Target
		}
		if err := t.WriteHeader(&h); err != nil {
			return layer.Metadata{}, err
		}
	}
	if err := t.Close(); err != nil {
		return layer.Metadata{}, err
	}
	return layer.Metadata{
		Version:    jsonfile.Version,
		DiffID:     fmt.Sprintf("sha256:%x", digest.Sum(nil)),
		Size:       size.n,
		Entries:    len(tree),
		StorePaths: []store.Path{},
	}, nil
}

// References is the content of references.json: the store paths that the
// layer's links lead to.
type References struct {
	StorePaths []store.Path `json:"store_paths"`
	Version    int          `json:"version"`
}

// ReferencesOf lists the store paths below storeDir that the tree's links lead
// to, sorted.
func ReferencesOf(tree []symlinkjoin.Entry, storeDir string) References {
	found := map[store.Path]bool{}
	for _, e := range tree {
		rest, ok := strings.CutPrefix(path.Clean(e.Target), storeDir+"/")
		if !ok {
			continue
		}
		base, _, _ := strings.Cut(rest, "/")
		if p, err := store.ParsePath(storeDir, storeDir+"/"+base); err == nil {
			found[p] = true
		}
	}
	paths := make([]store.Path, 0, len(found))
	for p := range found {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	return References{StorePaths: paths, Version: jsonfile.Version}
}

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}
