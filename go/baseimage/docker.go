package baseimage

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"
)

// dockerImage is one image in a docker archive's manifest.json.
type dockerImage struct {
	Config   string
	RepoTags []string
	Layers   []string
}

// openDocker opens an image of a docker archive. Its layers are wherever
// manifest.json says, under any name, as files or links.
func openDocker(m members, sel Selection) (*Image, error) {
	images, err := readDockerManifest(m)
	if err != nil {
		return nil, err
	}
	chosen, err := sel.among(images)
	if err != nil {
		return nil, err
	}
	img, err := chosen.open(m)
	if err != nil {
		return nil, err
	}
	img.Warnings = sel.warnings()
	return img, nil
}

// readDockerManifest reads the list of an archive's images, of which there must
// be one.
func readDockerManifest(m members) ([]dockerImage, error) {
	data, err := readAll(m, dockerManifest, maxManifest)
	if err != nil {
		return nil, err
	}
	var images []dockerImage
	if err := json.Unmarshal(data, &images); err != nil {
		return nil, fmt.Errorf("%s: not that of a docker archive: %w", dockerManifest, err)
	}
	if len(images) == 0 {
		return nil, errors.New("it has no images")
	}
	return images, nil
}

func (s *Selection) among(images []dockerImage) (*dockerImage, error) {
	if !s.byName() {
		return &images[0], nil
	}
	var refs []string
	for i := range images {
		for _, ref := range images[i].RepoTags {
			if s.is(ref) {
				return &images[i], nil
			}
			refs = append(refs, ref)
		}
	}
	return nil, s.notFound(refs)
}

func (d *dockerImage) open(m members) (*Image, error) {
	if d.Config == "" {
		return nil, fmt.Errorf("%s: it names no config", dockerManifest)
	}
	data, err := readAll(m, d.Config, maxConfig)
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	if want, ok := digestInName(d.Config); ok {
		if err := want.check(data); err != nil {
			return nil, fmt.Errorf("config %s: %w", d.Config, err)
		}
	}
	img, err := newImage(m, "config "+d.Config, data, d.Layers)
	if err != nil {
		return nil, err
	}
	for i := range img.Layers {
		l := &img.Layers[i]
		if strings.HasPrefix(l.member, "blobs/") {
			l.want, _ = digestInName(l.member)
		}
		if err := l.check(); err != nil {
			return nil, err
		}
	}
	return img, nil
}

// digestInName is the digest that the name of a config or a blob states:
// "<hex>.json", "sha256:<hex>" or "blobs/sha256/<hex>".
func digestInName(name string) (digest, bool) {
	base := strings.TrimPrefix(strings.TrimSuffix(path.Base(name), ".json"), "sha256:")
	d, err := parseDigest("sha256:" + base)
	return d, err == nil
}
