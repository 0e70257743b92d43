package harness

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"testing"
)

// Archive is a docker archive, read whole. It is for changing what an image
// holds in ways that no build does.
type Archive struct {
	// Name is the image's only name, "hello:latest".
	Name string
	// Config is the image's config, decoded.
	Config map[string]any
	// ConfigDigest is "sha256:" and the digest of the config as it stood in the
	// file.
	ConfigDigest string
	// Layers are the layers' tars, bottom layer first.
	Layers []LayerTar
}

// LayerTar is a layer's tar.
type LayerTar []byte

type archiveManifest struct {
	Config   string
	RepoTags []string
	Layers   []string
}

// ReadArchive reads an archive with one image.
func ReadArchive(t testing.TB, file string) *Archive {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	a, err := readArchive(f)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return a
}

func readArchive(r io.Reader) (*Archive, error) {
	members := map[string][]byte{}
	in := tar.NewReader(r)
	for {
		header, err := in.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if members[header.Name], err = io.ReadAll(in); err != nil {
			return nil, err
		}
	}
	var manifests []archiveManifest
	if err := json.Unmarshal(members["manifest.json"], &manifests); err != nil {
		return nil, fmt.Errorf("manifest.json: %w", err)
	}
	if len(manifests) != 1 || len(manifests[0].RepoTags) != 1 {
		return nil, fmt.Errorf("want one image with one name: %s", members["manifest.json"])
	}
	m := manifests[0]
	a := &Archive{Name: m.RepoTags[0], ConfigDigest: digest(members[m.Config])}
	for _, name := range m.Layers {
		layer, ok := members[name]
		if !ok {
			return nil, fmt.Errorf("manifest.json names %s, which is not there", name)
		}
		a.Layers = append(a.Layers, layer)
	}
	return a, json.Unmarshal(members[m.Config], &a.Config)
}

// Without is the same image, under another name, without the layer with the
// number, counted from 0.
func (a *Archive) Without(number int, name string) *Archive {
	config := map[string]any{}
	for key, value := range a.Config {
		config[key] = value
	}
	rootfs := a.Config["rootfs"].(map[string]any)
	config["rootfs"] = map[string]any{"type": rootfs["type"], "diff_ids": removed(rootfs["diff_ids"].([]any), number)}
	config["history"] = removed(a.Config["history"].([]any), number)
	return &Archive{Name: name, Config: config, Layers: removed(a.Layers, number)}
}

func removed[S ~[]E, E any](s S, i int) S { return slices.Delete(slices.Clone(s), i, i+1) }

// Write writes the archive.
func (a *Archive) Write(t testing.TB, file string) {
	t.Helper()
	data, err := a.encode()
	if err == nil {
		err = os.WriteFile(file, data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (a *Archive) encode() ([]byte, error) {
	config, err := json.Marshal(a.Config)
	if err != nil {
		return nil, err
	}
	type member struct {
		name string
		data []byte
	}
	m := archiveManifest{Config: digest(config)[len("sha256:"):] + ".json", RepoTags: []string{a.Name}}
	members := []member{{m.Config, config}}
	for number, layer := range a.Layers {
		name := fmt.Sprintf("%d/layer.tar", number)
		m.Layers = append(m.Layers, name)
		members = append(members, member{name, layer})
	}
	manifest, err := json.Marshal([]archiveManifest{m})
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, m := range append(members, member{"manifest.json", manifest}) {
		if err := w.WriteHeader(&tar.Header{Name: m.name, Size: int64(len(m.data)), Mode: 0o644}); err != nil {
			return nil, err
		}
		if _, err := w.Write(m.data); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// DiffID is the digest that the config names the layer by.
func (l LayerTar) DiffID() string { return digest(l) }

// Entries are the headers of the layer's files, in their order.
func (l LayerTar) Entries(t testing.TB) []*tar.Header {
	t.Helper()
	var headers []*tar.Header
	for _, file := range l.Files(t) {
		headers = append(headers, file.Header)
	}
	return headers
}

// DigestOf is "sha256:" and the digest of a text.
func DigestOf(text string) string { return digest([]byte(text)) }

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Digest is "sha256:" and the digest of a file.
func Digest(t testing.TB, file string) string {
	t.Helper()
	return digest([]byte(ReadFile(t, file)))
}

// LayerFile is a file of a layer with its bytes.
type LayerFile struct {
	*tar.Header
	Content []byte
}

// Files are the layer's files, in their order.
func (l LayerTar) Files(t testing.TB) []LayerFile {
	t.Helper()
	var files []LayerFile
	in := tar.NewReader(bytes.NewReader(l))
	for {
		header, err := in.Next()
		if err == io.EOF {
			return files
		}
		var content []byte
		if err == nil {
			content, err = io.ReadAll(in)
		}
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, LayerFile{header, content})
	}
}
