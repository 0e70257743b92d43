package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/rules-strata/rules_strata/go/nar"
)

// What the files of the suite speed are: the same in every run.
const (
	// speedFolders is how many directories the files are in; each is an object
	// of its own where there are most objects.
	speedFolders = 200
	// speedObjects is how many objects the layer's bytes are split into for the
	// budget.
	speedObjects = 100
)

// speedInputs are files in the folder "tree", which are there once more as NARs
// of objects: one of all directories, and speedObjects of some each.
type speedInputs struct {
	folder string
	// size is how much is in all files, each how many a directory has.
	size int64
	each int
}

// make writes the files and the NARs.
func (i *speedInputs) make() error {
	f := files{folder: i.folder}
	content, sizes := newContent(), i.sizes()
	for n := range speedFolders {
		if f.err == nil {
			f.err = os.MkdirAll(filepath.Join(i.folder, speedFolder(n)), 0o755)
		}
		for m := range i.each {
			f.create(speedFile(n, m), func(w io.Writer) error {
				_, err := io.CopyN(w, content, sizes[n*i.each+m])
				return err
			})
		}
	}
	i.object(&f, "one", 0, speedFolders, sizes)
	const each = speedFolders / speedObjects
	for n := range speedObjects {
		i.object(&f, speedObject(n), n*each, (n+1)*each, sizes)
	}
	return f.err
}

// sizes are those of the files, in their order: many little ones and few big
// ones.
func (i *speedInputs) sizes() []int64 {
	random := rand.New(rand.NewPCG(3, 4))
	weights := make([]int64, speedFolders*i.each)
	var all int64
	for n := range weights {
		w := int64(1 + random.Uint32()%100)
		weights[n] = w * w * w
		all += weights[n]
	}
	left := i.size
	for n, w := range weights {
		weights[n] = min(left, int64(float64(i.size)*(float64(w)/float64(all))))
		left -= weights[n]
	}
	weights[len(weights)-1] += left
	return weights
}

// object writes an object of the directories from number first to before end, as
// NAME.nar and as the manifest NAME.manifest.
func (i *speedInputs) object(f *files, name string, first, end int, sizes []int64) {
	f.create(name+".manifest", func(w io.Writer) error {
		for n := first; n < end; n++ {
			for m := range i.each {
				file := speedFile(n, m)
				if _, err := fmt.Fprintf(w, "file\x000444\x00%s\x00%s\n", file, file); err != nil {
					return err
				}
			}
		}
		return nil
	})
	f.create(name+".nar", func(w io.Writer) error {
		out := nar.NewWriter(w)
		if err := out.WriteHeader(nar.Entry{Type: nar.Directory}); err != nil {
			return err
		}
		if err := out.WriteHeader(nar.Entry{Path: speedTree, Type: nar.Directory}); err != nil {
			return err
		}
		for n := first; n < end; n++ {
			if err := out.WriteHeader(nar.Entry{Path: speedFolder(n), Type: nar.Directory}); err != nil {
				return err
			}
			for m := range i.each {
				if err := i.copyInto(out, speedFile(n, m), sizes[n*i.each+m]); err != nil {
					return err
				}
			}
		}
		return out.Close()
	})
}

// copyInto writes a file of the tree into a NAR.
func (i *speedInputs) copyInto(w *nar.Writer, file string, size int64) error {
	in, err := os.Open(filepath.Join(i.folder, file))
	if err != nil {
		return err
	}
	defer in.Close()
	if err := w.WriteHeader(nar.Entry{Path: file, Type: nar.Regular, Size: size}); err != nil {
		return err
	}
	_, err = io.Copy(w, in)
	return err
}

// speedTree is the folder of the files.
const speedTree = "tree"

func speedFolder(n int) string  { return fmt.Sprintf("%s/%03d", speedTree, n) }
func speedFile(n, m int) string { return fmt.Sprintf("%s/file-%02d", speedFolder(n), m) }
func speedObject(n int) string  { return fmt.Sprintf("object-%03d", n) }
