package baseimage

import (
	"archive/tar"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/rules-strata/rules_strata/go/baseinfo"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/store"
)

// Describe reads all layers once, checks them, and says what base.json says of
// the image. storeDir is the store directory, "/nix/store".
func (img *Image) Describe(storeDir string) (baseinfo.Info, error) {
	info := baseinfo.Info{ConfigDigest: img.ConfigDigest, Layers: []baseinfo.Layer{}, Version: jsonfile.Version}
	objects := newFlattened(storeDir)
	for i := range img.Layers {
		described, err := img.Layers[i].describe(objects)
		if err != nil {
			return baseinfo.Info{}, err
		}
		info.Layers = append(info.Layers, described)
	}
	info.StorePaths = map[store.Path]string{}
	for name, h := range objects.held {
		if path, err := store.ParsePath(storeDir, storeDir+"/"+name); err == nil {
			info.StorePaths[path] = h.alone
		}
	}
	return info, nil
}

// describe reads the layer and puts it on those below.
func (l *Layer) describe(objects *flattened) (baseinfo.Layer, error) {
	r, err := l.unpack()
	if err != nil {
		return baseinfo.Layer{}, err
	}
	defer r.Close()
	digester := &digester{r: r.Reader, hash: digest(l.DiffID).hash()}
	entries, err := objects.readLayer(digester)
	if digester.err != nil {
		err = digester.err
	} else {
		// What follows the tar's end belongs to the digest, and what is wrong
		// with the tar may follow from a wrong one.
		_, _ = io.Copy(io.Discard, digester)
		wrong := digester.err
		if got := digest(l.DiffID).of(digester.hash); wrong == nil && string(got) != l.DiffID {
			wrong = wrongDigest("diff ID", got, digest(l.DiffID))
		}
		err = because(wrong, err)
	}
	if err != nil {
		return baseinfo.Layer{}, l.explain(err)
	}
	return baseinfo.Layer{DiffID: l.DiffID, Entries: entries, Size: digester.n}, nil
}

// digester hashes and counts what is read, and keeps the reader's own error,
// to which a tar's reader may give another meaning.
type digester struct {
	r    io.Reader
	hash hash.Hash
	n    int64
	err  error
}

func (d *digester) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	d.hash.Write(p[:n])
	d.n += int64(n)
	if err != nil && err != io.EOF {
		d.err = err
	}
	return n, err
}

// readLayer reads the entries of one layer, and gives their number.
func (f *flattened) readLayer(r io.Reader) (entries int, err error) {
	in := tar.NewReader(r)
	seen := newTree()
	f.begin()
	for {
		hdr, err := in.Next()
		if err == io.EOF {
			break
		}
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return entries, fmt.Errorf("truncated, after %d entries: %w", entries, err)
		}
		// Names that lead out of the image are refused below.
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return entries, fmt.Errorf("not a tar, or a broken one, after %d entries: %w", entries, err)
		}
		if hdr.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		entries++
		parts, err := split(hdr.Name)
		if err == nil {
			err = seen.add(parts, hdr)
		}
		if err == nil {
			err = f.add(parts, hdr, in)
		}
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return entries, fmt.Errorf("entry %s: truncated: %w", quote(hdr.Name), err)
		} else if err != nil {
			return entries, fmt.Errorf("entry %s: %w", quote(hdr.Name), err)
		}
	}
	return entries, f.end()
}
