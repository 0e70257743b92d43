package imagefile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rules-strata/rules_strata/go/cas"
	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/isotime"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/objectset"
)

// description is the content of NAME.image.json, or what records say of an
// image. Paths are relative to the folder that Open is given.
type description struct {
	Base          *baseDescription `json:"base"`
	Config        string           `json:"config"`
	Created       string           `json:"created"`
	Customisation string           `json:"customisation"`
	GID           int64            `json:"gid"`
	GName         string           `json:"gname"`
	Layers        string           `json:"layers"`
	// LayerCompression is gzip when it is not there.
	LayerCompression compress.Kind `json:"layer_compression"`
	// Lazy says that what a build made of the layers' bytes may be in the remote
	// cache alone.
	Lazy bool `json:"lazy"`
	// Manifest is that of an image which is as a registry has it.
	Manifest string `json:"manifest"`
	MTime    string `json:"mtime"`
	Name     string `json:"name"`
	// Objects is the list of the objects, as readSources reads it.
	Objects  string `json:"objects"`
	StoreDir string `json:"store_dir"`
	Tag      string `json:"tag"`
	UID      int64  `json:"uid"`
	UName    string `json:"uname"`
	Version  int    `json:"version"`

	// set has the objects of an image that records describe.
	set *objectset.Set
}

// baseDescription is an image of ours by its own description or its own
// records, or an archive or a layout, or an image in a registry.
type baseDescription struct {
	Image   string `json:"image"`
	Archive string `json:"archive"`
	Name    string `json:"name"`
	Tag     string `json:"tag"`
	// Architecture chooses in an index of an archive or a layout.
	Architecture string `json:"architecture"`
	// Origin is that of an image that was pulled; without an archive its layers
	// are there alone.
	Origin *Origin `json:"origin"`

	// records is an image of ours by its own records.
	records *Records
}

// now stands for the time at which the image is taken to where it runs.
const now = "now"

// Option is a setting of Open and OpenAt.
type Option func(*places)

// WithBlobs says where the bytes of lazy images are that are not on this
// machine: in Bazel's remote cache.
func WithBlobs(blobs cas.Blobs) Option { return func(p *places) { p.blobs = blobs } }

// Open reads the description in a file whose paths are relative to the folder
// dir: the runfiles, or empty for the working directory. It opens no object.
// The image is as it was built, also when its times are "now".
func Open(file, dir string, opts ...Option) (*Image, error) {
	parts, _, err := read(file, dir, opts)
	if err != nil {
		return nil, err
	}
	return newOf(file, parts)
}

// OpenAt is Open for an image that is taken to where it runs: times of "now"
// are t. It makes all the image's own layers once if that changes them, so
// that it may take as long as an archive takes to write.
func OpenAt(ctx context.Context, file, dir string, t time.Time, opts ...Option) (*Image, error) {
	parts, d, err := read(file, dir, opts)
	if err != nil {
		return nil, err
	}
	img, err := newOf(file, parts)
	if err != nil {
		return nil, err
	}
	if d.MTime == now {
		if err := img.setMTime(ctx, t); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	if d.Created == now {
		if err := img.setCreated(t); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	return img, nil
}

func newOf(file string, parts Parts) (*Image, error) {
	img, err := New(parts)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return img, nil
}

// read reads a description and the files that it names.
func read(file, dir string, opts []Option) (Parts, *description, error) {
	var d description
	if err := jsonfile.Read(file, &d); err != nil {
		return Parts{}, nil, err
	}
	if err := d.check(); err != nil {
		return Parts{}, nil, fmt.Errorf("%s: %w", file, err)
	}
	p, err := d.read(file, dir, opts)
	if errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("%w: build the image again, without --nobuild_runfile_links; with --remote_download_minimal only bazel run has all files", err)
	}
	return p, &d, err
}

// read reads the files that the description names, which is in a file itself.
func (d *description) read(file, dir string, opts []Option) (Parts, error) {
	at := func(path string) string { return filepath.Join(dir, filepath.FromSlash(path)) }
	mtime, err := d.mtime(at)
	if err != nil {
		return Parts{}, fmt.Errorf("%s: mtime: %w", file, err)
	}
	p, err := d.parts(placesOf(dir, opts), at, opts)
	p.Options.MTime = mtime
	return p, err
}

// isBaseAlone says whether the image is the base as it is, with nothing of its
// own above it.
func (d *description) isBaseAlone() bool {
	return d.Base != nil && d.Customisation == "" && d.Objects == "" && (d.set == nil || len(d.set.Paths()) == 0)
}

// check wants all that has no default.
func (d *description) check() error {
	type field struct{ name, value string }
	fields := []field{{"config", d.Config}, {"layers", d.Layers}, {"name", d.Name}, {"store_dir", d.StoreDir}, {"tag", d.Tag}}
	if !d.isBaseAlone() {
		fields = append(fields, field{"customisation", d.Customisation})
		if d.set == nil {
			fields = append(fields, field{"objects", d.Objects})
		}
	}
	for _, field := range fields {
		if field.value == "" {
			return fmt.Errorf("no %q", field.name)
		}
	}
	if d.Created != "" && d.Created != now {
		return fmt.Errorf(`"created" is %q: want nothing, as the config says it, or %q`, d.Created, now)
	}
	if d.Base == nil {
		return nil
	}
	if err := d.Base.check(); err != nil {
		return err
	}
	if d.Base.isRemote() && (!d.isBaseAlone() || d.Manifest == "") {
		return errors.New(`"base" has only an "origin": then the image is the base as it is, with its "manifest"`)
	}
	return nil
}

// parts reads the files that the description names.
func (d *description) parts(where places, at func(string) string, opts []Option) (Parts, error) {
	p := Parts{
		Name:    d.Name,
		Options: layer.Options{UID: d.UID, GID: d.GID, UName: d.UName, GName: d.GName, StoreDir: d.StoreDir},
	}
	var err error
	p.Compression = cmp.Or(d.LayerCompression, compress.Gzip)
	if p.Config, err = os.ReadFile(at(d.Config)); err != nil {
		return p, err
	}
	text, err := os.ReadFile(at(d.Tag))
	if err != nil {
		return p, err
	}
	if p.Tag = strings.TrimSpace(string(text)); p.Tag == "" {
		return p, fmt.Errorf("%s: no tag", at(d.Tag))
	}
	var list image.Layers
	if err := jsonfile.Read(at(d.Layers), &list); err != nil {
		return p, err
	}
	p.Layers = list.Layers
	if err := checkLayers(p.Layers); err != nil {
		return p, fmt.Errorf("%s: %w", at(d.Layers), err)
	}
	if err := checkConfig(p.Config, diffIDs(p.Layers)); err != nil {
		return p, fmt.Errorf("%s: %w", at(d.Config), err)
	}
	p.Base = d.Base.open(where.dir, p, opts)
	if d.isBaseAlone() {
		if d.Manifest != "" {
			p.Manifest, err = os.ReadFile(at(d.Manifest))
		}
		return p, errors.Join(err, p.checkBaseAlone())
	}
	if p.Customisation = at(d.Customisation); d.Lazy {
		p.topLayer, err = lazyTopLayer(where, d.Customisation, p.Layers)
	}
	if err != nil {
		return p, err
	}
	if d.set != nil {
		p.Objects = d.set
		return p, nil
	}
	p.Objects, err = readSources(at(d.Objects), where)
	return p, err
}

// checkBaseAlone wants no layers but those of the base.
func (p *Parts) checkBaseAlone() error {
	for i, l := range p.Layers {
		if l.Kind != image.BaseLayer {
			return fmt.Errorf("layer %d is of the kind %s, and nothing describes it: build the image again", i+1, l.Kind)
		}
	}
	return nil
}

// builtMTime is the time of the files of an image whose time is "now", as it
// was built: dockerTools' default.
const builtMTime = 1

func (d *description) mtime(at func(string) string) (int64, error) {
	if d.MTime == now {
		return builtMTime, nil
	}
	if file, ok := strings.CutPrefix(d.MTime, "@"); ok {
		return isotime.Resolve("@" + at(file))
	}
	return isotime.Parse(d.MTime)
}
