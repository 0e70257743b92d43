package baseimage

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// file is a member of an archive, or an entry of a layer.
type file struct {
	name, data string
	// link makes it a symlink, hard a hard link.
	link, hard string
}

// tarOf makes a tar of files.
func tarOf(t testing.TB, files ...file) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, f := range files {
		h := &tar.Header{Name: f.name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(f.data))}
		switch {
		case f.link != "":
			h.Typeflag, h.Linkname = tar.TypeSymlink, f.link
		case f.hard != "":
			h.Typeflag, h.Linkname = tar.TypeLink, f.hard
		case strings.HasSuffix(f.name, "/"):
			h.Typeflag, h.Mode = tar.TypeDir, 0o755
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, f.data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func hexOf(data string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(data))) }

// jsonOf encodes a value as tools other than ours do.
func jsonOf(t testing.TB, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

type obj = map[string]any

// sample is an image: its layers' tars and its config.
type sample struct {
	layers []string
	config string
}

// sampleOf is an image of layers, each with one file of its number's name.
func sampleOf(t testing.TB, layers int, arch string) sample {
	t.Helper()
	var s sample
	for i := range layers {
		s.layers = append(s.layers, string(tarOf(t, file{name: "etc/"}, file{name: fmt.Sprintf("etc/%s-%d", arch, i), data: strings.Repeat("x", 3000*i)})))
	}
	return s.withConfig(t, obj{"os": "linux", "architecture": arch})
}

// withConfig gives the image a config with its diff IDs.
func (s sample) withConfig(t testing.TB, config obj) sample {
	t.Helper()
	ids := []string{}
	for _, l := range s.layers {
		ids = append(ids, "sha256:"+hexOf(l))
	}
	config["rootfs"] = obj{"type": "layers", "diff_ids": ids}
	s.config = jsonOf(t, config)
	return s
}

// manifestOf is a docker archive's manifest.json entry.
func manifestOf(config string, layers []string, tags ...string) obj {
	return obj{"Config": config, "RepoTags": tags, "Layers": layers}
}

// legacy are the members of an archive of Docker before 25: a folder for each
// layer, symlinks where a layer comes again, repositories.
func legacy(t testing.TB, s sample, tags ...string) []file {
	t.Helper()
	var files []file
	var layers []string
	first := map[string]string{}
	for i, l := range s.layers {
		id := hexOf(fmt.Sprint("v1", i, l))
		files = append(files, file{name: id + "/"}, file{name: id + "/VERSION", data: "1.0"}, file{name: id + "/json", data: jsonOf(t, obj{"id": id})})
		if of, ok := first[l]; ok {
			files = append(files, file{name: id + "/layer.tar", link: "../" + of + "/layer.tar"})
		} else {
			files = append(files, file{name: id + "/layer.tar", data: l})
			first[l] = id
		}
		layers = append(layers, id+"/layer.tar")
	}
	config := hexOf(s.config) + ".json"
	return append(files,
		file{name: config, data: s.config},
		file{name: "manifest.json", data: jsonOf(t, []obj{manifestOf(config, layers, tags...)})},
		file{name: "repositories", data: `{"hello":{"latest":"` + strings.Repeat("0", 64) + `"}}`})
}

// skopeo are the members of one of skopeo's archives: files named by their
// diff IDs, and links to them.
func skopeo(t testing.TB, s sample, tags ...string) []file {
	t.Helper()
	var files []file
	var layers []string
	for i, l := range s.layers {
		name := hexOf(l) + ".tar"
		files = append(files, file{name: name, data: l}, file{name: hexOf(fmt.Sprint(i, l)) + "/layer.tar", link: "../" + name})
		layers = append(layers, name)
	}
	config := hexOf(s.config) + ".json"
	return append(files, file{name: config, data: s.config}, file{name: "manifest.json", data: jsonOf(t, []obj{manifestOf(config, layers, tags...)})})
}

// descriptorOf describes a blob.
func descriptorOf(mediaType, data string) obj {
	return obj{"mediaType": mediaType, "digest": "sha256:" + hexOf(data), "size": len(data)}
}

func blobOf(data string) file { return file{name: "blobs/sha256/" + hexOf(data), data: data} }

// with is an object with more fields.
func with(o obj, more obj) obj {
	for key, value := range more {
		o[key] = value
	}
	return o
}

const (
	tarType  = "application/vnd.oci.image.layer.v1.tar"
	confType = "application/vnd.oci.image.config.v1+json"
)

// blobs are the blobs of an image whose layers pass through compress, and its
// manifest's descriptor.
func blobs(t testing.TB, s sample, suffix string, compress func(testing.TB, string) string) (files []file, manifest obj) {
	t.Helper()
	return blobsOf(t, s, tarType+suffix, compress)
}

// blobsOf is blobs for layers of any media type.
func blobsOf(t testing.TB, s sample, mediaType string, compress func(testing.TB, string) string) (files []file, manifest obj) {
	t.Helper()
	layers := []obj{}
	for _, l := range s.layers {
		data := compress(t, l)
		files = append(files, blobOf(data))
		layers = append(layers, descriptorOf(mediaType, data))
	}
	text := jsonOf(t, obj{"schemaVersion": 2, "config": descriptorOf(confType, s.config), "layers": layers})
	return append(files, blobOf(s.config), blobOf(text)), descriptorOf(ociManifest, text)
}

// layoutOf adds index.json and oci-layout.
func layoutOf(t testing.TB, files []file, manifests ...obj) []file {
	t.Helper()
	return append(files,
		file{name: "index.json", data: jsonOf(t, obj{"schemaVersion": 2, "manifests": manifests})},
		file{name: "oci-layout", data: `{"imageLayoutVersion":"1.0.0"}`})
}

// indexOf is an image index and its descriptor.
func indexOf(t testing.TB, manifests ...obj) (file, obj) {
	t.Helper()
	text := jsonOf(t, obj{"schemaVersion": 2, "mediaType": ociIndex, "manifests": manifests})
	return blobOf(text), descriptorOf(ociIndex, text)
}

func platformOf(arch string) obj {
	return obj{"platform": obj{"os": "linux", "architecture": arch}}
}

// hybrid are the members of an archive of Docker 25 and later.
func hybrid(t testing.TB, s sample, tags ...string) []file {
	t.Helper()
	files, manifest := blobs(t, s, "", plain)
	var layers []string
	for _, l := range s.layers {
		layers = append(layers, blobOf(l).name)
	}
	files = layoutOf(t, files, manifest)
	return append(files, file{name: "manifest.json", data: jsonOf(t, []obj{manifestOf(blobOf(s.config).name, layers, tags...)})})
}

func plain(_ testing.TB, data string) string { return data }

func gzipped(t testing.TB, data string) string {
	return compressed(t, data, func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil })
}

func zstded(t testing.TB, data string) string {
	return compressed(t, data, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) })
}

func xzed(t testing.TB, data string) string {
	return compressed(t, data, func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) })
}

func compressed(t testing.TB, data string, open func(io.Writer) (io.WriteCloser, error)) string {
	t.Helper()
	var buf bytes.Buffer
	w, err := open(&buf)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// write writes a file and gives its path.
func write(t testing.TB, data string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "base.tar")
	if err := os.WriteFile(name, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// archive writes a tar of members and gives its path.
func archive(t testing.TB, members []file) string {
	t.Helper()
	return write(t, string(tarOf(t, members...)))
}

// folder writes members below a directory and gives its path.
func folder(t testing.TB, members []file) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range members {
		name := filepath.Join(dir, f.name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(f.data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// replace changes one member.
func replace(files []file, name string, change func(string) string) []file {
	out := append([]file{}, files...)
	for i, f := range out {
		if f.name == name {
			out[i].data = change(f.data)
		}
	}
	return out
}

// without leaves out members.
func without(files []file, names ...string) []file {
	var out []file
next:
	for _, f := range files {
		for _, name := range names {
			if f.name == name {
				continue next
			}
		}
		out = append(out, f)
	}
	return out
}
