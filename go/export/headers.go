package export

import (
	"archive/tar"
	"fmt"
	"io"
	"slices"

	"github.com/rules-strata/rules_strata/go/imagetree"
	"github.com/rules-strata/rules_strata/go/layer"
)

// The limits of Linux file systems, in bytes.
const (
	maxName = 255
	maxPath = 4096
)

// headers writes everything but the contents of files.
type headers struct {
	out *gaps
	tar *layer.TarWriter
	// shared has the inodes of several names, with the first of them once that
	// is written.
	shared map[*imagetree.Inode]string
	// places are those of the contents, by layer.
	places [][]place
}

// writeHeaders gives the places of the files' contents by the layers that they
// are from, each layer's in the order of its entries.
func writeHeaders(out io.WriterAt, root *imagetree.Node, layers int) ([][]place, error) {
	g := &gaps{out: out}
	h := &headers{out: g, tar: layer.NewTarWriter(g), shared: sharedInodes(root), places: make([][]place, layers)}
	if err := h.write(".", root); err != nil {
		return nil, err
	}
	if err := h.tar.Close(); err != nil {
		return nil, err
	}
	if err := g.flush(); err != nil {
		return nil, err
	}
	for _, places := range h.places {
		slices.SortFunc(places, func(a, b place) int { return a.entry - b.entry })
	}
	return h.places, nil
}

// sharedInodes are those that have several names.
func sharedInodes(root *imagetree.Node) map[*imagetree.Inode]string {
	seen := map[*imagetree.Inode]struct{}{}
	shared := map[*imagetree.Inode]string{}
	var visit func(*imagetree.Node)
	visit = func(n *imagetree.Node) {
		for _, child := range n.Children {
			if child.Type == imagetree.Directory {
				visit(child)
			} else if _, ok := seen[child.Inode]; ok {
				shared[child.Inode] = ""
			} else {
				seen[child.Inode] = struct{}{}
			}
		}
	}
	visit(root)
	return shared
}

// write writes a path and all below it.
func (h *headers) write(name string, n *imagetree.Node) error {
	first, several := h.shared[n.Inode]
	switch {
	case first != "":
		return h.entry(name, n.Inode, first)
	case several:
		h.shared[n.Inode] = name
	}
	if err := h.entry(name, n.Inode, ""); err != nil {
		return err
	}
	for child, node := range n.Sorted() {
		path := name + "/" + child
		if len(child) > maxName || len(path) > maxPath {
			return fmt.Errorf("layer %d: the path %.80q…%.80q has %d bytes and its last name %d, at most %d and %d are possible",
				node.Layer+1, path, path[max(0, len(path)-80):], len(path), len(child), maxPath, maxName)
		}
		if err := h.write(path, node); err != nil {
			return err
		}
	}
	return nil
}

var types = map[string]byte{
	imagetree.File: tar.TypeReg, imagetree.Directory: tar.TypeDir, imagetree.Symlink: tar.TypeSymlink,
	imagetree.Char: tar.TypeChar, imagetree.Block: tar.TypeBlock, imagetree.FIFO: tar.TypeFifo,
}

// entry writes one entry, a hard link to first if that is not empty, and leaves
// the place of its content.
func (h *headers) entry(name string, in *imagetree.Inode, first string) error {
	hdr := layer.Header{Name: name, Type: types[in.Type], Mode: int64(in.Mode), UID: in.UID, GID: in.GID, MTime: ImpliedTime}
	if !in.ModTime.IsZero() {
		hdr.MTime = in.ModTime.Unix()
	}
	if first != "" {
		hdr.Type, hdr.Linkname = tar.TypeLink, first
		return h.tar.WriteHeader(&hdr)
	}
	switch in.Type {
	case imagetree.File:
		hdr.Size = in.Size
	case imagetree.Symlink:
		hdr.Linkname = in.Target
	case imagetree.Char, imagetree.Block:
		hdr.DevMajor, hdr.DevMinor = in.Major, in.Minor
	}
	for attribute, value := range in.Xattrs {
		if hdr.Xattrs == nil {
			hdr.Xattrs = map[string][]byte{}
		}
		hdr.Xattrs[attribute] = []byte(value)
	}
	if err := h.tar.WriteHeader(&hdr); err != nil {
		return fmt.Errorf("layer %d: %w", in.Layer+1, err)
	}
	if hdr.Size == 0 {
		return nil
	}
	h.places[in.Layer] = append(h.places[in.Layer], place{in.Entry, h.out.at, hdr.Size})
	return h.skip(hdr.Size)
}

// nothing stands for content in pieces; gaps does not look at it.
var nothing [1 << 20]byte

// skip leaves a gap for content.
func (h *headers) skip(size int64) error {
	h.out.leaving = true
	defer func() { h.out.leaving = false }()
	for size > 0 {
		n, err := h.tar.Write(nothing[:min(size, int64(len(nothing)))])
		if err != nil {
			return err
		}
		size -= int64(n)
	}
	return nil
}
