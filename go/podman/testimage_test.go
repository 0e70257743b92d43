package podman

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
	"slices"
	"testing"

	"github.com/rules-strata/rules_strata/go/archive"
)

var background = context.Background()

// program is a static executable for Linux on x86-64: it reads up to 64 bytes
// once, writes them to its standard output and its standard error, and exits
// with their number.
func program() []byte {
	const base, start = 0x400000, 64 + 56
	write := func(fd byte) []byte {
		return []byte{
			0x89, 0xda, // mov edx, ebx
			0xb8, 1, 0, 0, 0, // mov eax, write
			0xbf, fd, 0, 0, 0, // mov edi, fd
			0x48, 0x89, 0xe6, // mov rsi, rsp
			0x0f, 0x05, // syscall
		}
	}
	code := slices.Concat([]byte{
		0x48, 0x83, 0xec, 64, // sub rsp, 64
		0x31, 0xc0, 0x31, 0xff, // eax = read, edi = 0
		0x48, 0x89, 0xe6, // mov rsi, rsp
		0xba, 64, 0, 0, 0, // mov edx, 64
		0x0f, 0x05, // syscall
		0x89, 0xc3, // mov ebx, eax
	}, write(1), write(2), []byte{
		0x89, 0xdf, // mov edi, ebx
		0xb8, 60, 0, 0, 0, // mov eax, exit
		0x0f, 0x05, // syscall
	})
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

// writeLayer writes a layer that has size random bytes and, if it is the
// lowest, the program.
func writeLayer(w io.Writer, seed, size int, lowest bool) error {
	tw := tar.NewWriter(w)
	if lowest {
		code := program()
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

// testLayer is a layer that is made anew each time that it is written.
func testLayer(t testing.TB, seed, size int, lowest bool) archive.Layer {
	t.Helper()
	h := sha256.New()
	var n counter
	if err := writeLayer(io.MultiWriter(h, &n), seed, size, lowest); err != nil {
		t.Fatal(err)
	}
	return archive.Layer{
		DiffID:   digestPrefix + hex.EncodeToString(h.Sum(nil)),
		Size:     int64(n),
		Describe: fmt.Sprintf("seed %d", seed),
		Write:    func(_ context.Context, w io.Writer) error { return writeLayer(w, seed, size, lowest) },
	}
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// testImage is an image with layers of size bytes, made from the seeds.
func testImage(t testing.TB, size int, seeds []int, names ...string) archive.Image {
	t.Helper()
	img := archive.Image{RepoTags: names}
	diffIDs := []string{}
	for i, seed := range seeds {
		img.Layers = append(img.Layers, testLayer(t, seed, size, i == 0))
		diffIDs = append(diffIDs, img.Layers[i].DiffID)
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

// idOf is the ID that Podman gives an image.
func idOf(img archive.Image) string {
	sum := sha256.Sum256(img.Config)
	return digestPrefix + hex.EncodeToString(sum[:])
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
	s := slices.Clone(seeds)
	s[i] = seed
	return s
}
