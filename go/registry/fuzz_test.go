package registry

import (
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"
)

// FuzzParseReference: what is taken has a name that is taken again.
func FuzzParseReference(f *testing.F) {
	for _, text := range []string{"busybox", "ghcr.example/a/b:v1", "localhost:5000/a@sha256:123", "a:", "A/b", "a//b", "https://a/b", "[::1]:5000/a:b"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ref, err := ParseReference(text, false)
		if err != nil {
			return
		}
		again, err := ParseReference(ref.Name(), false)
		if err != nil || again.Name() != ref.Name() {
			t.Errorf("%q is %q, and that is %v, %v", text, ref.Name(), again, err)
		}
	})
}

// FuzzParseManifest: whatever comes is taken or refused.
func FuzzParseManifest(f *testing.F) {
	f.Add([]byte(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"digest":"sha256:1"}]}`), "")
	f.Add([]byte(`{"schemaVersion":2,"config":{"size":-1}}`), "application/vnd.oci.image.manifest.v1+json")
	f.Fuzz(func(t *testing.T, data []byte, contentType string) {
		if m, err := parseManifest(data, contentType); err == nil && !m.MediaType.IsIndex() && !m.MediaType.IsImage() {
			t.Errorf("taken as %q", m.MediaType)
		}
		_, _ = parseConfig(data, 1)
	})
}

// FuzzCredentialFile: whatever is in the file, there is an answer.
func FuzzCredentialFile(f *testing.F) {
	f.Add([]byte(`{"auths":{"https://a/v1/":{"auth":"bWU6c2VjcmV0"}},"credsStore":"x"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := parseCredentialFile("config.json", data)
		if err != nil {
			return
		}
		if c := file.entry("a"); c != nil && c.config == (authn.AuthConfig{}) {
			t.Error("empty credentials")
		}
	})
}
