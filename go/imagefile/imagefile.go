// Package imagefile reads the description of an image that Bazel puts beside
// the image's programs, NAME.image.json, and makes the image's layers from the
// files that it names.
package imagefile

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/isotime"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

// description is the content of NAME.image.json. Paths are relative to the
// runfiles folder.
type description struct {
	Config        string `json:"config"`
	Customisation string `json:"customisation"`
	GID           int64  `json:"gid"`
	GName         string `json:"gname"`
	Layers        string `json:"layers"`
	MTime         string `json:"mtime"`
	Name          string `json:"name"`
	Objects       string `json:"objects"`
	StoreDir      string `json:"store_dir"`
	Tag           string `json:"tag"`
	UID           int64  `json:"uid"`
	UName         string `json:"uname"`
	Version       int    `json:"version"`
}

// Image is an image whose layers are made when they are asked for.
type Image struct {
	// Name is the repository part of the image's name, Tag what follows the
	// colon.
	Name, Tag string
	// Config is the image's config; its SHA-256 is the image ID.
	Config []byte

	layers        []image.Layer
	options       layer.Options
	customisation string
	runfiles      string
	sources       map[store.Path]string
}

// Open reads the description in a file whose paths are relative to the folder
// runfiles. It opens no object.
func Open(file, runfiles string) (*Image, error) {
	var d description
	if err := jsonfile.Read(file, &d); err != nil {
		return nil, err
	}
	at := func(path string) string { return filepath.Join(runfiles, filepath.FromSlash(path)) }
	mtime, err := isotime.Parse(d.MTime)
	if err != nil {
		return nil, fmt.Errorf("%s: mtime: %w", file, err)
	}
	img := &Image{
		Name:          d.Name,
		customisation: at(d.Customisation),
		options:       layer.Options{MTime: mtime, UID: d.UID, GID: d.GID, UName: d.UName, GName: d.GName, StoreDir: d.StoreDir},
		runfiles:      runfiles,
	}
	if img.Config, err = os.ReadFile(at(d.Config)); err != nil {
		return nil, err
	}
	tag, err := os.ReadFile(at(d.Tag))
	if err != nil {
		return nil, err
	}
	img.Tag = strings.TrimSpace(string(tag))
	var layers image.Layers
	if err := jsonfile.Read(at(d.Layers), &layers); err != nil {
		return nil, err
	}
	img.layers = layers.Layers
	img.sources, err = readSources(at(d.Objects))
	return img, err
}

// readSources reads the list of objects: one a line, the store path, NUL, and
// the source as object.Open takes it.
func readSources(file string) (map[store.Path]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sources := map[store.Path]string{}
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		path, source, ok := strings.Cut(in.Text(), "\x00")
		if !ok {
			return nil, fmt.Errorf("%s: %q: want STORE_PATH, NUL, SOURCE", file, in.Text())
		}
		sources[store.Path(path)] = source
	}
	return sources, in.Err()
}

// Ref is the image's name and tag, "hello:latest".
func (i *Image) Ref() string { return i.Name + ":" + i.Tag }

// DiffIDs are the digests of the uncompressed layers, bottom layer first.
func (i *Image) DiffIDs() []string {
	ids := make([]string, len(i.layers))
	for n, l := range i.layers {
		ids[n] = l.DiffID
	}
	return ids
}

// Archive is the image as what package archive writes.
func (i *Image) Archive() archive.Image {
	a := archive.Image{Config: i.Config, RepoTags: []string{i.Ref()}}
	for _, l := range i.layers {
		a.Layers = append(a.Layers, archive.Layer{
			DiffID:   l.DiffID,
			Size:     l.Size,
			Describe: describe(l),
			Write:    func(_ context.Context, w io.Writer) error { return i.writeLayer(w, l) },
		})
	}
	return a
}

func describe(l image.Layer) string {
	switch {
	case l.Kind == image.CustomisationLayer:
		return "links to the contents"
	case len(l.StorePaths) == 1:
		return l.StorePaths[0].Name()
	default:
		return fmt.Sprintf("%s and %d more", l.StorePaths[0].Name(), len(l.StorePaths)-1)
	}
}

func (i *Image) writeLayer(w io.Writer, l image.Layer) error {
	if l.Kind == image.StoreLayer {
		m, err := image.WriteStoreLayer(w, l.StorePaths, i, i.options)
		if err == nil && m.DiffID != l.DiffID {
			err = fmt.Errorf("the objects of the layer changed since the image was built: diff ID %s, want %s: build it again", m.DiffID, l.DiffID)
		}
		return err
	}
	f, err := os.Open(i.customisation)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}

// Open opens one of the image's store objects.
func (i *Image) Open(path store.Path) (*object.Object, error) {
	source, ok := i.sources[path]
	if !ok {
		return nil, fmt.Errorf("%s is not among the image's objects", path)
	}
	manifest, ok := strings.CutPrefix(source, "@")
	if !ok {
		return object.Open(path, filepath.Join(i.runfiles, source))
	}
	name := filepath.Join(i.runfiles, manifest)
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	obj, err := object.ReadManifest(path, f, i.runfiles)
	if err != nil {
		return nil, fmt.Errorf("%s from %s: %w", path, name, err)
	}
	return obj, nil
}
