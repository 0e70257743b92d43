package download

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/rules-strata/rules_strata/go/outfile"
	"github.com/rules-strata/rules_strata/go/reference"
)

// commit removes all but the files that belong to the layout, writes what
// describes them, and puts it in its place. sizes are those of its blobs.
func (p *partial) commit(top v1.Descriptor, sizes map[v1.Hash]int64) error {
	err := p.removeOthers(sizes)
	if err == nil {
		err = p.checkWhole(sizes)
	}
	if err == nil {
		err = p.describe(top)
	}
	if err == nil {
		err = outfile.Explain(p.move(), p.folder, 0)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", p.dir, err)
	}
	return nil
}

func (p *partial) removeOthers(sizes map[v1.Hash]int64) error {
	return filepath.WalkDir(p.folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		digest := v1.Hash{Algorithm: filepath.Base(filepath.Dir(path)), Hex: entry.Name()}
		if _, belongs := sizes[digest]; belongs && p.file(digest) == path {
			return nil
		}
		return os.Remove(path)
	})
}

// checkWhole fails if a blob is not there, or not as long as it was.
func (p *partial) checkWhole(sizes map[v1.Hash]int64) error {
	for digest, size := range sizes {
		info, err := os.Lstat(p.file(digest))
		if err != nil {
			return fmt.Errorf("a blob is gone that had arrived: %w", err)
		}
		if !info.Mode().IsRegular() || info.Size() != size {
			return fmt.Errorf("%s was changed after it had arrived: it is not a file of %d bytes", p.file(digest), size)
		}
	}
	return nil
}

func (p *partial) describe(top v1.Descriptor) error {
	for file, content := range map[string]any{
		"index.json": v1.IndexManifest{SchemaVersion: 2, MediaType: types.OCIImageIndex, Manifests: []v1.Descriptor{top}},
		"oci-layout": map[string]string{"imageLayoutVersion": "1.0.0"},
	} {
		data, err := json.Marshal(content)
		if err != nil {
			return err
		}
		if err := outfile.Write(filepath.Join(p.folder, file), append(data, '\n')); err != nil {
			return err
		}
	}
	return nil
}

// move puts the layout in its place. A directory that is there is filled.
func (p *partial) move() error {
	if !p.inside {
		return os.Rename(p.folder, p.dir)
	}
	for _, name := range []string{"blobs", "oci-layout", "index.json"} {
		if err := os.Rename(filepath.Join(p.folder, name), filepath.Join(filepath.Dir(p.folder), name)); err != nil {
			return err
		}
	}
	_ = os.RemoveAll(p.folder) // The layout is whole.
	return nil
}

// annotations name the image, as Docker, containerd and skopeo read them. What
// is named by its digest has no name.
func annotations(ref name.Reference) (map[string]string, error) {
	tag, ok := ref.(name.Tag)
	if !ok {
		return nil, nil
	}
	full, err := reference.Parse(tag.Name())
	if err != nil {
		return nil, err
	}
	return map[string]string{"io.containerd.image.name": full.Full(), "org.opencontainers.image.ref.name": tag.TagStr()}, nil
}
