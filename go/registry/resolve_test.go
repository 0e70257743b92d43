package registry_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/rules-strata/rules_strata/go/registry"
	"github.com/rules-strata/rules_strata/go/registry/faulty"
)

// put gives a server an image without its layers.
func put(s *faulty.Server, repository string, p registry.Parts, tags ...string) {
	s.PutBlob(repository, p.Config)
	s.PutManifest(repository, ociManifest, p.Manifest, tags...)
}

var amd64 = registry.Platform{OS: "linux", Architecture: "amd64"}

func TestResolve(t *testing.T) {
	ctx := context.Background()
	s := faulty.New(t)
	images := map[string]registry.Parts{}
	order := []string{"linux/386", "linux/amd64", "linux/arm64", "windows/amd64"}
	for i, platform := range order {
		images[platform] = imageOf(platform, layer("a", bytesOf(byte(i), 1000)))
		put(s, "app", images[platform], strings.ReplaceAll(platform, "/", "-"))
	}
	s.PutManifest("app", ociIndex, indexOf(images, order...).Manifest, "all")
	variants := encode(map[string]any{"schemaVersion": 2, "mediaType": ociIndex, "manifests": []descriptor{
		withPlatform(images["linux/386"], "linux", "arm", "v6"), withPlatform(images["linux/amd64"], "linux", "arm", "v7"), withPlatform(images["linux/arm64"], "linux", "arm64", "v8"),
		withPlatform(images["windows/amd64"], "unknown", "unknown", ""),
	}})
	s.PutManifest("app", ociIndex, variants, "variants")
	inner := s.PutManifest("app", ociIndex, indexOf(images, order...).Manifest)
	s.PutManifest("app", ociIndex, encode(map[string]any{"schemaVersion": 2, "mediaType": ociIndex, "manifests": []map[string]any{
		{"mediaType": ociIndex, "digest": inner, "size": len(indexOf(images, order...).Manifest)},
	}}), "nested")

	for _, tc := range []struct {
		ref  string
		want registry.Platform
		got  string // the image's own platform; the error's text where there is none
	}{
		{"all", amd64, "linux/amd64"},
		{"all", registry.Platform{OS: "windows", Architecture: "amd64"}, "windows/amd64"},
		{"all", registry.Platform{OS: "linux", Architecture: "arm64", Variant: "v8"}, "linux/arm64"},
		{"all", registry.Platform{OS: "linux", Architecture: "s390x"}, "the index has no image for linux/s390x: it has linux/386, linux/amd64, linux/arm64, windows/amd64"},
		{"variants", registry.Platform{OS: "linux", Architecture: "arm"}, "linux/amd64"},
		{"variants", registry.Platform{OS: "linux", Architecture: "arm", Variant: "v6"}, "linux/386"},
		{"variants", registry.Platform{OS: "linux", Architecture: "arm64"}, "linux/arm64"},
		{"variants", registry.Platform{OS: "linux", Architecture: "arm", Variant: "v5"}, "the index has no image for linux/arm/v5: it has linux/arm/v6, linux/arm/v7, linux/arm64/v8"},
		{"nested", amd64, "linux/amd64"},
		{"linux-386", amd64, "linux/386"},
	} {
		t.Run(tc.ref+" for "+tc.want.String(), func(t *testing.T) {
			img, err := client(t).Resolve(ctx, reference(t, s.Host+"/app:"+tc.ref), tc.want)
			want, ok := images[tc.got]
			if !ok {
				wantError(t, err, tc.got, s.Host+"/app:"+tc.ref)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if img.Descriptor.Digest != hashOf(want.Manifest) || !bytes.Equal(img.Manifest, want.Manifest) || !bytes.Equal(img.Config, want.Config) {
				t.Errorf("%+v", img)
			}
			if img.Platform.String() != tc.got || len(img.Layers) != 1 || (img.Index == nil) != (tc.ref == "linux-386") {
				t.Errorf("%+v", img)
			}
			if tc.ref == "all" && len(img.Platforms) != 4 {
				t.Errorf("platforms %v", img.Platforms)
			}
		})
	}
	if _, _, out := s.Count("GET", faulty.Blob); out == 0 || len(s.Requests("", faulty.Upload)) != 0 {
		t.Error(s)
	}
}

func withPlatform(p registry.Parts, os, architecture, variant string) descriptor {
	d := describe(ociManifest, p.Manifest)
	d.Platform = map[string]any{"os": os, "architecture": architecture}
	if variant != "" {
		d.Platform["variant"] = variant
	}
	return d
}

// TestResolveBadInput: D20 to D26, and what registries should not answer.
func TestResolveBadInput(t *testing.T) {
	good := imageOf("linux/amd64", layer("a", bytesOf(1, 1000)))
	change := func(data []byte, old, new string) []byte { return bytes.Replace(data, []byte(old), []byte(new), 1) }
	withConfig := func(config string) func(s *faulty.Server) {
		return func(s *faulty.Server) {
			data := []byte(config)
			s.PutBlob("app", data)
			s.PutManifest("app", ociManifest, encode(map[string]any{"schemaVersion": 2, "mediaType": ociManifest, "config": describe(ociConfig, data), "layers": []any{}}), "v1")
		}
	}
	serving := func(mediaType, manifest string) func(s *faulty.Server) {
		return func(s *faulty.Server) { s.PutManifest("app", mediaType, []byte(manifest), "v1") }
	}
	for _, tc := range []struct {
		name  string
		serve func(s *faulty.Server)
		want  []string // nil: it succeeds
	}{
		{"good", func(*faulty.Server) {}, nil},
		{"unknown digest algorithm (D21)", func(s *faulty.Server) {
			s.PutManifest("app", ociManifest, change(good.Manifest, "sha256:", "md5:"), "v1")
		}, []string{`unknown algorithm "md5"`, "config"}},
		{"config without a digest (D21)", serving(ociManifest, `{"schemaVersion":2,"config":{"size":2},"layers":[]}`), []string{"config has no digest"}},
		{"layer without a digest (D21)", serving(ociManifest, strings.Replace(string(good.Manifest), `"layers":[{"mediaType"`, `"layers":[{"size":3},{"mediaType"`, 1)), []string{"layers[0] has no digest"}},
		{"layer whose digest is null (D21)", serving(ociManifest, strings.Replace(string(good.Manifest), `"layers":[{"mediaType"`, `"layers":[{"digest":null},{"mediaType"`, 1)), []string{"layers[0] has no digest"}},
		{"image of an index without a digest (D21)", serving(ociIndex, `{"schemaVersion":2,"manifests":[{"size":2,"platform":{"os":"linux","architecture":"amd64"}}]}`), []string{"manifests[0] has no digest"}},
		{"config that is not JSON (D22)", withConfig("#!/bin/sh"), []string{"config sha256:", "is not the JSON"}},
		{"config without os (D22)", withConfig(`{"architecture":"amd64","rootfs":{"diff_ids":[]}}`), []string{"it has no os"}},
		{"config without architecture (D22)", withConfig(`{"os":"linux","rootfs":{"diff_ids":[]}}`), []string{"it has no architecture"}},
		{"config without rootfs (D22)", withConfig(`{"os":"linux","architecture":"amd64"}`), []string{"it has no rootfs"}},
		{"config with other layers", withConfig(`{"os":"linux","architecture":"amd64","rootfs":{"diff_ids":["sha256:1"]}}`), []string{"1 diff_ids, the manifest has 0 layers"}},
		{"mediaType is not the Content-Type (D23)", func(s *faulty.Server) {
			s.PutManifest("app", "application/vnd.docker.distribution.manifest.v2+json", good.Manifest, "v1")
		}, []string{ociManifest, `"application/vnd.docker.distribution.manifest.v2+json"`}},
		{"Content-Type with a parameter", func(s *faulty.Server) {
			s.PutManifest("app", ociManifest+"; charset=utf-8", good.Manifest, "v1")
		}, nil},
		{"schema 1 (D26)", func(s *faulty.Server) {
			s.PutManifest("app", "application/vnd.docker.distribution.manifest.v1+prettyjws", []byte(`{"schemaVersion":1,"fsLayers":[]}`), "v1")
		}, []string{"unsupported (schema 1)"}},
		{"neither image nor index", func(s *faulty.Server) {
			s.PutManifest("app", "application/json", []byte(`{"schemaVersion":2}`), "v1")
		}, []string{`"application/json"`, "neither an image nor an index"}},
		{"not JSON", func(s *faulty.Server) { s.PutManifest("app", ociManifest, []byte("hello"), "v1") }, []string{"it is not a manifest"}},
		{"not an image that runs", func(s *faulty.Server) {
			s.PutManifest("app", ociManifest, change(good.Manifest, ociConfig, "application/vnd.example.chart+json"), "v1")
		}, []string{"application/vnd.example.chart+json", "not an image that runs"}},
		{"a manifest of 5 MiB", func(s *faulty.Server) {
			s.PutManifest("app", ociManifest, bytes.Repeat([]byte(" "), 5<<20), "v1")
		}, []string{"larger than 4 MiB", "captive portal"}},
		{"a web page", func(s *faulty.Server) { s.When("GET", faulty.Manifest).Do(faulty.HTML()) }, []string{"text/html", "captive portal"}},
		{"a web page from the start", func(s *faulty.Server) { s.When("", "").Do(faulty.HTML()) }, []string{"text/html", "captive portal"}},
		{"a redirect to a web page", func(s *faulty.Server) {
			s.When("GET", faulty.Manifest).Do(faulty.Status(302, "", "Location", "http://portal.example/login"))
		}, []string{"redirects to plain HTTP", "captive portal"}},
		{"redirects without end", func(s *faulty.Server) { s.When("GET", faulty.Manifest).Do(faulty.Redirect("")) }, []string{"redirects more than 10 times"}},
		{"a config that is wrong once", func(s *faulty.Server) { s.When("GET", faulty.Blob).Times(1).Do(faulty.Corrupt()) }, nil},
		{"a config that is wrong (D20)", func(s *faulty.Server) { s.When("GET", faulty.Blob).Do(faulty.Corrupt()) }, []string{"digest mismatch: wanted " + hashOf(good.Config).String()}},
		{"a config that is longer (D20)", func(s *faulty.Server) {
			s.PutBlob("app", append(bytes.Clone(good.Config), ' '), faulty.DigestOf(good.Config))
		}, []string{"the descriptor says", "bytes, there are"}},
		{"a manifest cut short", func(s *faulty.Server) { s.When("GET", faulty.Manifest).Times(3).Do(faulty.ShortAnswer(20)) }, nil},
		{"a manifest cut short always", func(s *faulty.Server) { s.When("GET", faulty.Manifest).Do(faulty.ShortAnswer(20)) }, []string{"unexpected EOF", "tried 5 times"}},
		{"500 at first", func(s *faulty.Server) { s.When("GET", faulty.Manifest).Times(4).Do(faulty.Status(500, "")) }, nil},
		{"429", func(s *faulty.Server) {
			s.When("GET", faulty.Manifest).Times(2).Do(faulty.Status(429, "", "Retry-After", "7"))
		}, nil},
		{"404", func(s *faulty.Server) {
			s.When("GET", faulty.Manifest).Do(faulty.Status(404, `{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}`))
		}, []string{"MANIFEST_UNKNOWN"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := faulty.New(t)
			put(s, "app", good, "v1")
			tc.serve(s)
			_, err := client(t).Resolve(context.Background(), reference(t, s.Host+"/app:v1"), amd64)
			if tc.want == nil && err != nil {
				t.Errorf("%v\n%s", err, s)
			} else if tc.want != nil {
				wantError(t, err, append(tc.want, s.Host)...)
			}
		})
	}
}

func TestResolveByDigest(t *testing.T) {
	good := imageOf("linux/amd64", layer("a", bytesOf(1, 1000)))
	for _, tc := range []struct {
		name  string
		wrong int
		gets  int
		ok    bool
	}{
		{"right", 0, 1, true}, {"wrong once", 1, 2, true}, {"wrong", -1, 2, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := faulty.New(t)
			put(s, "app", good)
			s.When("GET", faulty.Manifest).Times(tc.wrong).Do(faulty.Corrupt())
			_, err := client(t).Resolve(context.Background(), reference(t, s.Host+"/app@"+hashOf(good.Manifest).String()), amd64)
			if tc.ok && err != nil {
				t.Error(err)
			} else if !tc.ok {
				wantError(t, err, "digest mismatch: wanted "+hashOf(good.Manifest).String()+", got sha256:", s.URL+"/v2/app/manifests/")
			}
			if n, _, _ := s.Count("GET", faulty.Manifest); n != tc.gets {
				t.Errorf("fetched %d times", n)
			}
		})
	}
}

// TestResolveDepth: indexes in indexes (D25), and sizes in an index that are
// wrong (D20).
func TestResolveDepth(t *testing.T) {
	s := faulty.New(t)
	img := imageOf("linux/amd64", layer("a", bytesOf(1, 1000)))
	put(s, "app", img)
	inner := indexOf(map[string]registry.Parts{"linux/amd64": img}, "linux/amd64").Manifest
	for depth := 1; depth <= 6; depth++ {
		s.PutManifest("app", ociIndex, inner, strings.Repeat("d", depth))
		inner = encode(map[string]any{"schemaVersion": 2, "mediaType": ociIndex, "manifests": []descriptor{describe(ociIndex, inner)}})
	}
	for depth := 1; depth <= 6; depth++ {
		_, err := client(t).Resolve(context.Background(), reference(t, s.Host+"/app:"+strings.Repeat("d", depth)), amd64)
		if depth <= 4 && err != nil {
			t.Error(err)
		} else if depth > 4 {
			wantError(t, err, "nested deeper than the depth limit of 4")
		}
	}
	d := withPlatform(img, "linux", "amd64", "")
	d.Size++
	s.PutManifest("app", ociIndex, encode(map[string]any{"schemaVersion": 2, "mediaType": ociIndex, "manifests": []descriptor{d}}), "size")
	_, err := client(t).Resolve(context.Background(), reference(t, s.Host+"/app:size"), amd64)
	wantError(t, err, "the descriptor says", "there are")
}

// TestForeignLayers: the URLs of descriptors are for those who allow them (D35).
func TestForeignLayers(t *testing.T) {
	s, elsewhere := faulty.New(t), faulty.New(t)
	data := bytesOf(1, 100_000)
	elsewhere.PutBlob("app", data)
	elsewhere.When("GET", faulty.Blob).Times(1).Do(faulty.ShortAnswer(40_000))
	d := v1.Descriptor{Digest: hashOf(data), Size: 100_000, URLs: []string{elsewhere.URL + "/v2/app/blobs/" + hashOf(data).String()}}
	_, err := fetch(client(t), s, d)
	wantError(t, err, "foreign layer", "--foreign-layers", elsewhere.URL)
	if len(elsewhere.Requests("", "")) != 0 {
		t.Errorf("fetched all the same\n%s", elsewhere)
	}
	got, err := fetch(client(t, func(o *registry.Options) { o.ForeignLayers = true }), s, d)
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if _, _, out := elsewhere.Count("GET", ""); out != 100_000 {
		t.Errorf("%d bytes were sent", out)
	}
}

func TestParseReference(t *testing.T) {
	digest := hashOf([]byte("x")).String()
	for _, tc := range []struct{ text, want string }{
		{"busybox", "index.docker.io/library/busybox:latest"},
		{"ghcr.example/a/b:v1", "ghcr.example/a/b:v1"},
		{"localhost:5000/a", "localhost:5000/a:latest"},
		{"127.0.0.1:5000/a__b/c-d.e:V_1.2-x", "127.0.0.1:5000/a__b/c-d.e:V_1.2-x"},
		{"quay.example/a@" + digest, "quay.example/a@" + digest},
		{"quay.example/a:v1@" + digest, "quay.example/a@" + digest},
		{"a:" + strings.Repeat("t", 128), "index.docker.io/library/a:" + strings.Repeat("t", 128)},
	} {
		ref, err := registry.ParseReference(tc.text, false)
		if err != nil || ref.Name() != tc.want {
			t.Errorf("%s: %v, %v, want %s", tc.text, ref, err, tc.want)
		}
	}
	for _, tc := range []struct{ text, want string }{
		{"UPPER/x", `"UPPER" has capital letters, which are not possible: write "upper"`},
		{"quay.example/App", "capital letters"},
		{"a:" + strings.Repeat("t", 129), "the tag has 129 characters, at most 128 are possible"},
		{"a:", "the tag is empty"},
		{"a:-x", `the tag "-x"`},
		{"a:b c", `the tag "b c"`},
		{"", "a part of the name is empty"},
		{"a//b", "a part of the name is empty"},
		{"a/b/", "a part of the name is empty"},
		{"-a", "does not begin with a letter or a digit"},
		{"a b", "want small letters"},
		{"quay.example/" + strings.Repeat("a", 256), "the name has 256 characters, at most 255 are possible"},
		{"https://quay.example/a", `begins with "https://"`},
		{"a..b", "want small letters"},
		{"a@md5:123", `unknown algorithm "md5"`},
		{"a@sha256:123", "want sha256:<64 hexadecimal digits, lower case>"},
		{"a@b", `"b" is not a digest`},
	} {
		_, err := registry.ParseReference(tc.text, false)
		wantError(t, err, tc.want, "is not a reference of an image")
	}
	ref, err := registry.ParseReference("registry.example/a", true)
	if err != nil || ref.Context().Scheme() != "http" {
		t.Errorf("%v, %v", ref, err)
	}
}

// TestPlatformErrorIsTyped: callers can offer what there is.
func TestPlatformErrorIsTyped(t *testing.T) {
	s := faulty.New(t)
	img := imageOf("linux/amd64", layer("a", bytesOf(1, 1000)))
	s.PutManifest("app", ociIndex, indexOf(map[string]registry.Parts{"linux/amd64": img}, "linux/amd64").Manifest, "v1")
	_, err := client(t).Resolve(context.Background(), reference(t, s.Host+"/app:v1"), registry.Platform{OS: "linux", Architecture: "riscv64"})
	var missing *registry.PlatformError
	if !errors.As(err, &missing) || !slices.Equal(missing.There, []registry.Platform{amd64}) {
		t.Errorf("%v", err)
	}
}

// TestRetryAfter: the registry says how long to wait.
func TestRetryAfter(t *testing.T) {
	s := faulty.New(t)
	put(s, "app", imageOf("linux/amd64"), "v1")
	s.When("GET", faulty.Manifest).Times(1).Do(faulty.Status(429, "", "Retry-After", "45"))
	w := new(waits)
	c := client(t, func(o *registry.Options) { o.Sleep = w.sleep })
	if _, err := c.Resolve(context.Background(), reference(t, s.Host+"/app:v1"), amd64); err != nil {
		t.Error(err)
	}
	if d := w.longest(); d <= 40*time.Second || d > 45*time.Second {
		t.Errorf("waited %v", d)
	}
}
