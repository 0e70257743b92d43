package daemon

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/rules-strata/rules_strata/go/archive"
)

// exitStatus is what the program in the tests' images ends with.
const exitStatus = 7

// program is a static executable for Linux on x86-64 that ends at once: an ELF
// header, a program header, and the system call exit.
func program() []byte {
	const base, start = 0x400000, 64 + 56
	code := []byte{0xb8, 60, 0, 0, 0, 0xbf, exitStatus, 0, 0, 0, 0x0f, 0x05}
	var b bytes.Buffer
	b.WriteString("\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	for _, v := range []any{
		uint16(2), uint16(62), uint32(1), uint64(base + start), uint64(64), uint64(0),
		uint32(0), uint16(64), uint16(56), uint16(1), uint16(0), uint16(0), uint16(0),
		uint32(1), uint32(5), uint64(0), uint64(base), uint64(base),
		uint64(start + len(code)), uint64(start + len(code)), uint64(0x1000),
	} {
		_ = binary.Write(&b, binary.LittleEndian, v)
	}
	b.Write(code)
	return b.Bytes()
}

// testLayer is a layer with one file of random bytes and, if it is the first
// one, the program.
func testLayer(t testing.TB, seed, size int, withProgram bool) []byte {
	t.Helper()
	data := make([]byte, size)
	rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16)}).Read(data)
	var b bytes.Buffer
	tw := tar.NewWriter(&b)
	add := func(name string, mode int64, data []byte) {
		if err := tw.WriteHeader(&tar.Header{Name: name, Mode: mode, Size: int64(len(data)), Typeflag: tar.TypeReg}); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if withProgram {
		add("program", 0o755, program())
	}
	add(fmt.Sprintf("data%d", seed), 0o644, data)
	if err := tw.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// testImage is an image with layers of size bytes, made from the seeds.
func testImage(t testing.TB, size int, seeds []int, names ...string) archive.Image {
	t.Helper()
	img := archive.Image{RepoTags: names}
	var diffIDs []string
	for i, seed := range seeds {
		data := testLayer(t, seed, size, i == 0)
		sum := sha256.Sum256(data)
		diffIDs = append(diffIDs, "sha256:"+hex.EncodeToString(sum[:]))
		img.Layers = append(img.Layers, archive.Layer{
			DiffID:   diffIDs[i],
			Size:     int64(len(data)),
			Describe: fmt.Sprintf("seed %d", seed),
			Write: func(_ context.Context, w io.Writer) error {
				_, err := w.Write(data)
				return err
			},
		})
	}
	var err error
	img.Config, err = json.Marshal(map[string]any{
		"os": "linux", "architecture": "amd64",
		"config": map[string]any{"Cmd": []string{"/program"}},
		"rootfs": map[string]any{"type": "layers", "diff_ids": diffIDs},
	})
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// seeds are n numbers from first on.
func seeds(first, n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = first + i
	}
	return s
}

// changed are seeds with another one at position i.
func changed(seeds []int, i, seed int) []int {
	s := append([]int(nil), seeds...)
	s[i] = seed
	return s
}
