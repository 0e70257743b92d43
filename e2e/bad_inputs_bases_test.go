//go:build e2e

package e2e

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// badBase is the file of a base image, and what must be said of it; nil for one
// that is right.
type badBase struct {
	suffix string
	data   string
	words  []string
	// made is as in badInput.
	made []string
}

// object is a JSON object.
type object = map[string]any

const (
	ociManifestType = "application/vnd.oci.image.manifest.v1+json"
	ociConfigType   = "application/vnd.oci.image.config.v1+json"
	ociLayerType    = "application/vnd.oci.image.layer.v1.tar"
)

// badBases are base images by the number of the case and its name.
func badBases(t *testing.T) map[string]badBase {
	file := func(name string) *tar.Header { return &tar.Header{Name: name, Mode: 0o644} }
	directory := func(name string) *tar.Header { return &tar.Header{Name: name, Mode: 0o755, Typeflag: tar.TypeDir} }
	link := func(name, to string, kind byte) *tar.Header {
		return &tar.Header{Name: name, Mode: 0o777, Typeflag: kind, Linkname: to}
	}
	owned := func(uid int, mtime int64) *tar.Header {
		h := file("file-of-" + time.Unix(mtime, 0).UTC().Format(time.RFC3339))
		h.Uid, h.ModTime, h.Format = uid, time.Unix(mtime, 0), tar.FormatPAX
		return h
	}
	layer := func(words []string, headers ...*tar.Header) badBase {
		return badBase{data: dockerArchive(t, tarOf(t, headers...)), words: words}
	}
	good := tarOf(t, file("good"))
	image := dockerArchive(t, good)
	config := func(text string, words ...string) badBase {
		return badBase{data: archiveOf(t, text, good), words: words}
	}
	var many []string
	for range 124 {
		many = append(many, good)
	}
	gzipped := gzipOf(t, image[:len(image)/2]) + gzipOf(t, image[len(image)/2:])
	length := func(n int) func(layer object) { return func(layer object) { layer["size"] = n } }

	return map[string]badBase{
		"D11 upward":                      layer([]string{"layer 1 of 1", `"../x"`}, file("../x")),
		"D11 through a link":              layer([]string{"layer 1 of 1", `"a/b/c"`, `"a/b"`, "symlink"}, directory("a"), link("a/b", "/etc", tar.TypeSymlink), file("a/b/c")),
		"D12 file then directory":         layer([]string{"layer 1 of 1", `"a/b"`, `"a/b/"`, "a file", "a directory"}, file("a/b"), directory("a/b/")),
		"D13 hard link to a later file":   layer([]string{"layer 1 of 1", `"a"`, `"b"`, "hard link"}, link("a", "b", tar.TypeLink), file("b")),
		"D13 hard link to an absent file": layer([]string{"layer 1 of 1", `"a"`, `"absent"`, "hard link"}, link("a", "absent", tar.TypeLink)),
		"D15 long name":                   layer([]string{"layer 1 of 1", "nnn", "256 bytes", "255"}, file(strings.Repeat("n", 256))),
		"D15 long path":                   layer([]string{"layer 1 of 1", "ppp", "bytes", "at most 4096"}, file(strings.Repeat("ppp/", 1100)+"file")),
		"D17 odd numbers":                 layer(nil, owned(1<<31, -1), owned(1<<40, 1<<34)),
		"D18 junk after gzip":             {suffix: ".gz", data: gzipOf(t, image) + "junk and more junk", words: []string{"junk_after_gzip.tar.gz", "gzip", "something else"}},
		"D18 two members":                 {suffix: ".gz", data: gzipped},
		"D19 huge window":                 {suffix: ".zst", data: "\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00", words: []string{"huge_window.tar.zst", "zstd", "limit of 128 MiB"}},
		"D20 size too small":              {data: layoutArchive(t, good, length(5)), words: []string{"layer 1 of 1", "1536 bytes", "says 5"}},
		"D20 size too big":                {data: layoutArchive(t, good, length(1<<30)), words: []string{"layer 1 of 1", "1536 bytes", "says 1073741824"}},
		"D21 unknown digest algorithm": {data: layoutArchive(t, good, func(layer object) {
			layer["digest"] = "blake3:" + strings.Repeat("0", 64)
		}), words: []string{"layer 1", `"blake3"`, "sha256"}},
		"D22 config no JSON":        config(`{`, "config", "not an image's config"),
		"D22 config without rootfs": config(`{"os":"linux"}`, "config", `"rootfs"`),
		"D22 config without os":     config(`{"rootfs":{"type":"layers","diff_ids":["`+harness.DigestOf(good)+`"]}}`, "config", `"os"`),
		"D27 many layers":           {data: dockerArchive(t, many...), words: []string{"no layer is left", "max_layers = 100", "124"}, made: baseFiles},
	}
}

// tarOf is a tar of entries without content.
func tarOf(t *testing.T, headers ...*tar.Header) string {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, header := range headers {
		if err := w.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// filesTar is a tar of files, given as names and contents in turn.
func filesTar(t *testing.T, files ...string) string {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for i := 0; i < len(files); i += 2 {
		err := w.WriteHeader(&tar.Header{Name: files[i], Mode: 0o644, Size: int64(len(files[i+1]))})
		if err == nil {
			_, err = w.Write([]byte(files[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func gzipOf(t *testing.T, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func jsonText(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// imageConfig is the config of an image with the layers.
func imageConfig(t *testing.T, layers ...string) string {
	t.Helper()
	var ids []string
	for _, layer := range layers {
		ids = append(ids, harness.DigestOf(layer))
	}
	return jsonText(t, object{"os": "linux", "architecture": "amd64", "rootfs": object{"type": "layers", "diff_ids": ids}})
}

// dockerArchive is an archive of an image with the layers.
func dockerArchive(t *testing.T, layers ...string) string {
	t.Helper()
	return archiveOf(t, imageConfig(t, layers...), layers...)
}

func archiveOf(t *testing.T, config string, layers ...string) string {
	t.Helper()
	name := strings.TrimPrefix(harness.DigestOf(config), "sha256:") + ".json"
	files := []string{name, config}
	var names []string
	for _, layer := range layers {
		member := strings.TrimPrefix(harness.DigestOf(layer), "sha256:") + "/layer.tar"
		names = append(names, member)
		files = append(files, member, layer)
	}
	manifest := []object{{"Config": name, "RepoTags": []string{"bad:latest"}, "Layers": names}}
	return filesTar(t, append(files, "manifest.json", jsonText(t, manifest))...)
}

// layoutArchive is a tar of an OCI layout with one layer, whose descriptor is
// changed.
func layoutArchive(t *testing.T, layer string, change func(descriptor object)) string {
	t.Helper()
	descriptor := func(mediaType, data string) object {
		return object{"mediaType": mediaType, "digest": harness.DigestOf(data), "size": len(data)}
	}
	blob := func(data string) string {
		return "blobs/sha256/" + strings.TrimPrefix(harness.DigestOf(data), "sha256:")
	}
	config := imageConfig(t, layer)
	layers := []object{descriptor(ociLayerType, layer)}
	change(layers[0])
	manifest := jsonText(t, object{
		"schemaVersion": 2, "mediaType": ociManifestType, "config": descriptor(ociConfigType, config), "layers": layers,
	})
	index := jsonText(t, object{"schemaVersion": 2, "manifests": []object{descriptor(ociManifestType, manifest)}})
	return filesTar(t,
		"oci-layout", `{"imageLayoutVersion":"1.0.0"}`, "index.json", index,
		blob(manifest), manifest, blob(config), config, blob(layer), layer)
}
