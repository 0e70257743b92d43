package decompress

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

const text = "hello\n"

// pack compresses data.
func pack(t testing.TB, f Format, data io.Reader) string {
	t.Helper()
	var buf bytes.Buffer
	var w io.WriteCloser
	var err error
	switch f {
	case Gzip:
		w = gzip.NewWriter(&buf)
	case Zstd:
		w, err = zstd.NewWriter(&buf)
	case XZ:
		w, err = xz.NewWriter(&buf)
	case Bzip2:
		// Go has no writer: this is what bzip2 makes of text.
		packed, err := hex.DecodeString("425a6839314159265359c1c080e2000001410000100244a00030cd00c3462997177245385090c1c080e2")
		if err != nil {
			t.Fatal(err)
		}
		return string(packed)
	default:
		all, err := io.ReadAll(data)
		if err != nil {
			t.Fatal(err)
		}
		return string(all)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(w, data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func unpack(r io.Reader) (string, Format, error) {
	out, format, err := NewReader(r)
	if err != nil {
		return "", format, err
	}
	defer out.Close()
	data, err := io.ReadAll(out)
	return string(data), format, err
}

var formats = []Format{None, Gzip, Zstd, XZ, Bzip2}

func TestNewReader(t *testing.T) {
	for _, f := range formats {
		packed := pack(t, f, strings.NewReader(text))
		for name, data := range map[string]string{text: packed, text + text: packed + packed} {
			got, format, err := unpack(iotest.OneByteReader(strings.NewReader(data)))
			if err != nil || got != name || format != f {
				t.Errorf("%s: got %q, %s, %v, want %q", f, got, format, err, name)
			}
		}
	}
	t.Run("padding in pieces", func(t *testing.T) {
		packed := pack(t, XZ, strings.NewReader(text))
		data := packed + "\x00\x00\x00\x00" + packed + "\x00\x00\x00\x00"
		if got, _, err := unpack(iotest.OneByteReader(strings.NewReader(data))); got != text+text || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	})
	t.Run("padding", func(t *testing.T) {
		packed := pack(t, XZ, strings.NewReader(text))
		for _, data := range []string{packed + "\x00\x00\x00\x00", packed + strings.Repeat("\x00", 16) + packed} {
			if got, _, err := unpack(strings.NewReader(data)); strings.ReplaceAll(got, text, "") != "" || err != nil {
				t.Errorf("got %q, %v", got, err)
			}
		}
	})
	t.Run("frames that are skipped", func(t *testing.T) {
		packed := pack(t, Zstd, strings.NewReader(text))
		const skipped = "\x5a\x2a\x4d\x18\x03\x00\x00\x00abc"
		if got, format, err := unpack(strings.NewReader(skipped + packed + skipped)); got != text || format != Zstd || err != nil {
			t.Errorf("got %q, %s, %v", got, format, err)
		}
	})
	for _, data := range []string{"", "x", "B", "BZh", "BZhello", "\x1f", "\xfd7zXZ", "(\xb5/", "PK\x03\x04"} {
		if got, format, err := unpack(strings.NewReader(data)); got != data || format != None || err != nil {
			t.Errorf("%q: got %q, %s, %v", data, got, format, err)
		}
	}
}

// TestCut: a stream that ends too early is never taken for a whole one.
func TestCut(t *testing.T) {
	for _, f := range formats[1:] {
		packed := pack(t, f, strings.NewReader(text))
		for n := len(packed) - 1; n >= magicLen; n-- {
			got, _, err := unpack(strings.NewReader(packed[:n]))
			if !errors.Is(err, io.ErrUnexpectedEOF) || !strings.HasPrefix(err.Error(), string(f)+": truncated: ") {
				t.Errorf("%s cut at %d of %d: got %q, %v", f, n, len(packed), got, err)
			}
		}
	}
}

// TestJunk: what follows after the end is an error that says so.
func TestJunk(t *testing.T) {
	for _, f := range formats[1:] {
		packed := pack(t, f, strings.NewReader(text))
		for _, junk := range []string{"x", "jun", "junk", "junk1", "\x00", "junk that is long enough for a header of anything", "BZx9", "BZh0", "BZh:"} {
			if f == XZ && junk == "\x00" {
				junk += "\x00\x00\x00\x00" // four are padding
			}
			for _, data := range []string{packed + junk, packed + packed + junk} {
				got, _, err := unpack(iotest.OneByteReader(strings.NewReader(data)))
				if want := fmt.Sprintf("%[1]s: something else than %[1]s follows after its end", f); err == nil || err.Error() != want {
					t.Errorf("%s with %q after it: got %q, %v, want %q", f, junk, got, err, want)
				}
			}
		}
	}
}

// TestSecondMember: a second member that is cut is truncated, once its header
// is whole.
func TestSecondMember(t *testing.T) {
	headers := map[Format]int{Gzip: 10, Zstd: 6, XZ: 12, Bzip2: 4}
	for _, f := range formats[1:] {
		packed := pack(t, f, strings.NewReader(text))
		for n := 1; n < len(packed); n++ {
			_, _, err := unpack(iotest.HalfReader(strings.NewReader(packed + packed[:n])))
			want := string(f) + ": truncated: unexpected EOF"
			if n < headers[f] {
				want = fmt.Sprintf("%[1]s: something else than %[1]s follows after its end", f)
			}
			if err == nil || err.Error() != want {
				t.Errorf("%s and %d bytes more: got %v, want %q", f, n, err, want)
			}
		}
	}
}

// TestJunkAfterBits: bzip2 may end at any bit of its last byte.
func TestJunkAfterBits(t *testing.T) {
	for padding, packed := range []string{
		"425a6831314159265359c1c080e2000001410000100244a00030cd00c3462997177245385090c1c080e2",
		"425a6831314159265359dae70afa000003c10040100244a00021800c01e465b30e2ee48a70a121b5ce15f4",
		"425a68313141592653598d1bd29c000001c10000101244a00021800c032b2e1c5dc914e14242346f4a70",
		"425a6831314159265359e17022d6000002410000100254a0002129a60300a3234a1430bb9229c284870b8116b0",
		"425a68313141592653594ac4d0b6000002c10000100644a00021800c03262ab871772453850904ac4d0b60",
		"425a6831314159265359152d1cf2000003c10020100344a00021898421807af192e1e2ee48a70a1202a5a39e40",
		"425a6831314159265359c8883282000001418000100244c0002000221868300b0a7185dc914e142432220ca080",
		"425a6831314159265359811b9be4000002410000100a44a00021800c032755c38bb9229c2848408dcdf200",
	} {
		data, err := hex.DecodeString(packed)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := unpack(bytes.NewReader(data)); err != nil {
			t.Errorf("%d bits of padding: %v", padding, err)
		}
		for _, junk := range []string{"\x00", "BZ", "BZh", "BZh0", "junk"} {
			if _, _, err := unpack(strings.NewReader(string(data) + junk)); err == nil || !strings.HasSuffix(err.Error(), "follows after its end") {
				t.Errorf("%d bits of padding, then %q: got %v", padding, junk, err)
			}
		}
		for n := magicLen; n < len(data); n++ {
			if _, _, err := unpack(bytes.NewReader(data[:n])); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%d bits of padding, cut at %d: got %v", padding, n, err)
			}
		}
	}
}

// TestJunkAfterFrames: the end of zstd is found in frames of every form.
func TestJunkAfterFrames(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, size := range []int{1, 255, 256, 300, 65791, 65792, 70_000, 1 << 20} {
		mixed := make([]byte, size)
		for i := range mixed {
			if i%1000 < 500 {
				mixed[i] = byte(random.Uint32())
			}
		}
		for name, content := range map[string][]byte{"mixed": mixed, "zeros": make([]byte, size)} {
			for _, checksum := range []bool{false, true} {
				for _, single := range []bool{false, true} {
					var packed bytes.Buffer
					w, err := zstd.NewWriter(&packed, zstd.WithEncoderCRC(checksum), zstd.WithSingleSegment(single), zstd.WithEncoderConcurrency(1))
					if err != nil {
						t.Fatal(err)
					}
					// A frame that says how long it is, and one that does not.
					packed.Write(w.EncodeAll(content, nil))
					if _, err := w.Write(content); err != nil {
						t.Fatal(err)
					}
					if err := w.Close(); err != nil {
						t.Fatal(err)
					}
					what := fmt.Sprintf("%d bytes, %s, checksum %v, single %v", size, name, checksum, single)
					if got, _, err := unpack(strings.NewReader(packed.String())); err != nil || got != string(content)+string(content) {
						t.Errorf("%s: %v", what, err)
					}
					const want = "zstd: something else than zstd follows after its end"
					if _, _, err := unpack(strings.NewReader(packed.String() + "junk")); err == nil || err.Error() != want {
						t.Errorf("%s: got %v", what, err)
					}
					if _, _, err := unpack(strings.NewReader(packed.String()[:packed.Len()-1])); !errors.Is(err, io.ErrUnexpectedEOF) {
						t.Errorf("%s, cut: got %v", what, err)
					}
				}
			}
		}
	}
}

func TestBroken(t *testing.T) {
	for _, f := range formats[1:] {
		packed := []byte(pack(t, f, strings.NewReader(text)))
		for i := range packed {
			changed := bytes.Clone(packed)
			changed[i] ^= 0x55
			got, format, err := unpack(bytes.NewReader(changed))
			// Flags and names in headers are not covered by a checksum.
			if err == nil && got != text && format == f {
				t.Errorf("%s with another byte %d: got %q", f, i, got)
			}
		}
	}
}

// TestReadError: an error of the stream itself is that error.
func TestReadError(t *testing.T) {
	want := errors.New("disk on fire")
	for _, f := range formats {
		packed := pack(t, f, strings.NewReader(text))
		_, _, err := unpack(io.MultiReader(strings.NewReader(packed[:len(packed)-1]), iotest.ErrReader(want)))
		if !errors.Is(err, want) {
			t.Errorf("%s: got %v", f, err)
		}
	}
}

func TestWindow(t *testing.T) {
	const limit = "it wants its reader to keep more than the limit of 128 MiB"
	withDictionary := func(bits byte) string {
		data := []byte(pack(t, XZ, strings.NewReader(text)))
		data[16] = bits
		return string(data)
	}
	// single is a frame of a single segment of 1 GiB.
	const single = "\x28\xb5\x2f\xfd\xa0\x00\x00\x00\x40"
	for _, test := range []struct {
		name, data string
		over       bool
	}{
		{"zstd, 128 MiB", "\x28\xb5\x2f\xfd\x00\x88", false},
		{"zstd, 144 MiB", "\x28\xb5\x2f\xfd\x00\x89", true},
		{"zstd, 2 GiB", "\x28\xb5\x2f\xfd\x00\xa8", true},
		{"zstd, one segment of 1 GiB", single, true},
		{"xz, 128 MiB", withDictionary(30), false},
		{"xz, 192 MiB", withDictionary(31), true},
		{"xz, 4 GiB", withDictionary(40), true},
		{"xz, more than there is", withDictionary(41), true},
	} {
		_, _, err := unpack(strings.NewReader(test.data))
		if err == nil || strings.Contains(err.Error(), limit) != test.over {
			t.Errorf("%s: got %v", test.name, err)
		}
	}
}

// TestMemory: much that is small when it is compressed needs little memory.
func TestMemory(t *testing.T) {
	const size = 150 << 20
	for _, f := range []Format{Gzip, Zstd, XZ} {
		packed := pack(t, f, io.LimitReader(zeros{}, size))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r, _, err := NewReader(strings.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, r)
		if err != nil || n != size {
			t.Errorf("%s: %d bytes, %v", f, n, err)
		}
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
			t.Errorf("%s: %d MiB were needed", f, used>>20)
		}
		r.Close()
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func FuzzNewReader(f *testing.F) {
	for _, format := range formats {
		f.Add([]byte(pack(f, format, strings.NewReader(text))))
	}
	f.Fuzz(func(_ *testing.T, data []byte) {
		r, _, err := NewReader(bytes.NewReader(data))
		if err != nil {
			return
		}
		defer r.Close()
		// Whatever it is, it ends or is an error, and does not panic.
		_, _ = io.CopyN(io.Discard, r, 1<<20)
	})
}
