// Package baseimage opens images to build on: docker archives of every age,
// OCI layouts as a directory or a tar, compressed or not.
//
// It follows the Docker image specification v1.3.0, section "Combined Image
// JSON + Filesystem Changeset Format", and the OCI image specification v1.1,
// "Image Layout", "Image Index" and "Image Manifest".
//
// Everything that the image promises about itself is checked: digests and
// sizes in descriptors, the config's digest where a name states it, and the
// diff ID of every layer while it is read. Layers are streams; little is ever
// kept in memory.
package baseimage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Limits of what is read into memory, in bytes.
const (
	maxManifest = 4 << 20
	maxConfig   = 8 << 20
)

// Selection chooses one of several images.
type Selection struct {
	// Name and Tag choose by name when both are given; the name may leave out
	// what Docker puts before it, docker.io/library/. Otherwise the first image
	// is chosen.
	Name, Tag string
	// OS and Architecture choose in an image index, as GOOS and GOARCH. An
	// empty OS is linux; an empty Architecture is the only one there is.
	OS, Architecture string
}

// Image is one image of an archive or a layout.
type Image struct {
	// Config is the image's config, verbatim. It has an os and a rootfs.
	Config []byte
	// ConfigDigest is the SHA-256 of Config, "sha256:<64 hexadecimal digits>".
	ConfigDigest string
	// OS and Architecture are those of the config.
	OS, Architecture string
	// Layers are all layers, bottom layer first.
	Layers []Layer
	// Warnings say what the caller may not have meant.
	Warnings []string

	members members
}

// Open opens the image that a file or a directory holds. Every error, also
// those of the layers' readers, names the file. The image is of use until
// Close.
func Open(name string, sel Selection) (*Image, error) {
	img, err := open(name, sel)
	if err != nil {
		return nil, fmt.Errorf("base image %s: %w", name, err)
	}
	for i := range img.Layers {
		l := &img.Layers[i]
		l.where = fmt.Sprintf("base image %s: %s", name, l.Describe)
	}
	return img, nil
}

func open(name string, sel Selection) (*Image, error) {
	m, err := openMembers(name)
	if err != nil {
		return nil, plainPathError(err)
	}
	img, err := openImage(m, sel)
	if err != nil {
		err = explainCut(m, err)
		m.Close()
		return nil, err
	}
	img.members = m
	return img, nil
}

// explainCut says of an error about what is missing that the archive is cut, if
// it is.
func explainCut(m members, err error) error {
	if t, ok := m.(*tarMembers); ok && isMissing(err) && t.isCut() {
		return fmt.Errorf("%w (it is truncated: the end of the tar is not there)", err)
	}
	return err
}

// Close frees what is open. Readers of layers are of no use afterwards.
func (img *Image) Close() error { return img.members.Close() }

func openMembers(name string) (members, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return directory(name), nil
	}
	return openTar(name)
}

// plainPathError leaves out the file's name, which comes before it anyway.
func plainPathError(err error) error {
	var pathErr *os.PathError
	if errors.As(err, &pathErr) && pathErr == err {
		return pathErr.Err
	}
	return err
}

// The members by which the formats are known.
const (
	dockerManifest = "manifest.json"
	layoutIndex    = "index.json"
	layoutMarker   = "oci-layout"
	repositories   = "repositories"
)

// openImage takes what docker load takes when an archive is of both formats,
// unless only the layout has the wanted platform. A directory is a layout,
// whose blobs are those that a registry has.
func openImage(m members, sel Selection) (*Image, error) {
	isLayout := m.has(layoutIndex)
	_, isDirectory := m.(directory)
	switch {
	case isLayout && isDirectory:
		return openLayout(m, sel)
	case m.has(dockerManifest):
		img, err := openDocker(m, sel)
		if err == nil && isLayout && sel.Architecture != "" && img.Architecture != sel.Architecture {
			if other, err := openLayout(m, sel); err == nil && other.Architecture == sel.Architecture {
				return other, nil
			}
		}
		return img, err
	case isLayout:
		return openLayout(m, sel)
	case m.has(repositories):
		return nil, errors.New("it is an archive of a Docker before 1.10, with no manifest.json: load it into Docker and save it again")
	}
	return nil, unknownFormat{isRoot: isRootFileSystem(m)}
}

// unknownFormat is the error for an archive or a folder that holds no image.
type unknownFormat struct{ isRoot bool }

func (e unknownFormat) Error() string {
	const text = "it is neither a docker archive nor an OCI layout, which would have a manifest.json or an index.json"
	if e.isRoot {
		return text + ": it looks like a root file system: make an image of it first (docker import, docker save)"
	}
	return text
}

// Unwrap is what is wrong: a file is missing.
func (unknownFormat) Unwrap() error { return fs.ErrNotExist }

// isRootFileSystem says whether folders are there that a root file system has,
// and an image does not.
func isRootFileSystem(m members) bool {
	return m.has("etc") || m.has("bin") || m.has("usr")
}
