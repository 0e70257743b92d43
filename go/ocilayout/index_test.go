package ocilayout_test

import (
	"bytes"
	"strings"
	"testing"

	spec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/ocilayout"
)

// forPlatform changes what an image is for: "linux/arm64/v8".
func (m *made) forPlatform(platform string) *made {
	parts := append(strings.Split(platform, "/"), "")
	m.config = bytes.Replace(m.config, []byte(`"arm64"`), []byte(`"`+parts[1]+`"`), 1)
	m.config = bytes.Replace(m.config, []byte(`"linux"`), []byte(`"`+parts[0]+`"`), 1)
	m.config = bytes.Replace(m.config, []byte(`"variant":"v8"`), []byte(`"variant":"`+parts[2]+`"`), 1)
	return m
}

func (m *made) member(t *testing.T, label string) ocilayout.Member {
	t.Helper()
	return ocilayout.Member{Label: label, Manifest: m.manifest(t), Config: m.config}
}

func TestIndex(t *testing.T) {
	b, a := newImage(t, compress.Gzip).forPlatform("linux/arm64"), newImage(t, compress.Zstd).forPlatform("linux/amd64/v3")
	x, err := ocilayout.NewIndex([]ocilayout.Member{b.member(t, "//:b"), a.member(t, "//:a")}, map[string]string{"k": "<v>", "a": "=\n"})
	if err != nil {
		t.Fatal(err)
	}
	data, err := x.Encode()
	if err != nil {
		t.Fatal(err)
	}
	var index spec.Index
	decode(t, data, &index)
	if index.SchemaVersion != 2 || index.MediaType != spec.MediaTypeImageIndex || len(index.Manifests) != 2 ||
		len(index.Annotations) != 2 || index.Annotations["k"] != "<v>" || index.Annotations["a"] != "=\n" {
		t.Fatalf("index %+v", index)
	}
	for i, want := range []struct {
		m             *made
		arch, variant string
	}{{b, "arm64", ""}, {a, "amd64", "v3"}} {
		d, manifest := index.Manifests[i], want.m.manifest(t)
		if d.MediaType != spec.MediaTypeImageManifest || d.Digest.String() != ocilayout.Digest(manifest) || d.Size != int64(len(manifest)) || d.Annotations != nil {
			t.Errorf("entry %d: %+v", i, d)
		}
		if p := d.Platform; p == nil || p.OS != "linux" || p.Architecture != want.arch || p.Variant != want.variant {
			t.Errorf("entry %d: platform %+v", i, d.Platform)
		}
	}
	again, err := ocilayout.ParseIndex(data)
	if err != nil {
		t.Fatal(err)
	}
	if same, err := again.Encode(); err != nil || !bytes.Equal(same, data) {
		t.Errorf("read and written again: %s, %v", same, err)
	}
}

// TestIndexBytes: the bytes are a promise, as those of manifests.
func TestIndexBytes(t *testing.T) {
	config := `{"architecture":"amd64","os":"linux","rootfs":{"diff_ids":[],"type":"layers"}}`
	manifest := `{"config":{"digest":"` + ocilayout.Digest([]byte(config)) + `","mediaType":"application/vnd.oci.image.config.v1+json","size":76},` +
		`"layers":[],"mediaType":"application/vnd.oci.image.manifest.v1+json","schemaVersion":2}`
	x, err := ocilayout.NewIndex([]ocilayout.Member{{Label: "//:a", Manifest: []byte(manifest), Config: []byte(config)}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"manifests":[{"digest":"` + ocilayout.Digest([]byte(manifest)) + `","mediaType":"application/vnd.oci.image.manifest.v1+json",` +
		`"platform":{"architecture":"amd64","os":"linux"},"size":247}],"mediaType":"application/vnd.oci.image.index.v1+json","schemaVersion":2}` + "\n"
	if got, err := x.Encode(); string(got) != want || err != nil {
		t.Errorf("got\n%swant\n%s%v", got, want, err)
	}
}

// TestIndexOfOthers: manifests that other tools wrote are taken as they are,
// with their own media type.
func TestIndexOfOthers(t *testing.T) {
	for name, test := range map[string]struct {
		change    func(string) string
		mediaType string
	}{
		"Docker's manifest": {func(s string) string {
			return strings.Replace(s, ocilayout.ManifestMediaType, "application/vnd.docker.distribution.manifest.v2+json", 1)
		}, "application/vnd.docker.distribution.manifest.v2+json"},
		"no media type": {func(s string) string {
			return strings.Replace(s, `"mediaType":"`+ocilayout.ManifestMediaType+`",`, "", 1)
		}, ocilayout.ManifestMediaType},
		"a field of its own": {func(s string) string {
			return strings.Replace(s, `"schemaVersion"`, `"artifactType":"x","schemaVersion"`, 1)
		}, ocilayout.ManifestMediaType},
	} {
		t.Run(name, func(t *testing.T) {
			m := newImage(t, compress.Gzip).member(t, "//:a")
			changed := test.change(string(m.Manifest))
			if changed == string(m.Manifest) {
				t.Fatal("nothing was changed")
			}
			m.Manifest = []byte(changed)
			x, err := ocilayout.NewIndex([]ocilayout.Member{m}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if d := x.Manifests[0]; d.MediaType != test.mediaType || d.Digest != ocilayout.Digest([]byte(changed)) {
				t.Errorf("got %+v, want %s", d, test.mediaType)
			}
		})
	}
}

func TestIndexErrors(t *testing.T) {
	image := func(platform string) *made { return newImage(t, compress.Gzip).forPlatform(platform) }
	pair := func(a, b string) []ocilayout.Member {
		return []ocilayout.Member{image(a).member(t, "//:a"), image("linux/s390x").member(t, "//:s"), image(b).member(t, "//:b")}
	}
	changed := func(change func(*ocilayout.Member)) []ocilayout.Member {
		m := image("linux/amd64").member(t, "//:a")
		change(&m)
		return []ocilayout.Member{m}
	}
	for _, test := range []struct {
		name    string
		members []ocilayout.Member
		want    string
	}{
		{"no image", nil, "there is no image in it"},
		{"the same platform", pair("linux/amd64", "linux/amd64"), "//:a and //:b are both for linux/amd64: an index has one image for each platform"},
		{"the same variant", pair("linux/arm/v6", "linux/arm/v6"), "//:a and //:b are both for linux/arm/v6"},
		{"the usual variant by name", pair("linux/arm64", "linux/arm64/v8"), "//:a and //:b are both for linux/arm64/v8"},
		{"another image's config", changed(func(m *ocilayout.Member) { m.Config = append(m.Config, ' ') }), "//:a: its manifest is for the config sha256:"},
		{"a config that is none", changed(func(m *ocilayout.Member) { m.Config = []byte("{}") }), `//:a: not an image's config: no "os"`},
		{"a manifest that is none", changed(func(m *ocilayout.Member) { m.Manifest = []byte("x") }), "//:a: not an image manifest: invalid character"},
		{"a manifest of another kind", changed(func(m *ocilayout.Member) { m.Manifest = []byte("{}") }), `//:a: not an image manifest: "schemaVersion" is 0`},
		{"an index as an image", changed(func(m *ocilayout.Member) {
			m.Manifest = bytes.Replace(m.Manifest, []byte("image.manifest"), []byte("image.index"), 1)
		}), `//:a: not an image manifest: "schemaVersion" is 2 and "mediaType" is "application/vnd.oci.image.index.v1+json"`},
		{"a digest that is none", changed(func(m *ocilayout.Member) {
			m.Manifest = bytes.ReplaceAll(m.Manifest, []byte("sha256:"), []byte("md5:"))
		}), `//:a: image manifest: the digest "md5:`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := ocilayout.NewIndex(test.members, nil); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
	for _, variants := range [][2]string{{"linux/arm/v6", "linux/arm/v7"}, {"linux/amd64", "linux/amd64/v3"}, {"linux/arm64", "linux/amd64"}} {
		if _, err := ocilayout.NewIndex(pair(variants[0], variants[1]), nil); err != nil {
			t.Errorf("%s: %v", variants, err)
		}
	}
}

func TestParseIndexErrors(t *testing.T) {
	good := `{"manifests":[{"digest":"sha256:` + strings.Repeat("a", 64) + `","mediaType":"` + ocilayout.ManifestMediaType +
		`","size":1}],"mediaType":"` + ocilayout.IndexMediaType + `","schemaVersion":2}`
	if _, err := ocilayout.ParseIndex([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, text, want string }{
		{"not JSON", "x", "not an image index: invalid character"},
		{"a manifest", strings.Replace(good, "image.index", "image.manifest", 1), `"mediaType" is "application/vnd.oci.image.manifest.v1+json", want 2 and "application/vnd.oci.image.index`},
		{"schema 1", strings.Replace(good, `"schemaVersion":2`, `"schemaVersion":1`, 1), `"schemaVersion" is 1`},
		{"unknown field", strings.Replace(good, `"schemaVersion":2`, `"schemaVersion":2,"x":1`, 1), `unknown field "x"`},
		{"unknown algorithm", strings.ReplaceAll(good, "sha256:", "md5:"), `image index: the digest "md5:`},
	} {
		if _, err := ocilayout.ParseIndex([]byte(test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %s", test.name, err, test.want)
		}
	}
}
