package podman

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// load takes an archive, an OCI layout or a docker archive.
func (f *fake) load(w http.ResponseWriter, body io.Reader) {
	files := map[string][]byte{}
	tr := tar.NewReader(body)
	for {
		header, err := tr.Next()
		if err == io.EOF {
			break
		}
		if err == nil {
			files[header.Name], err = io.ReadAll(tr)
		}
		if err != nil {
			refuse(w, http.StatusInternalServerError, "failed to write temporary file: "+err.Error())
			return
		}
	}
	_, _ = io.Copy(io.Discard, body)
	f.mu.Lock()
	defer f.mu.Unlock()
	id, layoutErr := f.loadLayout(files)
	if layoutErr != nil {
		var err error
		if id, err = f.loadDocker(files); err != nil {
			refuse(w, http.StatusInternalServerError, refusalText(layoutErr, err))
			return
		}
	}
	_ = json.NewEncoder(w).Encode(map[string][]string{"Names": {id}})
}

// refusalText is what Podman says of an archive that it takes neither as an OCI
// layout nor as a docker archive.
func refusalText(layout, docker error) string {
	return fmt.Sprintf("unable to load image: payload does not match any of the supported image formats:\n"+
		" * oci: open /var/tmp/libpod-images-load.tar1/index.json: not a directory\n"+
		" * oci-archive: %v\n"+
		" * docker-archive: %v\n"+
		" * dir: open /var/tmp/libpod-images-load.tar1/manifest.json: not a directory", layout, docker)
}

var errNoIndex = errors.New("loading index: open /var/tmp/container_images_oci1/index.json: no such file or directory")

// loadLayout loads an OCI layout whose index has one manifest without a name.
func (f *fake) loadLayout(files map[string][]byte) (id string, err error) {
	type descriptor struct {
		Digest      string
		Annotations map[string]string
	}
	var index struct{ Manifests []descriptor }
	var manifest struct {
		Config descriptor
		Layers []descriptor
	}
	path := func(d descriptor) string { return "blobs/sha256/" + strings.TrimPrefix(d.Digest, digestPrefix) }
	if files["index.json"] == nil {
		return "", errNoIndex
	}
	if err := json.Unmarshal(files["index.json"], &index); err != nil {
		return "", err
	}
	if len(index.Manifests) != 1 || len(index.Manifests[0].Annotations) > 0 {
		return "", errors.New("not one manifest without a name")
	}
	if err := json.Unmarshal(files[path(index.Manifests[0])], &manifest); err != nil {
		return "", err
	}
	i := &image{id: manifest.Config.Digest}
	for _, l := range manifest.Layers {
		if !f.layers[l.Digest] && files[path(l)] == nil {
			return "", fmt.Errorf("unable to perform copy: reading blob %s: open /var/tmp/container_images_oci1/%s: no such file or directory", l.Digest, path(l))
		}
		f.layers[l.Digest] = true
		i.diffIDs = append(i.diffIDs, l.Digest)
	}
	return f.keep(i), nil
}

// loadDocker loads a docker archive that has all layers and no names.
func (f *fake) loadDocker(files map[string][]byte) (id string, err error) {
	var manifest []struct {
		Config           string
		RepoTags, Layers []string
	}
	if err := json.Unmarshal(files["manifest.json"], &manifest); err != nil {
		return "", err
	}
	if len(manifest) != 1 || len(manifest[0].RepoTags) > 0 {
		return "", errors.New("not one image without a name")
	}
	i := &image{id: digestPrefix + strings.TrimSuffix(manifest[0].Config, ".json")}
	for _, l := range manifest[0].Layers {
		if files[l] == nil {
			return "", errors.New("Some layer tarfiles are missing in the tarball")
		}
		diffID := digestPrefix + strings.TrimSuffix(l, "/layer.tar")
		f.layers[diffID] = true
		i.diffIDs = append(i.diffIDs, diffID)
	}
	return f.keep(i), nil
}

// keep adds an image to those that are there.
func (f *fake) keep(i *image) (id string) {
	if f.images[i.id] == nil {
		f.images[i.id] = i
	}
	return i.id
}
