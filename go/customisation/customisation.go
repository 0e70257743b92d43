// Package customisation makes the top layer of an image, the links to its
// contents and what scripts make of them: the same tree as dockerTools'
// customisation layer, in the tar dialect of the store layers and with the
// image's time.
package customisation

import (
	"archive/tar"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
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
	// maxTarget is the largest number of bytes in a link's text, as on Linux.
	maxTarget = 4095
	// version is that of references.json.
	version = jsonfile.Version
)

// Write writes the tree as a tar to w: names begin with "./", every directory
// comes before what is in it. mtime is in seconds since 1970. Directories are
// 0755 and root's but for those given.
func Write(w io.Writer, tree []symlinkjoin.Entry, mtime int64, directories ...Directory) (layer.Metadata, error) {
	if err := CheckDirectories(tree, directories); err != nil {
		return layer.Metadata{}, err
	}
	own := map[string]Directory{}
	for _, d := range directories {
		own[d.Path] = d
	}
	digest := sha256.New()
	size := &counter{}
	t := layer.NewTarWriter(io.MultiWriter(w, digest, size))
	for _, e := range tree {
		if err := checkName(e.Path); err != nil {
			return layer.Metadata{}, err
		}
		h := layer.Header{Name: "./" + e.Path, Type: tar.TypeDir, Mode: directoryMode, MTime: mtime}
		if d, ok := own[e.Path]; ok {
			h.Mode, h.UID, h.GID = int64(d.Mode), d.UID, d.GID
		}
		if len(e.Target) > maxTarget {
			return layer.Metadata{}, fmt.Errorf("the link at %.100q leads to a path of %d bytes, at most %d are possible: shorten the path in the object",
				"/"+e.Path, len(e.Target), maxTarget)
		}
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
// layer's links mention.
type References struct {
	StorePaths []store.Path `json:"store_paths"`
	Version    int          `json:"version"`
}

// ReferencesOf lists the store paths below storeDir that the tree's links lead
// to, lead through or have in their texts, sorted.
func ReferencesOf(tree []symlinkjoin.Entry, storeDir string) References {
	storeDir = path.Clean(storeDir)
	found := map[store.Path]bool{}
	for _, e := range tree {
		addSteps(found, e, storeDir)
		addMentions(found, e.Target, storeDir+"/")
	}
	return References{StorePaths: sorted(found), Version: version}
}

func sorted(found map[store.Path]bool) []store.Path {
	paths := slices.AppendSeq([]store.Path{}, maps.Keys(found))
	slices.Sort(paths)
	return paths
}

// addSteps adds the store paths on a link's way, one name after the other.
func addSteps(found map[store.Path]bool, e symlinkjoin.Entry, storeDir string) {
	at := "/"
	if !path.IsAbs(e.Target) {
		at = path.Dir("/" + e.Path)
	}
	for name := range strings.SplitSeq(e.Target, "/") {
		at = path.Join(at, name)
		// Most steps are elsewhere, and an error for each would take longer than all
		// else.
		if path.Dir(at) != storeDir {
			continue
		}
		if p, err := store.ParsePath(storeDir, at); err == nil {
			found[p] = true
		}
	}
}

// addMentions adds the store paths that stand anywhere in a text, as Nix finds
// references.
func addMentions(found map[store.Path]bool, text, prefix string) {
	for {
		_, rest, ok := strings.Cut(text, prefix)
		if !ok {
			return
		}
		end := 0
		for end < len(rest) && store.IsNameByte(rest[end]) {
			end++
		}
		if p, err := store.ParseAnyPath(prefix + rest[:end]); err == nil {
			found[p] = true
		}
		text = rest
	}
}

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return len(p), nil
}
