package registry_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/rules-strata/rules_strata/go/registry"
	"github.com/rules-strata/rules_strata/go/registry/faulty"
)

const (
	ociManifest = "application/vnd.oci.image.manifest.v1+json"
	ociIndex    = "application/vnd.oci.image.index.v1+json"
	ociConfig   = "application/vnd.oci.image.config.v1+json"
	ociLayer    = "application/vnd.oci.image.layer.v1.tar+gzip"
)

// waits notes how long a client would have waited, without waiting.
type waits struct {
	mu  sync.Mutex
	all []time.Duration
}

func (w *waits) sleep(ctx context.Context, d time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, d)
	return ctx.Err()
}

func (w *waits) longest() time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	var longest time.Duration
	for _, d := range w.all {
		longest = max(longest, d)
	}
	return longest
}

// client is one that does not wait and has no credentials.
func client(t testing.TB, change ...func(*registry.Options)) *registry.Client {
	o := registry.Options{Keychain: keychain(nil), Sleep: new(waits).sleep}
	for _, f := range change {
		f(&o)
	}
	c := registry.New(o)
	t.Cleanup(c.Close)
	return c
}

// keychain has the environment given as NAME, VALUE, ...
func keychain(env map[string]string) *registry.Keychain {
	return registry.NewKeychain(func(key string) string { return env[key] })
}

// bytesOf are n bytes that are the same for the same seed.
func bytesOf(seed byte, n int) []byte {
	data, _ := io.ReadAll(io.LimitReader(rand.NewChaCha8([32]byte{seed}), int64(n)))
	return data
}

func hashOf(data []byte) v1.Hash {
	h, _, _ := v1.SHA256(bytes.NewReader(data))
	return h
}

// layer is one of the bytes, and opened counts how often they were read.
func layer(label string, data []byte) registry.Layer {
	return registry.Layer{
		MediaType: ociLayer, Digest: hashOf(data), Size: int64(len(data)), DiffID: hashOf([]byte(label)), Name: label,
		Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil },
	}
}

type descriptor struct {
	MediaType string         `json:"mediaType"`
	Digest    string         `json:"digest"`
	Size      int            `json:"size"`
	URLs      []string       `json:"urls,omitempty"`
	Platform  map[string]any `json:"platform,omitempty"`
}

func describe(mediaType string, data []byte) descriptor {
	return descriptor{MediaType: mediaType, Digest: faulty.DigestOf(data), Size: len(data)}
}

func encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}

// imageOf is an image of layers, for a platform given as OS/ARCHITECTURE.
func imageOf(platform string, layers ...registry.Layer) registry.Parts {
	os, architecture, _ := strings.Cut(platform, "/")
	diffIDs := []string{}
	descriptors := []descriptor{}
	for _, l := range layers {
		diffIDs = append(diffIDs, l.DiffID.String())
		descriptors = append(descriptors, descriptor{MediaType: l.MediaType, Digest: l.Digest.String(), Size: int(l.Size)})
	}
	config := encode(map[string]any{"os": os, "architecture": architecture, "rootfs": map[string]any{"type": "layers", "diff_ids": diffIDs}})
	manifest := encode(map[string]any{"schemaVersion": 2, "mediaType": ociManifest, "config": describe(ociConfig, config), "layers": descriptors})
	return registry.Parts{Manifest: manifest, Config: config, Layers: layers}
}

// indexOf is an index of images by their platforms.
func indexOf(images map[string]registry.Parts, order ...string) registry.IndexParts {
	var parts registry.IndexParts
	var manifests []descriptor
	for _, platform := range order {
		d := describe(ociManifest, images[platform].Manifest)
		os, architecture, _ := strings.Cut(platform, "/")
		d.Platform = map[string]any{"os": os, "architecture": architecture}
		manifests = append(manifests, d)
		parts.Images = append(parts.Images, images[platform])
	}
	parts.Manifest = encode(map[string]any{"schemaVersion": 2, "mediaType": ociIndex, "manifests": manifests})
	return parts
}

func reference(t testing.TB, text string) name.Reference {
	t.Helper()
	ref, err := registry.ParseReference(text, false)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func references(t testing.TB, texts ...string) []name.Reference {
	t.Helper()
	var refs []name.Reference
	for _, text := range texts {
		refs = append(refs, reference(t, text))
	}
	return refs
}

// wantError wants an error with all of the parts in its text.
func wantError(t testing.TB, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q\ndoes not say %q", err, part)
		}
	}
}

// sha256Writer computes a digest.
type sha256Writer struct{ hash.Hash }

func newSHA256() sha256Writer { return sha256Writer{sha256.New()} }

func (w sha256Writer) hash() v1.Hash {
	return v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(w.Sum(nil))}
}

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
