package baseimage

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// openAll opens an image and reads all of it.
func openAll(path string) error {
	img, err := Open(path, Selection{Architecture: "amd64"})
	if err != nil {
		return err
	}
	defer img.Close()
	_, err = img.Describe("/nix/store")
	return err
}

// zstdHuge is a frame of zstd that wants a window of 2 GiB.
func zstdHuge() string {
	frame := []byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3}
	return string(append(frame, 0x01, 0x00, 0x00)) // one empty raw block, the last
}

// xzHuge is the beginning of an xz stream that wants a dictionary of 1 GiB.
func xzHuge(t *testing.T) string {
	data := []byte(xzed(t, "x"))
	const dictionary = 12 + 2 + 2 // stream header, block header's size and flags, filter ID and size
	data[dictionary] = 36
	return string(data)
}

func TestErrors(t *testing.T) {
	s := sampleOf(t, 2, "amd64")
	docker := legacy(t, s)
	dockerConfig := hexOf(s.config) + ".json"
	firstLayer := docker[3].name
	ociFiles, ociDescriptor := blobs(t, s, "+gzip", gzipped)
	layout := layoutOf(t, ociFiles, ociDescriptor)
	blobName := func(data string) string { return blobOf(data).name }
	layerBlob := blobName(gzipped(t, s.layers[0]))
	// custom is a layout whose manifest is changed.
	custom := func(change func(manifest obj)) []file {
		layers := []obj{}
		for _, l := range s.layers {
			layers = append(layers, descriptorOf(tarType+"+gzip", gzipped(t, l)))
		}
		m := obj{"schemaVersion": 2, "config": descriptorOf(confType, s.config), "layers": layers}
		change(m)
		text := jsonOf(t, m)
		return layoutOf(t, append(ociFiles[:len(ociFiles):len(ociFiles)], blobOf(text)), descriptorOf(ociManifest, text))
	}
	changeLayer := func(more obj) func(obj) {
		return func(m obj) { with(m["layers"].([]obj)[0], more) }
	}
	withConfig := func(config string) []file {
		list := replace(docker, dockerConfig, func(string) string { return config })
		name := hexOf(config) + ".json"
		for i := range list {
			if list[i].name == dockerConfig {
				list[i].name = name
			}
			list[i].data = strings.ReplaceAll(list[i].data, dockerConfig, name)
		}
		return list
	}
	// layerIs is an archive with one layer, stored as given and promised as tar.
	layerIs := func(stored, tar string) string {
		one := sample{layers: []string{tar}}.withConfig(t, obj{"os": "linux", "architecture": "amd64"})
		return archive(t, replace(legacy(t, one), legacy(t, one)[3].name, func(string) string { return stored }))
	}
	badLayer := func(list ...entry) string {
		data := entries(t, list...)
		return layerIs(data, data)
	}
	deep := func(n int) []file {
		files, d := append([]file{}, ociFiles...), ociDescriptor
		for range n {
			var index file
			index, d = indexOf(t, d)
			files = append(files, index)
		}
		return layoutOf(t, files, d)
	}
	selfIndex := func() []file {
		name := strings.Repeat("ab", 32)
		d := obj{"mediaType": ociIndex, "digest": "sha256:" + name, "size": 0}
		text := ""
		for range 3 {
			text = jsonOf(t, obj{"schemaVersion": 2, "mediaType": ociIndex, "manifests": []obj{d}})
			d["size"] = len(text)
		}
		return layoutOf(t, []file{{name: "blobs/sha256/" + name, data: text}}, d)
	}
	tarred := string(tarOf(t, docker...))
	xed := func(s string) string { return strings.Repeat("x", len(s)) }
	flipped := func(s string) string { return s[:len(s)/2] + string([]byte{s[len(s)/2] ^ 1}) + s[len(s)/2+1:] }
	const end = "\n" // of a message
	for _, test := range []struct{ name, path, wantErr string }{
		{"absent", filepath.Join(t.TempDir(), "absent"), "no such file or directory"},
		{"empty", write(t, ""), "it is a tar without members"},
		{"text", write(t, strings.Repeat("no archive\n", 100)), "neither an OCI layout nor a tar, plain or compressed"},
		{"short text", write(t, "no archive\n"), "neither an OCI layout nor a tar, plain or compressed with gzip, zstd, xz or bzip2" + end},
		{"other tar", archive(t, []file{{name: "docs/"}}), "neither a docker archive nor an OCI layout, which would have a manifest.json or an index.json" + end},
		{"other folder", folder(t, []file{{name: "docs"}}), "neither a docker archive nor an OCI layout, which would have a manifest.json or an index.json" + end},
		{"root file system", archive(t, []file{{name: "./etc/"}}), "manifest.json or an index.json: it looks like a root file system: make an image of it first"},
		{"root file system with absolute links", archive(t, []file{{name: "bin/"}, {name: "bin/sh", link: "/bin/busybox"}}), "it looks like a root file system"},
		{"folder of a root file system", folder(t, []file{{name: "etc"}}), "it looks like a root file system"},
		{"Docker before 1.10", archive(t, without(docker, "manifest.json")), "before 1.10, with no manifest.json: load it into Docker and save it again"},

		{"member with ..", archive(t, append([]file{{name: "a/../../x"}}, docker...)), `the name "a/../../x" leads out of the archive`},
		{"link out of the archive", archive(t, append([]file{{name: "a/x", link: "../../y"}}, docker...)), `a/x: it is a link to "../../y", which leads out of the archive`},
		{"absolute link", archive(t, append([]file{{name: "x", link: "/etc/passwd"}}, docker...)), `x: it is a link to "/etc/passwd", which leads out of the archive`},
		{"hard link out of the archive", archive(t, append([]file{{name: "x", hard: "../y"}}, docker...)), `x: it is a hard link: the name "../y" leads out`},
		{"hard link to a later member", archive(t, append([]file{{name: "x", hard: "manifest.json"}}, docker...)), `x: it is a hard link to "manifest.json", which is not before it`},
		{"config out of the archive", archive(t, replace(docker, "manifest.json", func(string) string { return `[{"Config":"../x"}]` })), `the name "../x" leads out of the archive`},
		{"layer out of the folder", folder(t, replace(without(hybrid(t, s), "index.json"), "manifest.json", func(string) string {
			return jsonOf(t, []obj{manifestOf(blobName(s.config), []string{"../../etc/passwd", "x"})})
		})), `layer 1 of 2 (../../etc/passwd): the name "../../etc/passwd" leads out of the archive`},
		{"links in a circle", archive(t, append(without(docker, dockerConfig), file{name: dockerConfig, link: "b"}, file{name: "b", link: dockerConfig})), dockerConfig + ": it is a link that leads to more than 40 others"},
		{"link to nothing", archive(t, append(without(docker, firstLayer), file{name: firstLayer, link: "../gone/layer.tar"})), `layer 1 of 2 (` + firstLayer + `): ` + firstLayer + `: it is a link to "gone/layer.tar": gone/layer.tar: file does not exist`},
		{"layer that is a folder", archive(t, append(without(docker, firstLayer), file{name: firstLayer + "/"})), firstLayer + ": it is not a file"},
		{"layer not there", archive(t, without(docker, firstLayer)), "layer 1 of 2 (" + firstLayer + "): " + firstLayer + ": file does not exist"},
		{"config not there", archive(t, without(docker, dockerConfig)), "config: " + dockerConfig + ": file does not exist"},

		{"cut in a layer", write(t, tarred[:8*512+100]), "truncated, after "},
		{"cut between members", write(t, tarred[:3*512]), "index.json (it is truncated: the end of the tar is not there)"},
		{"cut in a header", write(t, tarred[:1000]), "truncated, after 1 members"},
		{"cut gzip", write(t, gzipped(t, tarred)[:200]), "gzip: truncated: unexpected EOF"},
		{"cut zstd", write(t, zstded(t, tarred)[:100]), "zstd: truncated: unexpected EOF"},
		{"cut xz", write(t, xzed(t, tarred)[:100]), "xz: truncated: unexpected EOF"},
		{"junk after gzip", write(t, gzipped(t, tarred)+"junk and more junk"), "gzip: something else than gzip follows after its end"},
		{"junk after zstd", write(t, zstded(t, tarred)+"junk and more junk"), "zstd: "},
		{"junk after xz", write(t, xzed(t, tarred)+"junk and more junk"), "xz: "},
		{"huge window", write(t, zstdHuge()), "zstd: it wants its reader to keep more than the limit of 128 MiB"},
		{"huge dictionary", write(t, xzHuge(t)), "xz: it wants its reader to keep more than the limit of 128 MiB"},
		{"a layer with a huge window", layerIs(zstdHuge(), s.layers[0]), "zstd: it wants its reader to keep more than the limit of 128 MiB"},
		{"junk after a layer's gzip", layerIs(gzipped(t, s.layers[0])+"junk", s.layers[0]), "layer 1 of 1 "},
		{"cut layer", layerIs(s.layers[1][:600], s.layers[1]), "truncated, after 1 entries"},
		{"layer cut between entries", layerIs(s.layers[1][:512], s.layers[1]), "): its diff ID is sha256:" + hexOf(s.layers[1][:512]) + ", want sha256:" + hexOf(s.layers[1])},
		{"layer cut in gzip", layerIs(gzipped(t, s.layers[1])[:100], s.layers[1]), "gzip: truncated"},
		{"layer that is no tar", layerIs(xed(s.layers[0]), xed(s.layers[0])), "not a tar, or a broken one, after 0 entries"},
		{"another layer", layerIs(s.layers[0], s.layers[1]), ": its diff ID is sha256:" + hexOf(s.layers[0]) + ", want sha256:" + hexOf(s.layers[1])},
		{"bytes after a layer's end", layerIs(s.layers[0]+"x", s.layers[0]), ": its diff ID is sha256:"},

		{"manifest that is no JSON", archive(t, replace(docker, "manifest.json", func(string) string { return "{" })), "manifest.json: not that of a docker archive: unexpected end"},
		{"manifest of something else", archive(t, replace(docker, "manifest.json", func(string) string { return "{}" })), "manifest.json: not that of a docker archive"},
		{"manifest too long", archive(t, replace(docker, "manifest.json", func(string) string { return strings.Repeat(" ", maxManifest+1) })), "manifest.json: it has 4194305 bytes, the limit is 4194304"},
		{"no images", archive(t, replace(docker, "manifest.json", func(string) string { return "[]" })), "it has no images"},
		{"no config named", archive(t, replace(docker, "manifest.json", func(string) string { return "[{}]" })), "manifest.json: it names no config"},
		{"too few layers", archive(t, replace(docker, "manifest.json", func(string) string { return jsonOf(t, []obj{manifestOf(dockerConfig, []string{firstLayer})}) })),
			"it lists 1 layers, but its config has 2 diff IDs"},

		{"another config", archive(t, replace(docker, dockerConfig, func(c string) string { return c + " " })), "config " + dockerConfig + ": its digest is sha256:"},
		{"config that is no JSON", archive(t, withConfig("{")), ".json: not an image's config: unexpected end"},
		{"config without rootfs", archive(t, withConfig(`{"os":"linux"}`)), `.json: not an image's config: it has no "rootfs"`},
		{"config without os", archive(t, withConfig(`{"rootfs":{"diff_ids":[]}}`)), `.json: not an image's config: it has no "os"`},
		{"unknown rootfs", archive(t, withConfig(`{"os":"linux","rootfs":{"type":"tree"}}`)), `"rootfs" has the unknown type "tree": want "layers"`},
		{"config too long", archive(t, withConfig(strings.Repeat(" ", maxConfig+1))), ".json: it has 8388609 bytes, the limit is 8388608"},
		{"diff ID that is none", archive(t, withConfig(`{"os":"linux","rootfs":{"diff_ids":["sha256:1","sha256:2"]}}`)), `"sha256:1" is not a digest`},
		{"diff ID of another algorithm", archive(t, withConfig(`{"os":"linux","rootfs":{"diff_ids":["md5:1","sha256:2"]}}`)), `the digest "md5:1" has the unknown algorithm "md5": sha256 and sha512 are supported`},

		{"descriptor too small", archive(t, custom(changeLayer(obj{"size": 5}))), "but its descriptor says 5"},
		{"descriptor too big", folder(t, custom(changeLayer(obj{"size": 1 << 30}))), layerBlob + " has "},
		{"descriptor negative", archive(t, custom(changeLayer(obj{"size": -1}))), "is -1"},
		{"config's descriptor too big", archive(t, custom(func(m obj) { with(m["config"].(obj), obj{"size": 7}) })), "config: " + blobName(s.config) + " has "},
		{"unknown algorithm", archive(t, custom(changeLayer(obj{"digest": "blake3:" + strings.Repeat("0", 64)}))), `has the unknown algorithm "blake3"`},
		{"digest that leads out", folder(t, custom(changeLayer(obj{"digest": "sha256:../../../etc/passwd"}))), `"sha256:../../../etc/passwd" is not a digest`},
		{"no digest", archive(t, custom(changeLayer(obj{"digest": ""}))), `"" is not a digest`},
		{"unknown media type", archive(t, custom(changeLayer(obj{"mediaType": tarType + "+encrypted"}))), `its media type "application/vnd.oci.image.layer.v1.tar+encrypted" is not that of a layer`},
		{"foreign layer", archive(t, without(custom(changeLayer(obj{"mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "urls": []string{"https://example.com/layer"}})), layerBlob)),
			`it is a foreign layer, which is only at "https://example.com/layer", and nothing is fetched from there`},
		{"another blob", archive(t, replace(layout, layerBlob, xed)), layerBlob + "): "},
		{"a flipped byte of a blob", archive(t, replace(layout, layerBlob, flipped)),
			"its digest is sha256:" + hexOf(flipped(gzipped(t, s.layers[0]))) + ", want sha256:" + hexOf(gzipped(t, s.layers[0])) + ": gzip: "},
		{"a flipped byte of a blob's header", archive(t, replace(layout, layerBlob, func(s string) string { return "?" + s[1:] })),
			"its digest is sha256:" + hexOf("?"+gzipped(t, s.layers[0])[1:]) + ", want sha256:" + hexOf(gzipped(t, s.layers[0]))},
		{"a flipped byte of a layer's header", layerIs("?"+s.layers[0][1:], s.layers[0]), ", want sha256:" + hexOf(s.layers[0]) + ": not a tar, or a broken one"},
		{"layer's blob not there", archive(t, without(layout, layerBlob)), layerBlob + ": file does not exist"},
		{"manifest not there", folder(t, layoutOf(t, nil, ociDescriptor)), "manifest: "},
		{"another manifest", archive(t, replace(layout, "blobs/sha256/"+strings.TrimPrefix(ociDescriptor["digest"].(string), "sha256:"), xed)), ": its digest is sha256:"},
		{"manifest without a config", archive(t, custom(func(m obj) { delete(m, "config") })), `it is not an image's manifest: it has no "config"`},
		{"schema 1", archive(t, custom(func(m obj) { m["schemaVersion"] = 1 })), "unsupported (schema 1)"},
		{"schema 1 by media type", archive(t, layoutOf(t, nil, descriptorOf("application/vnd.docker.distribution.manifest.v1+prettyjws", "x"))), "unsupported (schema 1)"},
		{"another media type", archive(t, custom(func(m obj) { m["mediaType"] = ociIndex })), "its media type is " + ociIndex + ", but its descriptor says " + ociManifest},
		{"index that is no JSON", folder(t, replace(layout, "index.json", func(string) string { return "[" })), "index.json: not an image index"},
		{"empty layout", folder(t, layoutOf(t, nil)), "it has no images"},
		{"indexes nested too deep", archive(t, deep(6)), "nested deeper than the depth limit of 4"},
		{"index that contains itself", archive(t, selfIndex()), "digest is sha256:"},

		{"entry with ..", badLayer(entry{name: "a/../../x", kind: "file"}), `): entry "a/../../x": the path leads out of the image with ".."`},
		{"entry through a symlink", badLayer(entry{name: "a", kind: "link /etc"}, entry{name: "a/b", kind: "file"}), `): entry "a/b": its path leads through the symlink "a" of the same layer`},
		{"entry far below a symlink", badLayer(entry{name: "a", kind: "link b"}, entry{name: "a/b/c/", kind: "dir"}), `its path leads through the symlink "a"`},
		{"entry below a file", badLayer(entry{name: "a", kind: "file"}, entry{name: "a/b", kind: "file"}), `entry "a/b": it is below "a", which an earlier entry of the same layer makes a file`},
		{"file, then directory", badLayer(entry{name: "a", kind: "file"}, entry{name: "./a/", kind: "dir"}), `entry "./a/": it is a directory, but an earlier entry of the same layer makes "a" a file`},
		{"directory, then symlink", badLayer(entry{name: "a/b", kind: "file"}, entry{name: "a", kind: "link x"}), `entry "a": it is a symlink, but an earlier entry of the same layer makes "a" a directory`},
		{"root that is a file", badLayer(entry{name: "./", kind: "link x"}), "the root folder must be a directory"},
		{"hard link to a later file", badLayer(entry{name: "a", kind: "hard b"}, entry{name: "b", kind: "file"}), `entry "a": it is a hard link to "b": a hard link needs an earlier file`},
		{"hard link to a directory", badLayer(entry{name: "b", kind: "dir"}, entry{name: "a", kind: "hard b"}), `it is a hard link to "b": a hard link needs an earlier file`},
		{"hard link that leads out", badLayer(entry{name: "a", kind: "hard ../b"}), `it is a hard link to "../b": the path leads out`},
		{"long name", badLayer(entry{name: strings.Repeat("n", 256), kind: "file"}), "has 256 bytes, at most 255 are possible"},
		{"long path", badLayer(entry{name: strings.Repeat("nn/", 1500), kind: "dir"}), "the path has 4"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := openAll(test.path)
			if err == nil {
				t.Fatal("no error")
			}
			if !strings.Contains(err.Error()+end, test.wantErr) || !strings.HasPrefix(err.Error(), "base image "+test.path+": ") {
				t.Errorf("got %v, want %s", err, test.wantErr)
			}
			if strings.Count(err.Error(), test.path) > 1 && !strings.Contains(err.Error(), "blobs/") {
				t.Errorf("%v names the file twice", err)
			}
		})
	}
}

// TestNestedToTheLimit: what is just below the limit is read.
func TestNestedToTheLimit(t *testing.T) {
	s := sampleOf(t, 1, "amd64")
	files, d := blobs(t, s, "", plain)
	for range maxDepth {
		var index file
		index, d = indexOf(t, with(d, platformOf("amd64")))
		files = append(files, index)
	}
	if err := openAll(archive(t, layoutOf(t, files, d))); err != nil {
		t.Error(err)
	}
}

// TestForeignLayerThatIsThere: it needs nothing from elsewhere.
func TestForeignLayerThatIsThere(t *testing.T) {
	s := sampleOf(t, 1, "amd64")
	text := jsonOf(t, obj{"schemaVersion": 2, "config": descriptorOf(confType, s.config), "layers": []obj{
		with(descriptorOf("application/vnd.oci.image.layer.nondistributable.v1.tar", s.layers[0]), obj{"urls": []string{"https://example.com"}}),
	}})
	if err := openAll(archive(t, layoutOf(t, []file{blobOf(s.config), blobOf(s.layers[0]), blobOf(text)}, descriptorOf(ociManifest, text)))); err != nil {
		t.Error(err)
	}
}

// TestSparse: a few bytes that stand for many zeros are not expanded.
func TestSparse(t *testing.T) {
	// GNU's old format: the real size is at 483, the map at 386.
	data := []byte(entries(t, entry{name: "sparse", kind: "file"}))
	header := make([]byte, 512)
	copy(header, "sparse")
	copy(header[100:], "0000644\x000000000\x000000000\x0000000000000\x0000000000001\x00        S")
	copy(header[257:], "ustar  \x00")
	copy(header[386:], "77777777776\x0000000000000\x00")
	copy(header[483:], "77777777776\x00")
	sum := 0
	for _, b := range header {
		sum += int(b)
	}
	copy(header[148:], []byte{byte('0' + sum>>15&7), byte('0' + sum>>12&7), byte('0' + sum>>9&7), byte('0' + sum>>6&7), byte('0' + sum>>3&7), byte('0' + sum&7), 0})
	err := openAll(write(t, string(header)+string(data)))
	if err == nil || !strings.Contains(err.Error(), "sparse") {
		t.Errorf("got %v", err)
	}
}

// TestCutAnywhere: no archive that is cut in a member that is needed is taken
// for a whole one.
func TestCutAnywhere(t *testing.T) {
	tarred := string(tarOf(t, without(legacy(t, sampleOf(t, 1, "amd64")), repositories)...))
	for name, data := range map[string]string{"tar": tarred, "gzip": gzipped(t, tarred)} {
		step := max(1, len(data)/150)
		end := strings.TrimRight(data, "\x00")
		for n := 1; n < len(end); n += step {
			if err := openAll(write(t, data[:n])); err == nil {
				t.Errorf("%s cut at %d of %d is taken", name, n, len(data))
			}
		}
	}
}

// TestReadersEnd: the end of wrong bytes is an error, not an end.
func TestReadersEnd(t *testing.T) {
	s := sampleOf(t, 1, "amd64")
	files, d := blobs(t, s, "", plain)
	dir := folder(t, layoutOf(t, files, d))
	img, err := Open(dir, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	changed := []byte(s.layers[0])
	changed[600] ^= 1
	if err := os.WriteFile(filepath.Join(dir, blobOf(s.layers[0]).name), changed, 0o644); err != nil {
		t.Fatal(err)
	}
	for name, open := range map[string]func() (io.ReadCloser, error){"layer": img.Layers[0].Open, "blob": img.Layers[0].Blob.Open} {
		r, err := open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(r); err == nil || errors.Is(err, io.EOF) || !strings.Contains(err.Error(), "digest is") || !strings.HasPrefix(err.Error(), "base image "+dir+": layer 1 of 1 (") {
			t.Errorf("%s: got %v", name, err)
		}
		r.Close()
	}
}

// TestMediaTypes: a layer is compressed as its media type says.
func TestMediaTypes(t *testing.T) {
	s := sampleOf(t, 2, "amd64")
	const docker = "application/vnd.docker.image.rootfs.diff.tar"
	for _, test := range []struct {
		mediaType string
		compress  func(testing.TB, string) string
		wantErr   string
	}{
		{tarType, plain, ""},
		{tarType + "+gzip", gzipped, ""},
		{tarType + "+zstd", zstded, ""},
		{docker, plain, ""},
		{docker + ".gzip", gzipped, ""},
		{docker + ".zstd", zstded, ""},
		{tarType, gzipped, "means none for its compression, but its bytes are gzip"},
		{tarType, xzed, "means none for its compression, but its bytes are xz"},
		{tarType + "+gzip", plain, "means gzip for its compression, but its bytes are none"},
		{tarType + "+gzip", zstded, "means gzip for its compression, but its bytes are zstd"},
		{tarType + "+zstd", gzipped, "means zstd for its compression, but its bytes are gzip"},
		{docker + ".gzip", plain, "means gzip for its compression, but its bytes are none"},
	} {
		files, manifest := blobsOf(t, s, test.mediaType, test.compress)
		layout := folder(t, layoutOf(t, files, manifest))
		err := openAll(layout)
		want := "layer 1 of 2 (blobs/sha256/" + hexOf(test.compress(t, s.layers[0])) + "): its media type " + quote(test.mediaType) + " " + test.wantErr
		if test.wantErr == "" && err != nil || test.wantErr != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: got %v, want %s", test.mediaType, err, test.wantErr)
		}
	}
}

// TestMediaTypeOfBrokenBlob: a wrong digest goes before what follows from it.
func TestMediaTypeOfBrokenBlob(t *testing.T) {
	s := sampleOf(t, 1, "amd64")
	files, manifest := blobs(t, s, "+gzip", gzipped)
	files[0].data = "x" + files[0].data[1:]
	if err := openAll(folder(t, layoutOf(t, files, manifest))); err == nil || !strings.Contains(err.Error(), "digest is sha256:"+hexOf(files[0].data)) {
		t.Errorf("got %v", err)
	}
}
