package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/store"
)

const (
	// loadFileSize is how much a file of an object has, in bytes.
	loadFileSize = 128 << 10
	// loadReferences is how many others an object of the image refers to, if
	// there are as many.
	loadReferences = 5
	// addedSize is how much the added object has, in bytes.
	addedSize = 64 << 10
)

// loadImage is an image with a layer for each of its objects and one for the
// links to the uppermost, which is the application. All of it is in a folder,
// as are the images that it becomes by a change.
type loadImage struct {
	folder   string
	programs *programs
	content  *content
	objects  []*loadObject
}

// loadObject is a store object, which is there as a NAR.
type loadObject struct {
	path       store.Path
	references []store.Path
	// file is the name of its NAR, without the ending.
	file string
	size int64
}

// loadVariant is an image that strata-deploy loads when it is started by the
// variant's name.
type loadVariant struct {
	name   string
	layers []image.Layer
	// lowest is the number of the lowest layer that the image had not before it
	// was changed, counted from 0 at the bottom.
	lowest int
}

// newLoadImage makes the image with as many layers, which have as many bytes in
// all.
func newLoadImage(ctx context.Context, folder string, p *programs, layers int, size int64) (*loadImage, *loadVariant, error) {
	i := &loadImage{folder: folder, programs: p, content: newContent()}
	random := rand.New(rand.NewPCG(1, 2))
	for n := range layers - 1 {
		o := &loadObject{path: loadPath(fmt.Sprintf("object-%d", n)), file: fmt.Sprintf("object-%d", n), size: size / int64(layers-1)}
		if n > 0 {
			o.references = append(o.references, i.objects[n-1].path)
			for _, r := range random.Perm(n - 1)[:min(n-1, loadReferences-1)] {
				o.references = append(o.references, i.objects[r].path)
			}
		}
		if err := i.add(ctx, o); err != nil {
			return nil, nil, err
		}
	}
	f := files{folder: folder}
	f.json("user.json", map[string]any{"Cmd": []string{"/data-000"}})
	if f.err != nil {
		return nil, nil, f.err
	}
	app := i.objects[len(i.objects)-1]
	if err := i.strata(ctx, "customisation", "--content", string(app.path)+"="+app.file+".listing", "--tar", "links.tar", "--metadata", "links.json", "--references-out", "links.references"); err != nil {
		return nil, nil, err
	}
	first, err := i.variant(ctx, "first")
	if err == nil && len(first.layers) != layers {
		err = fmt.Errorf("the image has %d layers, want %d", len(first.layers), layers)
	}
	return i, first, err
}

func loadPath(name string) store.Path {
	hash := sha256.Sum256([]byte(name))
	return store.Path(fmt.Sprintf("%s/%s-%s", store.DefaultDir, store.Base32(hash[:20]), name))
}

// add writes an object that has content of its own, and describes its layer.
func (i *loadImage) add(ctx context.Context, o *loadObject) error {
	f := files{folder: i.folder}
	f.create(o.file+".nar", func(w io.Writer) error { return o.write(w, i.content) })
	if f.err != nil {
		return f.err
	}
	i.objects = append(i.objects, o)
	return i.strata(ctx, "layer", "--object", string(o.path)+"="+o.file+".nar", "--metadata", o.file+".layer", "--listing", o.file+".listing")
}

// write writes the NAR of the object: a directory of files.
func (o *loadObject) write(w io.Writer, content io.Reader) error {
	out := nar.NewWriter(w)
	if err := out.WriteHeader(nar.Entry{Type: nar.Directory}); err != nil {
		return err
	}
	for n, left := 0, o.size; left > 0; n++ {
		length := min(left, loadFileSize)
		if err := out.WriteHeader(nar.Entry{Path: fmt.Sprintf("data-%03d", n), Type: nar.Regular, Size: length}); err != nil {
			return err
		}
		if _, err := io.CopyN(out, content, length); err != nil {
			return err
		}
		left -= length
	}
	return out.Close()
}

func (i *loadImage) strata(ctx context.Context, args ...string) error {
	_, err := process{program: i.programs.Strata, args: args, dir: i.folder}.run(ctx)
	return err
}

// variants are the image after each of the changes that are measured, of what
// it was first.
func (i *loadImage) variants(ctx context.Context, first *loadVariant) ([]*loadVariant, error) {
	var all []*loadVariant
	for _, change := range []struct {
		name string
		make func(context.Context) error
	}{
		// The uppermost layer has the links.
		{topChanged, i.changing(first.layers[len(first.layers)-2])},
		{middleChanged, i.changing(first.layers[len(first.layers)/2])},
		{bottomChanged, i.changing(first.layers[0])},
		{dependencyAdded, i.addDependency},
	} {
		kept := i.clone()
		if err := change.make(ctx); err != nil {
			return nil, err
		}
		v, err := i.variant(ctx, change.name)
		if err != nil {
			return nil, err
		}
		v.lowest = slices.IndexFunc(v.layers, func(l image.Layer) bool {
			return !slices.ContainsFunc(first.layers, func(f image.Layer) bool { return f.DiffID == l.DiffID })
		})
		all, i.objects = append(all, v), kept
	}
	return all, nil
}

func (i *loadImage) clone() []*loadObject {
	var objects []*loadObject
	for _, o := range i.objects {
		other := *o
		other.references = slices.Clone(o.references)
		objects = append(objects, &other)
	}
	return objects
}

// changing gives the object of a layer other content.
func (i *loadImage) changing(l image.Layer) func(context.Context) error {
	return func(ctx context.Context) error {
		at := slices.IndexFunc(i.objects, func(o *loadObject) bool { return slices.Contains(l.StorePaths, o.path) })
		if at < 0 {
			return fmt.Errorf("no object is in the layer %s", l.DiffID)
		}
		changed := i.objects[at]
		i.objects = slices.Delete(i.objects, at, at+1)
		changed.file += "-changed"
		return i.add(ctx, changed)
	}
}

// addDependency has the application refer to another, small object, which
// refers to one in the middle.
func (i *loadImage) addDependency(ctx context.Context) error {
	app := i.objects[len(i.objects)-1]
	added := &loadObject{path: loadPath("added"), references: []store.Path{i.objects[len(i.objects)/2].path}, file: "added", size: addedSize}
	app.references = append(app.references, added.path)
	return i.add(ctx, added)
}

// variant puts the image together, and makes the program that loads it.
func (i *loadImage) variant(ctx context.Context, name string) (*loadVariant, error) {
	f := files{folder: i.folder}
	var graph []map[string]any
	var sources bytes.Buffer
	config := []string{"config", "--plan", name + ".plan", "--customisation", "links.json", "--config", "user.json", "--architecture", "amd64",
		"--tag", "latest", "--out", name + ".config", "--layers-out", name + ".layers", "--tag-out", name + ".tag"}
	for _, o := range slices.SortedFunc(slices.Values(i.objects), func(a, b *loadObject) int { return cmp.Compare(a.path, b.path) }) {
		graph = append(graph, map[string]any{"path": o.path, "references": append([]store.Path{}, o.references...)})
		fmt.Fprintf(&sources, "%s\x00%s.nar\n", o.path, o.file)
		config = append(config, "--layer", o.file+".layer")
	}
	f.json(name+".graph", graph)
	f.text(name+".sources", sources.String())
	f.describe(name+".image", name, map[string]any{"name": "bench", "objects": name + ".sources"})
	if f.err != nil {
		return nil, f.err
	}
	for _, args := range [][]string{
		{"closure", "--graph", name + ".graph", "--out", name + ".closure", string(i.root())},
		{"plan", "--closure", name + ".closure", "--max-layers", fmt.Sprint(len(i.objects) + 1), "--own-layers", "1", "--out", name + ".plan"},
		config,
	} {
		if err := i.strata(ctx, args...); err != nil {
			return nil, err
		}
	}
	if err := i.programs.deployAs(i.folder, name); err != nil {
		return nil, err
	}
	var list image.Layers
	err := jsonfile.Read(filepath.Join(i.folder, name+".layers"), &list)
	return &loadVariant{name: name, layers: list.Layers}, err
}

// root is the object that no other refers to.
func (i *loadImage) root() store.Path {
	at := slices.IndexFunc(i.objects, func(o *loadObject) bool {
		return !slices.ContainsFunc(i.objects, func(other *loadObject) bool { return slices.Contains(other.references, o.path) })
	})
	return i.objects[at].path
}

// archive is the file of the variant's docker archive.
func (i *loadImage) archive(v *loadVariant) string { return filepath.Join(i.folder, v.name+".tar") }

// writeArchive writes it.
func (i *loadImage) writeArchive(ctx context.Context, v *loadVariant) error {
	out, err := os.Create(i.archive(v))
	if err != nil {
		return err
	}
	_, err = process{program: filepath.Join(i.folder, v.name), args: []string{"stream", "--quiet"}, dir: i.folder, stdout: out}.run(ctx)
	return cmp.Or(err, out.Close())
}
