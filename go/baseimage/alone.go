package baseimage

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"strings"

	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/object"
)

// alone finds the diff ID that a layer with one store object has, from the
// object's entries in another layer: the same headers in our dialect, after
// those of the directories above.
//
// There is none if the entries are not such as package layer writes them: in
// another order, of several owners or times, with other modes, with hard links
// or attributes.
type alone struct {
	storeDir string
	hash     hash.Hash
	tar      *layer.TarWriter
	// common is what the first entry has, and all others must have.
	common shared
	last   string
	begun  bool
	none   bool
}

// shared is what all entries of a store layer have in common.
type shared struct {
	uid, gid     int64
	uname, gname string
	mtime        int64
}

func newAlone(storeDir string) *alone { return &alone{storeDir: storeDir} }

// add takes an entry, by its path below the store directory.
func (a *alone) add(path string, hdr *tar.Header, content io.Reader) error {
	if a.none {
		return nil
	}
	h, ok := a.header(path, hdr)
	if !ok || !a.follows(path, &h) {
		a.none, a.tar, a.hash = true, nil, nil
		return nil
	}
	if err := a.tar.WriteHeader(&h); err != nil {
		a.none = true // a value that our dialect cannot hold
		return nil
	}
	if h.Type != tar.TypeReg {
		return nil
	}
	_, err := io.Copy(a.tar, content)
	return err
}

// header translates an entry, if package layer could have written it.
func (a *alone) header(path string, hdr *tar.Header) (layer.Header, bool) {
	h := layer.Header{
		Name: a.storeDir + "/" + path, Type: hdr.Typeflag, Mode: hdr.Mode, Linkname: hdr.Linkname, Size: hdr.Size,
		UID: int64(hdr.Uid), GID: int64(hdr.Gid), UName: hdr.Uname, GName: hdr.Gname, MTime: hdr.ModTime.Unix(),
	}
	ok := hdr.ModTime.Nanosecond() == 0 && !isSparse(hdr) && !hasAttributes(hdr)
	switch hdr.Typeflag {
	case tar.TypeDir:
		h.Size = 0
		return h, ok && h.Mode == 0o555
	case tar.TypeSymlink:
		h.Size = 0
		return h, ok && h.Mode == 0o777
	case tar.TypeReg:
		return h, ok && (h.Mode == 0o444 || h.Mode == 0o555)
	}
	return h, false
}

// hasAttributes says whether an entry has extended attributes or access lists.
func hasAttributes(hdr *tar.Header) bool {
	for key := range hdr.PAXRecords {
		for _, prefix := range []string{"SCHILY.xattr.", "SCHILY.acl.", "LIBARCHIVE.xattr.", "RHT.security."} {
			if strings.HasPrefix(key, prefix) {
				return true
			}
		}
	}
	return false
}

// follows says whether an entry comes where package layer would write it, and
// begins the tar with the first one.
func (a *alone) follows(path string, h *layer.Header) bool {
	common := shared{h.UID, h.GID, h.UName, h.GName, h.MTime}
	if a.begun {
		follows := common == a.common && object.Compare(a.last, path) < 0
		a.last = path
		return follows
	}
	if strings.Contains(path, "/") {
		return false // the object itself has no entry before what is in it
	}
	a.begun, a.common, a.last = true, common, path
	a.hash = sha256.New()
	a.tar = layer.NewTarWriter(a.hash)
	for i := 1; i <= len(a.storeDir); i++ {
		if i < len(a.storeDir) && a.storeDir[i] != '/' {
			continue
		}
		above := *h
		above.Name, above.Type, above.Mode, above.Size, above.Linkname = a.storeDir[:i], tar.TypeDir, 0o755, 0, ""
		if err := a.tar.WriteHeader(&above); err != nil {
			return false
		}
	}
	return true
}

// diffID is the layer's, empty if there is none.
func (a *alone) diffID() (string, error) {
	if a.none || !a.begun {
		return "", nil
	}
	if err := a.tar.Close(); err != nil {
		return "", err
	}
	return "sha256:" + hex.EncodeToString(a.hash.Sum(nil)), nil
}
