package blob_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/rules-strata/rules_strata/go/blob"
	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/jsonfile"
)

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// expand reads a blob as its media type says.
func expand(t *testing.T, mediaType string, data []byte) []byte {
	t.Helper()
	var r io.Reader = bytes.NewReader(data)
	var err error
	switch {
	case strings.HasSuffix(mediaType, "+gzip"):
		r, err = gzip.NewReader(r)
	case strings.HasSuffix(mediaType, "+zstd"):
		r, err = zstd.NewReader(r)
	}
	if err != nil {
		t.Fatal(err)
	}
	tar, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return tar
}

func TestWriteFrom(t *testing.T) {
	tar := []byte(strings.Repeat("some tar ", 100_000))
	for _, kind := range []compress.Kind{compress.None, compress.Gzip, compress.Zstd} {
		var out bytes.Buffer
		got, err := blob.WriteFrom(&out, kind, bytes.NewReader(tar))
		if err != nil {
			t.Fatal(err)
		}
		want := blob.Descriptor{
			DiffID: digest(tar), Digest: digest(out.Bytes()), MediaType: kind.LayerMediaType(), Size: int64(out.Len()), Version: 1,
		}
		if got != want {
			t.Errorf("%s: got %+v, want %+v", kind, got, want)
		}
		if !bytes.Equal(expand(t, got.MediaType, out.Bytes()), tar) {
			t.Errorf("%s: the blob does not expand to the tar", kind)
		}
		if discarded, err := blob.WriteFrom(io.Discard, kind, bytes.NewReader(tar)); discarded != got || err != nil {
			t.Errorf("%s: thrown away: got %+v, %v", kind, discarded, err)
		}
		if err := got.CheckDiffID(digest(tar)); err != nil {
			t.Error(err)
		}
		other := digest(nil)
		if err := got.CheckDiffID(other); err == nil || !strings.Contains(err.Error(), got.DiffID+", want "+other) {
			t.Error(err)
		}
	}
}

func TestWriteErrors(t *testing.T) {
	broken := errors.New("broken")
	if _, err := blob.Write(io.Discard, compress.Gzip, func(io.Writer) (string, error) { return "", broken }); !errors.Is(err, broken) {
		t.Errorf("of what is compressed: %v", err)
	}
	if _, err := blob.WriteFrom(io.Discard, compress.Gzip, failing{broken}); !errors.Is(err, broken) {
		t.Errorf("of the tar's reader: %v", err)
	}
	for _, size := range []int{1, 10 << 20} {
		if _, err := blob.WriteFrom(failing{broken}, compress.None, bytes.NewReader(make([]byte, size))); !errors.Is(err, broken) {
			t.Errorf("of the blob's writer after %d bytes: %v", size, err)
		}
	}
	if _, err := blob.WriteFrom(io.Discard, "lzma", bytes.NewReader(nil)); err == nil || !strings.Contains(err.Error(), `unknown compression "lzma"`) {
		t.Errorf("of the kind: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
func (f failing) Read([]byte) (int, error)  { return 0, f.err }

var exampleDescriptor = blob.Descriptor{
	DiffID: digest([]byte("tar")), Digest: digest([]byte("blob")), MediaType: compress.Gzip.LayerMediaType(), Size: 4, Version: 1,
}

func TestDescriptorFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "descriptor.json")
	if err := jsonfile.Write(file, exampleDescriptor); err != nil {
		t.Fatal(err)
	}
	if got, err := blob.ReadDescriptor(file); got != exampleDescriptor || err != nil {
		t.Errorf("got %+v, %v", got, err)
	}
	other := exampleDescriptor
	other.MediaType = compress.None.LayerMediaType()
	for _, list := range [][]blob.Descriptor{{}, {exampleDescriptor, other}} {
		if err := blob.WriteDescriptors(file, list); err != nil {
			t.Fatal(err)
		}
		if got, err := blob.ReadDescriptors(file); !reflect.DeepEqual(got, list) || err != nil {
			t.Errorf("got %+v, %v, want %+v", got, err, list)
		}
	}
	if err := blob.WriteDescriptors(file, nil); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(file); string(got) != `{"blobs":[],"version":1}`+"\n" {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestDescriptorErrors(t *testing.T) {
	digits := strings.Repeat("a", 64)
	for _, test := range []struct{ name, field, value, want string }{
		{"no diff ID", "diff_id", `""`, `"diff_id": the digest "" is not of the algorithm sha256`},
		{"another algorithm", "digest", `"sha512:` + digits + digits + `"`, `"digest": the digest "sha512:aaa`},
		{"short digest", "digest", `"sha256:aa"`, "64 lower-case hexadecimal digits"},
		{"capitals", "digest", `"sha256:` + strings.ToUpper(digits) + `"`, "64 lower-case hexadecimal digits"},
		{"no digits", "digest", `"sha256:` + strings.Repeat("g", 64) + `"`, "64 lower-case hexadecimal digits"},
		{"no size", "size", "0", `"size" is 0 bytes`},
		{"another media type", "media_type", `"text/html"`, `"media_type" is "text/html", want application/vnd.oci.image.layer.v1.tar, alone or with "+gzip" or "+zstd"`},
		{"unknown field", "extra", "1", `unknown field "extra"`},
		{"another version", "version", "2", "version 2, want 1"},
	} {
		fields := map[string]string{
			"diff_id": `"sha256:` + digits + `"`, "digest": `"sha256:` + digits + `"`, "size": "1", "version": "1",
			"media_type": `"application/vnd.oci.image.layer.v1.tar"`,
		}
		fields[test.field] = test.value
		var list []string
		for field, value := range fields {
			list = append(list, `"`+field+`":`+value)
		}
		text := "{" + strings.Join(list, ",") + "}"
		file := filepath.Join(t.TempDir(), "descriptor.json")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := blob.ReadDescriptor(file); err == nil || !strings.HasPrefix(err.Error(), file) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %s", test.name, err, test.want)
		}
		if err := os.WriteFile(file, []byte(`{"version":1,"blobs":[`+text+`]}`), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := blob.ReadDescriptors(file); err == nil && test.field != "version" {
			t.Errorf("%s: no error in a list", test.name)
		}
	}
}
