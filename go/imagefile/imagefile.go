// Package imagefile reads the description of an image that Bazel puts beside
// the image's programs, NAME.image.json, and makes the image's layers from the
// files that it names.
package imagefile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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
	mtime, err := d.check()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	at := func(path string) string { return filepath.Join(runfiles, filepath.FromSlash(path)) }
	img := &Image{
		Name:          d.Name,
		customisation: at(d.Customisation),
		options:       layer.Options{MTime: mtime, UID: d.UID, GID: d.GID, UName: d.UName, GName: d.GName, StoreDir: d.StoreDir},
		runfiles:      runfiles,
	}
	if err := img.read(at(d.Config), at(d.Layers), at(d.Tag), at(d.Objects)); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%w: build the image again, without --nobuild_runfile_links", err)
		}
		return nil, err
	}
	return img, nil
}

// check wants all that has no default, and gives the time.
func (d *description) check() (mtime int64, err error) {
	for _, field := range []struct{ name, value string }{
		{"config", d.Config}, {"customisation", d.Customisation}, {"layers", d.Layers}, {"name", d.Name},
		{"objects", d.Objects}, {"store_dir", d.StoreDir}, {"tag", d.Tag},
	} {
		if field.value == "" {
			return 0, fmt.Errorf("no %q", field.name)
		}
	}
	if mtime, err = isotime.Parse(d.MTime); err != nil {
		return 0, fmt.Errorf("mtime: %w", err)
	}
	return mtime, nil
}

// read reads the files that the description names.
func (i *Image) read(config, layers, tag, objects string) error {
	var err error
	if i.Config, err = os.ReadFile(config); err != nil {
		return err
	}
	text, err := os.ReadFile(tag)
	if err != nil {
		return err
	}
	if i.Tag = strings.TrimSpace(string(text)); i.Tag == "" {
		return fmt.Errorf("%s: no tag", tag)
	}
	var list image.Layers
	if err := jsonfile.Read(layers, &list); err != nil {
		return err
	}
	i.layers = list.Layers
	if err := checkLayers(i.layers); err != nil {
		return fmt.Errorf("%s: %w", layers, err)
	}
	if err := checkConfig(i.Config, i.DiffIDs()); err != nil {
		return fmt.Errorf("%s: %w", config, err)
	}
	i.sources, err = readSources(objects)
	return err
}

func checkLayers(layers []image.Layer) error {
	for n, l := range layers {
		switch {
		case l.Kind != image.StoreLayer && l.Kind != image.CustomisationLayer:
			return fmt.Errorf("layer %d has the unknown kind %q", n+1, l.Kind)
		case l.Kind == image.StoreLayer && len(l.StorePaths) == 0:
			return fmt.Errorf("layer %d is of store objects and has none", n+1)
		}
	}
	return nil
}

// checkConfig makes sure that a config is one, of an image with these layers.
func checkConfig(data []byte, diffIDs []string) error {
	var config struct {
		OS     string `json:"os"`
		RootFS *struct {
			DiffIDs []string `json:"diff_ids"`
		} `json:"rootfs"`
	}
	switch err := json.Unmarshal(data, &config); {
	case err != nil:
		return fmt.Errorf("not an image's config: %w", err)
	case config.OS == "":
		return errors.New(`not an image's config: no "os"`)
	case config.RootFS == nil:
		return errors.New(`not an image's config: no "rootfs"`)
	case !slices.Equal(config.RootFS.DiffIDs, diffIDs):
		return fmt.Errorf("it has %d diff IDs which are not those of the image's %d layers: build the image again", len(config.RootFS.DiffIDs), len(diffIDs))
	}
	return nil
}

// readSources reads the list of objects: one a line, the store path, NUL, and
// the source as object.Open takes it.
func readSources(file string) (map[store.Path]string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	sources := map[store.Path]string{}
	number := 0
	for line := range strings.Lines(string(data)) {
		number++
		text, source, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\x00")
		path, err := store.ParseAnyPath(text)
		if !ok || source == "" || !strings.HasSuffix(line, "\n") {
			err = fmt.Errorf("%.200q: want STORE_PATH, NUL, SOURCE, newline", line)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", file, number, err)
		}
		sources[path] = source
	}
	return sources, nil
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
		return nil, fmt.Errorf("%s is not among the image's objects: build the image again", path)
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
