package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/ocilayout"
	"github.com/rules-strata/rules_strata/go/registry/faulty"
)

// remoteImage is the program of an image_push of an image whose layers are in
// the repository "base" of a registry and not here.
type remoteImage struct {
	*pushing
	origin   *faulty.Server
	manifest []byte
	layers   [][]byte
	config   string // digest
}

func newRemoteImage(t *testing.T, origin *faulty.Server) *remoteImage {
	t.Helper()
	r := &remoteImage{pushing: newPushing(t), origin: origin, layers: [][]byte{bytes.Repeat([]byte("a"), 300_000), bytes.Repeat([]byte("b"), 20_000)}}
	if origin == nil {
		r.origin = r.server
	}
	var layers []image.Layer
	var blobs []any
	for _, data := range r.layers {
		layers = append(layers, image.Layer{DiffID: ocilayout.Digest(data), Kind: image.BaseLayer})
		blobs = append(blobs, map[string]any{"mediaType": compress.None.LayerMediaType(), "digest": r.origin.PutBlob("base", data), "size": len(data)})
	}
	config, err := json.Marshal(map[string]any{"architecture": "amd64", "os": "linux", "rootfs": map[string]any{"type": "layers", "diff_ids": []string{layers[0].DiffID, layers[1].DiffID}}})
	if err != nil {
		t.Fatal(err)
	}
	r.config = r.origin.PutBlob("base", config)
	if r.manifest, err = json.Marshal(map[string]any{
		"schemaVersion": 2, "mediaType": ocilayout.ManifestMediaType, "layers": blobs,
		"config": map[string]any{"mediaType": ocilayout.ConfigMediaType, "digest": r.config, "size": len(config)},
	}); err != nil {
		t.Fatal(err)
	}
	runfiles := r.program + ".runfiles"
	for name, data := range map[string][]byte{"config.json": config, "manifest.json": r.manifest, "tags": []byte("v1\n")} {
		if err := os.WriteFile(filepath.Join(runfiles, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range map[string]any{
		filepath.Join(runfiles, "layers.json"): image.Layers{Layers: layers, Version: jsonfile.Version},
		r.program + ".image.json": map[string]any{
			"base": map[string]any{"origin": map[string]any{"plain_http": true, "repository": r.origin.Host + "/base"}}, "config": "config.json",
			"layers": "layers.json", "manifest": "manifest.json", "mtime": "1", "name": "pulled", "store_dir": "/nix/store", "tag": "tag", "version": 1,
		},
		r.program + ".push.json": map[string]any{
			"config": "config.json", "insecure": false, "manifest": "manifest.json", "repository": r.server.Host + "/team/copied", "tags": "tags", "version": 1,
		},
	} {
		if err := jsonfile.Write(name, content); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// checkPushed wants all of the image where it is pushed to.
func (r *remoteImage) checkPushed(t *testing.T, digest string) {
	t.Helper()
	if want := ocilayout.Digest(r.manifest); digest != want || !bytes.Equal(r.server.Tag("team/copied", "v1"), r.manifest) {
		t.Errorf("pushed %s, want %s", digest, want)
	}
	for _, data := range r.layers {
		if !bytes.Equal(r.server.Blob("team/copied", ocilayout.Digest(data)), data) {
			t.Errorf("the layer of %d bytes is not there", len(data))
		}
	}
	if r.server.Blob("team/copied", r.config) == nil {
		t.Error("the config is not there")
	}
}

// TestPushToTheOrigin: where the registry has the layers and the config,
// nothing of them is read or sent.
func TestPushToTheOrigin(t *testing.T) {
	r := newRemoteImage(t, nil)
	digest, _ := r.must(t)
	r.checkPushed(t, digest)
	for _, q := range []struct {
		method string
		kind   faulty.Kind
		want   int
	}{{"GET", faulty.Blob, 0}, {"POST", faulty.Upload, 3}, {"PATCH", faulty.Upload, 0}, {"PUT", faulty.Upload, 0}} {
		if n, _, _ := r.server.Count(q.method, q.kind); n != q.want {
			t.Errorf("%d requests %s %s, want %d\n%s", n, q.method, q.kind, q.want, r.server)
		}
	}
	for _, post := range r.server.Requests("POST", faulty.Upload) {
		if query := post.URL.Query(); query.Get("from") != "base" || query.Get("mount") == "" {
			t.Errorf("POST %s mounts nothing", post.URL)
		}
	}
}

// withoutMounts is a registry that mounts nothing.
func withoutMounts(w http.ResponseWriter, r *http.Request, next http.Handler) {
	other := r.Clone(r.Context())
	other.URL.RawQuery = ""
	next.ServeHTTP(w, other)
}

// TestPushReadsFromTheOrigin: what cannot be mounted is read from where the
// image was pulled, each layer once.
func TestPushReadsFromTheOrigin(t *testing.T) {
	for name, origin := range map[string]*faulty.Server{"another registry": faulty.New(t), "no mounts": nil} {
		t.Run(name, func(t *testing.T) {
			r := newRemoteImage(t, origin)
			r.server.When("POST", faulty.Upload).Do(withoutMounts)
			digest, stderr := r.must(t)
			r.checkPushed(t, digest)
			if n, _, out := r.origin.Count("GET", faulty.Blob); n != 2 || out != 320_000 {
				t.Errorf("%d requests read %d bytes\n%s", n, out, r.origin)
			}
			if !strings.Contains(stderr, "2 of 2 layers sent") {
				t.Errorf("stderr %q", stderr)
			}
		})
	}
}

// TestPushWithoutTheOrigin: errors say where the layers should come from.
func TestPushWithoutTheOrigin(t *testing.T) {
	for _, test := range []struct {
		name string
		ruin func(*remoteImage)
		want []string
	}{
		{"a login is wanted", func(r *remoteImage) { r.origin.Require(faulty.Auth{User: "me", Password: "secret"}) },
			[]string{"pulled:v1 was pulled from HOST/base", "the registry HOST refuses access to the repository base with 401", "scope repository:base:pull", "docker login HOST"}},
		{"a layer is gone", func(r *remoteImage) {
			r.origin.When("GET", faulty.Blob).Do(faulty.Status(http.StatusNotFound, ""))
		}, []string{"pulled:v1 was pulled from HOST/base", "404 Not Found", "--@rules_strata//rules:push_by_reference=false"}},
		{"other bytes", func(r *remoteImage) {
			r.origin.PutBlob("base", bytes.Repeat([]byte("x"), 20_000), ocilayout.Digest(r.layers[1]))
		},
			[]string{"digest mismatch", "HOST/v2/base/blobs/sha256:"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRemoteImage(t, faulty.New(t))
			test.ruin(r)
			got := call(r.program)
			if got.status != exitFailure || got.stdout != "" || r.server.Tag("team/copied", "v1") != nil {
				t.Errorf("got %+v", got)
			}
			for _, want := range test.want {
				if want = strings.ReplaceAll(want, "HOST", r.origin.Host); !strings.Contains(got.stderr, want) {
					t.Errorf("stderr %q, want %s", got.stderr, want)
				}
			}
		})
	}
}

// TestRemoteImageIsOnlyPushed: what needs the layers says whom to run.
func TestRemoteImageIsOnlyPushed(t *testing.T) {
	r := newRemoteImage(t, nil)
	for _, command := range []string{"load", "stream", "run", "inspect", "layers"} {
		got := call(r.program, command)
		if want := "its layers are in " + r.server.Host + "/base and not here: run the image's own target"; got.status != exitFailure || got.stdout != "" || !strings.Contains(got.stderr, want) {
			t.Errorf("%s: %+v, want %s", command, got, want)
		}
	}
	if n := len(r.server.Requests("", "")); n > 0 {
		t.Errorf("the registry was asked %d times", n)
	}
}
