package ocilayout

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/blob"
	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/jsonfile"
)

// manifestOf is a manifest of a config with a field that nobody knows.
func manifestOf(mediaType, config string) string {
	return fmt.Sprintf(`{"schemaVersion": 2, "mediaType": %q, "config": {"mediaType": "c", "size": %d, "digest": %q, "urls": ["u"]},
 "layers": [], "annotations": {"a": "old", "kept": "1"}, "subject": {"digest": "d"}}`, mediaType, len(config), Digest([]byte(config)))
}

func TestExtend(t *testing.T) {
	const config = `{"os": "linux","config":{"Cmd":["x"],"Labels":{"kept":"1","l":"old"}}}`
	for _, test := range []struct {
		name                        string
		config                      string
		annotations, labels         map[string]string
		wantAnnotations, wantConfig string
	}{
		{"nothing", config, nil, nil, "", ""},
		{"annotations", config, map[string]string{"a": "<new>", "b": "2"}, nil, `{"a":"<new>","b":"2","kept":"1"}`, ""},
		{"labels", config, nil, map[string]string{"l": "<new>", "m": "2"}, `{"a":"old","kept":"1"}`,
			`{"config":{"Cmd":["x"],"Labels":{"kept":"1","l":"<new>","m":"2"}},"os":"linux"}` + "\n"},
		{"both", `{"config":null}`, map[string]string{"a": "1"}, map[string]string{"l": "1"}, `{"a":"1","kept":"1"}`, `{"config":{"Labels":{"l":"1"}}}` + "\n"},
		{"labels where none are", `{"config":{"Labels":null}}`, nil, map[string]string{"l": "1"}, `{"a":"old","kept":"1"}`, `{"config":{"Labels":{"l":"1"}}}` + "\n"},
		{"labels without config", `{}`, nil, map[string]string{"l": "1"}, `{"a":"old","kept":"1"}`, `{"config":{"Labels":{"l":"1"}}}` + "\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := manifestOf(ManifestMediaType, test.config)
			manifest, config, err := Extend([]byte(before), []byte(test.config), test.annotations, test.labels)
			if err != nil {
				t.Fatal(err)
			}
			if test.wantConfig == "" {
				test.wantConfig = test.config
			}
			if string(config) != test.wantConfig {
				t.Errorf("config %s, want %s", config, test.wantConfig)
			}
			if test.wantAnnotations == "" {
				if string(manifest) != before {
					t.Errorf("manifest %s, want %s", manifest, before)
				}
				return
			}
			want := fmt.Sprintf(`{"annotations":%s,"config":{"digest":%q,"mediaType":"c","size":%d,"urls":["u"]},"layers":[],"mediaType":%q,"schemaVersion":2,"subject":{"digest":"d"}}`,
				test.wantAnnotations, Digest(config), len(config), ManifestMediaType) + "\n"
			if string(manifest) != want {
				t.Errorf("manifest %s, want %s", manifest, want)
			}
		})
	}
	docker := manifestOf(schema2, config)
	if manifest, _, err := Extend([]byte(docker), []byte(config), nil, nil); err != nil || string(manifest) != docker {
		t.Errorf("Docker's manifest is now %s, %v", manifest, err)
	}
}

func TestExtendErrors(t *testing.T) {
	one := map[string]string{"a": "1"}
	for _, test := range []struct {
		name, mediaType, config string
		annotations, labels     map[string]string
		want                    string
	}{
		{"not JSON", ManifestMediaType, `{`, nil, one, "config: "},
		{"config is no object", ManifestMediaType, `{"config":1}`, nil, one, `"config": `},
		{"labels are none", ManifestMediaType, `{"config":{"Labels":[]}}`, nil, one, `"Labels": `},
		{"annotations of Docker's", schema2, `{}`, one, nil, "has no annotations: give labels"},
		{"an index", IndexMediaType, `{}`, nil, nil, "not an image manifest"},
	} {
		_, _, err := Extend([]byte(manifestOf(test.mediaType, test.config)), []byte(test.config), test.annotations, test.labels)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	if _, _, err := Extend([]byte(manifestOf(ManifestMediaType, "{}")), []byte("other"), nil, nil); err == nil || !strings.Contains(err.Error(), "another image's") {
		t.Errorf("another config: %v", err)
	}
	if _, _, err := Extend([]byte("[]"), nil, nil, nil); err == nil || !strings.Contains(err.Error(), "not an image manifest") {
		t.Errorf("no manifest: %v", err)
	}
}

func TestManifestBlobs(t *testing.T) {
	digest := Digest(nil)
	layers := []image.Layer{{DiffID: Digest([]byte("a"))}, {DiffID: Digest([]byte("b"))}}
	manifest := func(mediaType, first, second, digest string) []byte {
		data, err := json.Marshal(map[string]any{
			"schemaVersion": 2, "mediaType": mediaType, "config": map[string]any{"digest": digest},
			"layers": []any{map[string]any{"mediaType": first, "digest": digest, "size": 1, "urls": []string{"u"}}, map[string]any{"mediaType": second, "digest": digest, "size": 2}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	const gzip, zstd = "application/vnd.oci.image.layer.v1.tar+gzip", "application/vnd.oci.image.layer.v1.tar+zstd"
	for name, data := range map[string][]byte{
		"OCI's":    manifest(ManifestMediaType, gzip, zstd, digest),
		"no type":  manifest("", gzip, zstd, digest),
		"Docker's": manifest(schema2, "application/vnd.docker.image.rootfs.diff.tar.gzip", "application/vnd.docker.image.rootfs.diff.tar.zstd", digest),
	} {
		got, err := ManifestBlobs(data, layers)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for i, mediaType := range []string{gzip, zstd} {
			want := blob.Descriptor{DiffID: layers[i].DiffID, Digest: digest, MediaType: mediaType, Size: int64(i + 1), Version: jsonfile.Version}
			if got[i] != want {
				t.Errorf("%s: got %+v, want %+v", name, got[i], want)
			}
		}
	}
	for name, test := range map[string]struct {
		data   []byte
		layers []image.Layer
		want   string
	}{
		"other layers":     {manifest("", gzip, gzip, digest), layers[:1], "the manifest has 2 layers, the image 1"},
		"a type of none":   {manifest("", gzip, "text/html", digest), layers, "layer 2 of the manifest: "},
		"another digest":   {manifest("", gzip, gzip, "sha512:00"), layers, "layer 1 of the manifest: "},
		"another document": {[]byte("{}"), layers, "not an image manifest"},
	} {
		if _, err := ManifestBlobs(test.data, test.layers); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
