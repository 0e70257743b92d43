package compress_test

import (
	"bytes"
	stdgzip "compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/rules-strata/rules_strata/go/compress"
)

// TestGolden holds the digests of what has been written since the first
// release. They must never change: a registry holds the blobs.
func TestGolden(t *testing.T) {
	for _, test := range []struct {
		name string
		data []byte
		want map[compress.Kind]string
	}{
		{"nothing", nil, map[compress.Kind]string{
			compress.None: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
			compress.Gzip: "ac73670af3abed54ac6fb4695131f4099be9fbe39d6076c5d0264a6bbdae9d83",
			compress.Zstd: "429ed24358dddc6eff5fcf1c9a514fb568dcba9e383d8c065353b0446064bc1f",
		}},
		{"one byte", []byte("a"), map[compress.Kind]string{
			compress.None: "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
			compress.Gzip: "8d794c9e590b2bcda0fdcb33e30b6f285ada672c603b8fdbbf613ec4294eab1b",
			compress.Zstd: "38da593190d2b494a074e91567779f24abe45536b1b934a2ea8da9762bfb763b",
		}},
		{"zeros", make([]byte, 10240), map[compress.Kind]string{
			compress.None: "84ff92691f909a05b224e1c56abb4864f01b4f8e3c854e4bb4c7baf1d3f6d652",
			compress.Gzip: "ece7c94f141f2cd7c4b81c16d01b900aa0e15ca56919363993f58e05d1e03d34",
			compress.Zstd: "b0642337fe16c4139e398e0d4e31c24003915f46d12d8ddbeaf6f8db819b1350",
		}},
		{"a block of zstd exactly", generate(128 << 10), map[compress.Kind]string{
			compress.None: "337a4028cf3faa7ede06d1733038dd443740b8d3fd96e870f68d45bae2d8dd9c",
			compress.Gzip: "289349df24654c2a03962b854ebab57fcf7098fe4647e1d5bc72b7051f20cefa",
			compress.Zstd: "e702e7ba00469e6af1b97c6c7c0a667cabd920bdc107c775811b872d7eb4e071",
		}},
		{"more than the window", generate(9 << 20), map[compress.Kind]string{
			compress.None: "50c3d302c860402bde8120039b679674255848ef61fabd9004668827c4964ed2",
			compress.Gzip: "193600deb2129343e40a892da3557a2c479696ee4b4166e8fd2f9386bb9260f0",
			compress.Zstd: "88024f2d322486e341ce5cb6b90bf95ef67025616b73fb3a5ab63aba8b6aeeba",
		}},
	} {
		for kind, want := range test.want {
			if got := digest(write(t, kind, test.data, len(test.data))); got != want {
				t.Errorf("%s: %s gives %s, want %s", test.name, kind, got, want)
			}
		}
	}
}

// TestIndependent: the number of CPUs and the sizes of the writes make no
// difference.
func TestIndependent(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	data := generate(3<<20 + 17)
	for _, kind := range []compress.Kind{compress.None, compress.Gzip, compress.Zstd} {
		want := digest(write(t, kind, data, len(data)))
		for _, cpus := range []int{1, 2, 8} {
			runtime.GOMAXPROCS(cpus)
			for _, size := range []int{511, 64 << 10, 128 << 10, 256<<10 + 1, len(data)} {
				if got := digest(write(t, kind, data, size)); got != want {
					t.Errorf("%s with %d CPUs in writes of %d bytes: %s, want %s", kind, cpus, size, got, want)
				}
			}
		}
	}
}

// TestReadFrom: io.Copy, which may take another way into the writer, makes no
// difference either.
func TestReadFrom(t *testing.T) {
	data := generate(1<<20 + 3)
	for _, kind := range []compress.Kind{compress.None, compress.Gzip, compress.Zstd} {
		var out bytes.Buffer
		w, err := compress.NewWriter(&out, kind)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(w, onlyReader{bytes.NewReader(data)}); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if want := write(t, kind, data, len(data)); !bytes.Equal(out.Bytes(), want) {
			t.Errorf("%s: %s, want %s", kind, digest(out.Bytes()), digest(want))
		}
	}
}

type onlyReader struct{ io.Reader }

// TestReadable: other decoders read what the writers write.
func TestReadable(t *testing.T) {
	for _, size := range []int{0, 1, 100, 128 << 10, 1<<20 + 1} {
		data := generate(size)
		for _, decoder := range []struct {
			name string
			kind compress.Kind
			read func(io.Reader) (io.Reader, error)
		}{
			{"the standard library", compress.Gzip, func(r io.Reader) (io.Reader, error) { return stdgzip.NewReader(r) }},
			{"gzip", compress.Gzip, command("gzip", "-dc")},
			{"klauspost", compress.Zstd, func(r io.Reader) (io.Reader, error) { return zstd.NewReader(r) }},
			{"zstd", compress.Zstd, command("zstd", "-dc")},
		} {
			r, err := decoder.read(bytes.NewReader(write(t, decoder.kind, data, 1000)))
			if errors.Is(err, exec.ErrNotFound) {
				continue
			}
			if err != nil {
				t.Fatalf("%s: %v", decoder.name, err)
			}
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, data) {
				t.Errorf("%s reads %d bytes (%v), want %d", decoder.name, len(got), err, size)
			}
		}
	}
}

// command is a decoder of the machine's own.
func command(name string, args ...string) func(io.Reader) (io.Reader, error) {
	return func(r io.Reader) (io.Reader, error) {
		if _, err := exec.LookPath(name); err != nil {
			return nil, exec.ErrNotFound
		}
		cmd := exec.Command(name, args...)
		cmd.Stdin, cmd.Stderr = r, os.Stderr
		out, err := cmd.Output()
		return bytes.NewReader(out), err
	}
}

// TestGzipHeader: no flags, no time, no name, no operating system.
func TestGzipHeader(t *testing.T) {
	got := write(t, compress.Gzip, []byte("a"), 1)[:10]
	if want := []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255}; !bytes.Equal(got, want) {
		t.Errorf("header % x, want % x", got, want)
	}
}

// TestZstdWindow: a decoder that is limited to 8 MiB reads a long stream.
func TestZstdWindow(t *testing.T) {
	data := generate(20 << 20)
	r, err := zstd.NewReader(bytes.NewReader(write(t, compress.Zstd, data, 1<<20)), zstd.WithDecoderMaxWindow(8<<20), zstd.WithDecoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil || hex.EncodeToString(h.Sum(nil)) != digest(data) {
		t.Errorf("not what was written: %v", err)
	}
}

func TestWriteError(t *testing.T) {
	broken := errors.New("broken")
	for _, kind := range []compress.Kind{compress.None, compress.Gzip, compress.Zstd} {
		w, err := compress.NewWriter(failing{broken}, kind)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Write(generate(1 << 20))
		if closeErr := w.Close(); err == nil {
			err = closeErr
		}
		if !errors.Is(err, broken) {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestKinds(t *testing.T) {
	for _, test := range []struct {
		kind                 compress.Kind
		mediaType, extension string
	}{
		{compress.None, "application/vnd.oci.image.layer.v1.tar", ""},
		{compress.Gzip, "application/vnd.oci.image.layer.v1.tar+gzip", ".gz"},
		{compress.Zstd, "application/vnd.oci.image.layer.v1.tar+zstd", ".zst"},
	} {
		if got, err := compress.ParseKind(string(test.kind)); got != test.kind || err != nil {
			t.Errorf("%s: %q %v", test.kind, got, err)
		}
		if test.kind.LayerMediaType() != test.mediaType || test.kind.Extension() != test.extension {
			t.Errorf("%s: %s %s", test.kind, test.kind.LayerMediaType(), test.kind.Extension())
		}
	}
	for _, name := range []string{"", "gz", "GZIP", "xz"} {
		var k compress.Kind
		if err := k.UnmarshalText([]byte(name)); err == nil || !strings.Contains(err.Error(), "it is one of none, gzip and zstd") {
			t.Errorf("%q: %v", name, err)
		}
		if _, err := compress.NewWriter(io.Discard, compress.Kind(name)); err == nil {
			t.Errorf("%q: a writer", name)
		}
	}
}

// write compresses data in writes of at most size bytes.
func write(t *testing.T, kind compress.Kind, data []byte, size int) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := compress.NewWriter(&out, kind)
	if err != nil {
		t.Fatal(err)
	}
	for len(data) > 0 {
		n := min(size, len(data))
		if _, err := w.Write(data[:n]); err != nil {
			t.Fatal(err)
		}
		data = data[n:]
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// generate gives data with repetitions near and far, and parts that do not
// compress.
func generate(size int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	words := make([]string, 500)
	for i := range words {
		words[i] = strings.Repeat(string(rune('a'+r.IntN(26))), 1+r.IntN(4)) + string(rune('a'+r.IntN(26)))
	}
	data := make([]byte, 0, size+1<<12)
	for len(data) < size {
		switch n := r.IntN(10); {
		case n == 0 && len(data) > 1<<16:
			from := r.IntN(len(data) - 1<<12)
			data = append(data, data[from:from+r.IntN(1<<12)]...)
		case n == 1:
			for range 200 {
				data = append(data, byte(r.Uint32()))
			}
		default:
			data = append(data, words[r.IntN(len(words))]...)
			data = append(data, ' ')
		}
	}
	return data[:size]
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
