package narimport

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/rules-strata/rules_strata/go/decompress"
	"github.com/rules-strata/rules_strata/go/narinfo"
	"github.com/rules-strata/rules_strata/go/store"
)

func TestCopy(t *testing.T) {
	want := hello(t)
	for _, f := range formats {
		packed := pack(t, f, want)
		for name, in := range map[string]io.Reader{"at once": bytes.NewReader(packed), "byte by byte": iotest.OneByteReader(bytes.NewReader(packed))} {
			var out bytes.Buffer
			if err := Copy(&out, in, describe(want, f), keys); err != nil || !bytes.Equal(out.Bytes(), want) {
				t.Errorf("%s, %s: got %q, %v", f, name, out.Bytes(), err)
			}
		}
	}
}

// TestCut: a file that ends too early is never taken for a whole one.
func TestCut(t *testing.T) {
	data := hello(t)
	for _, f := range formats {
		packed := pack(t, f, data)
		for n := range len(packed) {
			if err := Copy(io.Discard, bytes.NewReader(packed[:n]), describe(data, f), keys); err == nil || !strings.HasPrefix(err.Error(), string(path)+": ") {
				t.Errorf("%s cut at %d of %d: got %v", f, n, len(packed), err)
			}
		}
	}
}

// TestJunk: what follows after the end of a file is an error.
func TestJunk(t *testing.T) {
	data := hello(t)
	for _, f := range formats {
		packed := pack(t, f, data)
		for _, junk := range []string{"x", "\n", "</html>", strings.Repeat("long enough for any header", 10), string(packed)} {
			if err := Copy(io.Discard, strings.NewReader(string(packed)+junk), describe(data, f), keys); err == nil {
				t.Errorf("%s with %d bytes after it: no error", f, len(junk))
			}
		}
	}
}

// TestBroken: what is let through is the object, whatever byte is another.
func TestBroken(t *testing.T) {
	want := hello(t)
	for _, f := range formats {
		packed := pack(t, f, want)
		for i := range packed {
			changed := bytes.Clone(packed)
			changed[i] ^= 0x55
			var out bytes.Buffer
			if err := Copy(&out, bytes.NewReader(changed), describe(want, f), keys); err == nil && !bytes.Equal(out.Bytes(), want) {
				t.Errorf("%s with another byte %d: got %q", f, i, out.Bytes())
			}
		}
	}
}

func TestReadError(t *testing.T) {
	want := errors.New("disk on fire")
	for _, f := range formats {
		in := io.MultiReader(bytes.NewReader(pack(t, f, hello(t))[:20]), iotest.ErrReader(want))
		if err := Copy(io.Discard, in, describe(hello(t), f), keys); !errors.Is(err, want) {
			t.Errorf("%s: got %v", f, err)
		}
	}
	if err := Copy(io.Discard, iotest.ErrReader(want), describe(hello(t), decompress.XZ), keys); !errors.Is(err, want) {
		t.Errorf("at once: got %v", err)
	}
}

func TestCopyErrors(t *testing.T) {
	file, tree := hello(t), archive(t, "a=1", "b=2")
	unsorted := bytes.Replace(archive(t, "a=1", "c=2"), []byte("c\x00"), []byte("\x21\x00"), 1)
	flat := func(n *narinfo.NARInfo) { // as nix-store --add-fixed sha256 names the file
		sum := narinfo.Hash(sha256.Sum256([]byte("hello\n")))
		n.StorePath, n.ContentAddress = "/nix/store/1vap48aqggkk52ijn2prxzxv7cnzvs0w-file", "fixed:"+sum.Nix()
		n.References, n.Signatures = nil, nil
	}
	for _, test := range []struct {
		name   string
		data   []byte
		file   []byte // as it is in the cache; xz of data if nil
		change func(*narinfo.NARInfo)
		want   string
	}{
		{name: "NAR hash", data: file, change: func(n *narinfo.NARInfo) { n.NARHash = narinfo.Hash{}; sign(n) },
			want: string(path) + ": NAR hash is " + narinfo.Hash(sha256.Sum256(file)).SRI() + ", want sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},
		{name: "NAR size", data: file, change: func(n *narinfo.NARInfo) { n.NARSize = 121; sign(n) }, want: string(path) + ": NAR size is 120 bytes, want 121"},
		{name: "smaller NAR size", data: file, change: func(n *narinfo.NARInfo) { n.NARSize = 8; sign(n) }, want: "NAR size is 120 bytes, want 8"},
		{name: "largest NAR size", data: file, change: func(n *narinfo.NARInfo) { n.NARSize = 1<<63 - 1; sign(n) }, want: "NAR size is 120 bytes, want 9223372036854775807"},
		{name: "another NAR", data: file, file: pack(t, decompress.XZ, tree), want: fmt.Sprintf("NAR size is %d bytes, want 120", len(tree))},
		{name: "not signed", data: file, change: func(n *narinfo.NARInfo) { n.Signatures = nil }, want: string(path) + ": not signed, trusted are \"test-1\": sign it"},
		{name: "references", data: file, change: func(n *narinfo.NARInfo) { n.References = nil }, want: string(path) + ": the signature by \"test-1\" does not match"},
		{name: "another path", data: file, change: func(n *narinfo.NARInfo) { n.StorePath += "2" }, want: string(path) + "2: the signature by \"test-1\" does not match"},
		{name: "not compressed", data: file, file: file, want: string(path) + `: the file is not compressed, want xz: it begins with "\r\x00\x00\x00\x00\x00\x00\x00nix-arch"`},
		{name: "compressed otherwise", data: file, file: pack(t, decompress.Zstd, file), want: string(path) + ": the file is compressed with zstd, want xz"},
		{name: "compressed", data: file, change: func(n *narinfo.NARInfo) { n.Compression = decompress.None }, want: "the file is compressed with xz, want none"},
		{name: "compressed twice", data: file, file: pack(t, decompress.XZ, pack(t, decompress.XZ, file)), want: "not a NAR: it begins with \"\\xfd7zXZ\\x00\\x00\\x04\", as xz does: decompress it first"},
		{name: "HTML", data: file, file: []byte("<html><body>Log in</body></html>"), want: string(path) + `: the file is not a NAR but HTML (it begins with "<html><body>Log "): is there a proxy or a login page`},
		{name: "HTML, not compressed", data: file, file: []byte("<html><body>Log in</body></html>"), change: func(n *narinfo.NARInfo) { n.Compression = decompress.None },
			want: string(path) + ": the file is not a NAR but HTML"},
		{name: "empty", data: file, file: []byte{}, want: string(path) + ": the file is empty"},
		{name: "empty, not compressed", data: file, file: []byte{}, change: func(n *narinfo.NARInfo) { n.Compression = decompress.None }, want: string(path) + ": the file is empty"},
		{name: "not sorted", data: unsorted, want: string(path) + ": names in the root are not sorted: \"!\" comes after \"a\""},
		{name: "cut NAR", data: file[:100], want: string(path) + ": truncated: the NAR ends at offset 100"},
		{name: "junk after the NAR", data: append(bytes.Clone(file), 0), want: string(path) + ": trailing bytes after the end of the NAR"},
		{name: "content address of another file", data: archive(t, "=Hello\n"), change: flat, want: "-file: the content is not the one of its content address \"fixed:sha256:"},
		{name: "content address of a file, which is executable", data: archive(t, "*=hello\n"), change: flat, want: "-file: the content address is one of a file that is not executable"},
		{name: "content address of a file, which is a directory", data: tree, change: flat, want: "-file: the content address is one of a file that is not executable"},
	} {
		t.Run(test.name, func(t *testing.T) {
			n := describe(test.data, decompress.XZ)
			if test.change != nil {
				test.change(n)
			}
			if test.file == nil {
				test.file = pack(t, decompress.XZ, test.data)
			}
			wantError(t, Copy(io.Discard, bytes.NewReader(test.file), n, keys), test.want)
		})
	}
}

// TestBomb: a file that unpacks to much more than it should is given up.
func TestBomb(t *testing.T) {
	packed := pack(t, decompress.Zstd, archive(t, "="+strings.Repeat("\x00", 100<<20)))
	n := describe(hello(t), decompress.Zstd)
	var out bytes.Buffer
	err := Copy(&out, bytes.NewReader(packed), n, keys)
	wantError(t, err, string(path)+": ", "NAR size is more than 67", "bytes, want 120")
	if out.Len() > 120 {
		t.Errorf("%d bytes were written", out.Len())
	}
}

func TestContentAddressed(t *testing.T) {
	data := archive(t, "a=1", "b*=2")
	n := describe(data, decompress.Gzip)
	// As nix-store --add-fixed --recursive sha256 names the tree.
	n.StorePath, n.ContentAddress, n.References, n.Signatures = "/nix/store/5licmdjn70n2z5gadmami08xpngpnfdf-tree", "fixed:r:"+n.NARHash.Nix(), nil, nil
	var out bytes.Buffer
	if err := Copy(&out, bytes.NewReader(pack(t, decompress.Gzip, data)), n, nil); err != nil || !bytes.Equal(out.Bytes(), data) {
		t.Errorf("got %d bytes, %v", out.Len(), err)
	}
}

// TestFile: the output is whole, or what it was.
func TestFile(t *testing.T) {
	data := hello(t)
	folder := t.TempDir()
	in, out := filepath.Join(folder, "in"), filepath.Join(folder, "out")
	packed := pack(t, decompress.XZ, data)
	if err := os.WriteFile(in, packed, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := File(out, in, describe(data, decompress.XZ), keys); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(in, packed[:len(packed)-1], 0o600); err != nil {
		t.Fatal(err)
	}
	wantError(t, File(out, in, describe(data, decompress.XZ), keys), string(path)+": ", "truncated")
	wantError(t, File(out, in+"x", describe(data, decompress.XZ), keys), string(path)+": open "+in+"x: no such file")
	wantError(t, File(folder, in, describe(data, decompress.XZ), keys), "is a directory")
	if got, err := os.ReadFile(out); err != nil || !bytes.Equal(got, data) {
		t.Errorf("got %q, %v", got, err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 2 {
		t.Errorf("%v is left, %v", entries, err)
	}
}

func TestFlags(t *testing.T) {
	reference := store.Path("/nix/store/00000000000000000000000000000000-a")
	f := Flags{StorePath: string(path), Compression: decompress.XZ, NARSize: 120, Reference: []string{string(path), string(reference)}, ContentAddress: "x"}
	n, err := f.Object()
	if err != nil || n.StorePath != path || n.Compression != decompress.XZ || n.NARSize != 120 || n.FileSize != -1 || n.ContentAddress != "x" ||
		len(n.References) != 2 || n.References[0] != reference {
		t.Errorf("got %+v, %v", n, err)
	}
	for _, test := range []struct {
		name  string
		flags Flags
		want  string
	}{
		{"no path", Flags{}, `"" is not a store path`},
		{"reference of another store", Flags{StorePath: string(path), Reference: []string{"/opt" + string(reference)}}, string(path) + `: a reference: "/opt/nix/store/`},
	} {
		_, err := test.flags.Object()
		wantError(t, err, test.want)
	}
}
