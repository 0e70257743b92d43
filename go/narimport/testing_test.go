package narimport

import (
	"bytes"
	"compress/gzip"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"github.com/rules-strata/rules_strata/go/decompress"
	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/narinfo"
	"github.com/rules-strata/rules_strata/go/store"
)

const path store.Path = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-app"

var formats = []decompress.Format{decompress.None, decompress.Gzip, decompress.Zstd, decompress.XZ, decompress.Bzip2}

// archive makes a NAR of files in a directory, "name=content"; the one without
// a name is the root. A name may have a "*" after it: the file is executable.
func archive(tb testing.TB, files ...string) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := nar.NewWriter(&b)
	write := func(e nar.Entry, content string) {
		if err := w.WriteHeader(e); err != nil {
			tb.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			tb.Fatal(err)
		}
	}
	for i, file := range files {
		name, content, _ := strings.Cut(file, "=")
		name, executable := strings.CutSuffix(name, "*")
		if i == 0 && name != "" {
			write(nar.Entry{Type: nar.Directory}, "")
		}
		write(nar.Entry{Path: name, Type: nar.Regular, Size: int64(len(content)), Executable: executable}, content)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// hello is the NAR of a file.
func hello(tb testing.TB) []byte { return archive(tb, "=hello\n") }

// bzip2Hello is what bzip2, for which Go has no writer, makes of it.
const bzip2Hello = "425a6839314159265359169d7af600001fd9806dd2006220002ae5df6020005444353234c4d0c034d08d2990d9269a01e50d1559c49253554a1805919004c60151ee2680adb56395fdda0fea60f12d2dcc808f2640ceda0ad1871b177245385090169d7af6"

func pack(tb testing.TB, f decompress.Format, data []byte) []byte {
	tb.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	var err error
	switch f {
	case decompress.None:
		return data
	case decompress.Gzip:
		w = gzip.NewWriter(&b)
	case decompress.Zstd:
		w, err = zstd.NewWriter(&b)
	case decompress.XZ:
		w, err = xz.NewWriter(&b)
	case decompress.Bzip2:
		packed, err := hex.DecodeString(bzip2Hello)
		if err != nil || !bytes.Equal(data, hello(tb)) {
			tb.Fatal("not what was compressed before", err)
		}
		return packed
	}
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		tb.Fatal(err)
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

var private = ed25519.NewKeyFromSeed([]byte("0123456789abcdef0123456789abcdef"))

// keys are the ones that describe signs with.
var keys = []narinfo.PublicKey{{Name: "test-1", Key: private.Public().(ed25519.PublicKey)}}

// describe gives a signed narinfo of a NAR.
func describe(data []byte, f decompress.Format) *narinfo.NARInfo {
	n := &narinfo.NARInfo{StorePath: path, Compression: f, NARHash: sha256.Sum256(data), NARSize: int64(len(data)), References: []store.Path{path}}
	sign(n)
	return n
}

func sign(n *narinfo.NARInfo) {
	message := narinfo.Fingerprint(n.StorePath, n.NARHash, n.NARSize, n.References)
	n.Signatures = []narinfo.Signature{{KeyName: "test-1", Sig: ed25519.Sign(private, []byte(message))}}
}

func wantError(t *testing.T, err error, phrases ...string) {
	t.Helper()
	for _, phrase := range phrases {
		if err == nil || !strings.Contains(err.Error(), phrase) {
			t.Errorf("got error %v, want one with %q", err, phrase)
		}
	}
}
