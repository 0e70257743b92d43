// Package testimage makes images for tests: small ones with real layers, whose
// lowest has a program that runs anywhere.
package testimage

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rules-strata/rules_strata/go/archive"
)

// New is an image with one layer of size random bytes for each seed, lowest
// first. Its command is the program that Program describes.
func New(t testing.TB, size int, seeds []int, names ...string) archive.Image {
	t.Helper()
	layers := make([]archive.Layer, len(seeds))
	for i, seed := range seeds {
		layers[i] = Layer(t, seed, size, i == 0)
	}
	return Of(t, layers, names...)
}

// Of is an image of these layers, lowest first, for Linux on x86-64.
func Of(t testing.TB, layers []archive.Layer, names ...string) archive.Image {
	t.Helper()
	diffIDs := make([]string, len(layers))
	for i, l := range layers {
		diffIDs[i] = l.DiffID
	}
	config, err := json.Marshal(map[string]any{
		"os": "linux", "architecture": "amd64",
		"config": map[string]any{"Cmd": []string{"/program"}},
		"rootfs": map[string]any{"type": "layers", "diff_ids": diffIDs},
	})
	if err != nil {
		t.Fatal(err)
	}
	return archive.Image{Config: config, Layers: layers, RepoTags: names}
}

// ID is the digest of an image's config, by which most engines know it.
func ID(img archive.Image) string {
	sum := sha256.Sum256(img.Config)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Layer is a layer with one file of size bytes, which are a function of the
// seed, and with the program if it is the lowest one. It is made anew each time
// that it is written.
func Layer(t testing.TB, seed, size int, lowest bool) archive.Layer {
	t.Helper()
	h := sha256.New()
	var n counter
	if err := write(io.MultiWriter(h, &n), seed, size, lowest); err != nil {
		t.Fatal(err)
	}
	return archive.Layer{
		DiffID:   "sha256:" + hex.EncodeToString(h.Sum(nil)),
		Size:     int64(n),
		Describe: fmt.Sprintf("seed %d", seed),
		Write:    func(_ context.Context, w io.Writer) error { return write(w, seed, size, lowest) },
	}
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

func write(w io.Writer, seed, size int, lowest bool) error {
	tw := tar.NewWriter(w)
	if lowest {
		code := Program()
		if err := tw.WriteHeader(&tar.Header{Name: "program", Mode: 0o755, Size: int64(len(code)), Typeflag: tar.TypeReg}); err != nil {
			return err
		}
		if _, err := tw.Write(code); err != nil {
			return err
		}
	}
	if err := tw.WriteHeader(&tar.Header{Name: fmt.Sprintf("data%d", seed), Mode: 0o644, Size: int64(size), Typeflag: tar.TypeReg}); err != nil {
		return err
	}
	data := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16), byte(seed >> 24)})
	if _, err := io.CopyN(tw, data, int64(size)); err != nil {
		return err
	}
	return tw.Close()
}

// Seeds are n numbers from first on.
func Seeds(first, n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = first + i
	}
	return s
}

// Changed are seeds with another one at position i.
func Changed(seeds []int, i, seed int) []int {
	s := slices.Clone(seeds)
	s[i] = seed
	return s
}
