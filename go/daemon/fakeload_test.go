package daemon

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// fakeDescriptor and fakeManifest are what a store reads of an OCI layout: a
// manifest, or an index.
type fakeDescriptor struct {
	MediaType   string
	Digest      string
	Size        int64
	Annotations map[string]string
	Platform    struct{ OS string }
}

type fakeManifest struct {
	Config    fakeDescriptor
	Layers    []fakeDescriptor
	Manifests []fakeDescriptor
}

// fakeArchive is an archive that was read.
type fakeArchive struct {
	files map[string][]byte
	load  fakeLoad
}

func readFakeArchive(body io.Reader) (*fakeArchive, error) {
	a := &fakeArchive{files: map[string][]byte{}}
	counted := &countingReader{r: body}
	r := tar.NewReader(counted)
	for {
		hdr, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		data, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		a.files[hdr.Name] = data
		if strings.HasPrefix(hdr.Name, "blobs/") && !bytes.HasPrefix(data, []byte("{")) {
			a.load.layers++
		}
	}
	_, _ = io.Copy(io.Discard, counted)
	a.load.bytes = counted.n
	return a, nil
}

type countingReader struct {
	r io.Reader
	n int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func blobFile(digest string) string {
	return "blobs/sha256/" + strings.TrimPrefix(digest, "sha256:")
}

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// load takes an archive as the store does.
func (s *fakeStore) load(w io.Writer, body io.Reader) int {
	a, err := readFakeArchive(body)
	if err != nil {
		return say(w, http.StatusInternalServerError, err.Error())
	}
	s.loads = append(s.loads, a.load)
	if s.kind == containerdStore {
		return s.importLayout(w, a)
	}
	return s.loadManifest(w, a)
}

// loadManifest follows manifest.json, as the classic store and Podman do: an
// image is loaded whole or not at all.
func (s *fakeStore) loadManifest(w io.Writer, a *fakeArchive) int {
	var list []struct {
		Config   string
		RepoTags []string
		Layers   []string
	}
	var config struct {
		RootFS struct {
			DiffIDs []string `json:"diff_ids"`
		}
	}
	if json.Unmarshal(a.files["manifest.json"], &list) != nil || json.Unmarshal(a.files[list[0].Config], &config) != nil {
		return say(w, http.StatusInternalServerError, "invalid archive")
	}
	img := &fakeImage{config: digestOf(a.files[list[0].Config]), diffIDs: config.RootFS.DiffIDs}
	if s.kind == classicStore && len(img.diffIDs) > 125 {
		fmt.Fprint(w, `{"error":"max depth exceeded"}`)
		return http.StatusOK
	}
	for i, path := range list[0].Layers {
		data, there := a.files[path]
		_, known := s.blobs[img.diffIDs[i]]
		if s.kind == classicStore {
			known = s.chains[chain(img.diffIDs[:i+1])]
		}
		switch {
		case known:
		case !there && s.kind == podmanStore:
			return say(w, http.StatusInternalServerError, "reading blob "+img.diffIDs[i]+": open /var/tmp/"+path+": no such file or directory")
		case !there:
			fmt.Fprintf(w, `{"error":"open /var/lib/docker/tmp/docker-import-1/%s: no such file or directory"}`, path)
			return http.StatusOK
		case digestOf(data) != img.diffIDs[i]:
			fmt.Fprint(w, `{"error":"invalid diffID for layer"}`)
			return http.StatusOK
		}
	}
	for i, diffID := range img.diffIDs {
		s.chains[chain(img.diffIDs[:i+1])] = true
		s.blobs[diffID] = nil
	}
	s.images[img.config] = img
	s.sayLoaded(w, img.config, list[0].RepoTags)
	return http.StatusOK
}

func (s *fakeStore) sayLoaded(w io.Writer, id string, names []string) {
	for _, name := range names {
		s.names[fullName(name)] = id
		fmt.Fprintf(w, `{"stream":"Loaded image: %s\n"}`, s.shown(name))
	}
	if len(names) == 0 {
		fmt.Fprintf(w, `{"stream":"Loaded image ID: %s\n"}`, id)
	}
}

// importLayout follows index.json, as the containerd store does: the image and
// its names are there before it is unpacked, whatever is missing.
func (s *fakeStore) importLayout(w io.Writer, a *fakeArchive) int {
	for path, data := range a.files {
		if strings.HasPrefix(path, "blobs/") {
			s.blobs[digestOf(data)] = data
		}
	}
	var index fakeManifest
	if json.Unmarshal(a.files["index.json"], &index) != nil {
		return say(w, http.StatusInternalServerError, "invalid archive")
	}
	var names []string
	var img *fakeImage
	id := index.Manifests[0].Digest
	if s.otherIDs {
		id = digestOf([]byte(id))
	}
	for _, d := range index.Manifests {
		if name := d.Annotations["io.containerd.image.name"]; name != "" {
			names = append(names, name)
		}
		img = s.imageOf(a, d)
	}
	s.images[id] = img
	s.sayLoaded(w, id, names)
	for _, m := range img.parts {
		for _, l := range m.Layers {
			if _, ok := s.blobs[l.Digest]; !ok && img.config != "" && !s.unpacked {
				fmt.Fprintf(w, `{"stream":"Error unpacking image: content digest %s: not found\n"}`, l.Digest)
				return http.StatusOK
			}
		}
	}
	return http.StatusOK
}

// imageOf is the image that a manifest or an index describes. One for another
// platform has no config of ours.
func (s *fakeStore) imageOf(a *fakeArchive, d fakeDescriptor) *fakeImage {
	var m fakeManifest
	_ = json.Unmarshal(a.files[blobFile(d.Digest)], &m)
	img := &fakeImage{}
	if m.Manifests == nil {
		var config struct {
			RootFS struct {
				DiffIDs []string `json:"diff_ids"`
			}
		}
		_ = json.Unmarshal(a.files[blobFile(m.Config.Digest)], &config)
		img.config, img.diffIDs = m.Config.Digest, config.RootFS.DiffIDs
		img.manifests, img.parts = []fakeDescriptor{d}, []*fakeManifest{&m}
		return img
	}
	for _, child := range m.Manifests {
		var part fakeManifest
		_ = json.Unmarshal(a.files[blobFile(child.Digest)], &part)
		img.manifests, img.parts = append(img.manifests, child), append(img.parts, &part)
	}
	return img
}
