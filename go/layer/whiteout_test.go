package layer

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
	"testing"
)

const (
	nameA = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-a"
	nameB = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb-b"
)

func TestWriteWhiteouts(t *testing.T) {
	for _, test := range []struct {
		name, storeDir string
		names          []string
		mtime          int64
		want           string
	}{
		{"two, in any order", "/nix/store", []string{nameB, nameA}, 1,
			"/nix/ 755, /nix/store/ 755, /nix/store/.wh." + nameA + " 644, /nix/store/.wh." + nameB + " 644"},
		{"another store directory", "/opt/x/store", []string{nameA}, 1 << 33,
			"/opt/ 755, /opt/x/ 755, /opt/x/store/ 755, /opt/x/store/.wh." + nameA + " 644"},
		{"none", "/s", nil, -1, "/s/ 755"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var buf bytes.Buffer
			meta, err := WriteWhiteouts(&buf, test.storeDir, test.names, test.mtime)
			if err != nil {
				t.Fatal(err)
			}
			if want := fmt.Sprintf("sha256:%x", sha256.Sum256(buf.Bytes())); meta.DiffID != want || meta.Size != int64(buf.Len()) {
				t.Errorf("got %+v, want %s of %d bytes", meta, want, buf.Len())
			}
			if err := meta.check(); err != nil || meta.StorePaths == nil || len(meta.StorePaths) != 0 {
				t.Errorf("metadata %+v: %v", meta, err)
			}
			var got []string
			for r := tar.NewReader(&buf); ; {
				h, err := r.Next()
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, fmt.Sprintf("%s %o", h.Name, h.Mode))
				if h.Uid != 0 || h.Gid != 0 || h.Uname != "root" || h.Gname != "root" || h.ModTime.Unix() != test.mtime || h.Size != 0 {
					t.Errorf("%+v", h)
				}
			}
			if got := strings.Join(got, ", "); got != test.want || meta.Entries != strings.Count(got, ", ")+1 {
				t.Errorf("got  %s of %d entries\nwant %s", got, meta.Entries, test.want)
			}
		})
	}
}

func TestWriteWhiteoutsErrors(t *testing.T) {
	for _, test := range []struct {
		name, storeDir string
		names          []string
		want           string
	}{
		{"twice", "/nix/store", []string{nameA, nameB, nameA}, "the whiteout of " + nameA + " is given twice"},
		{"not a name", "/nix/store", []string{"../" + nameA}, "is not a store path"},
		{"a path", "/nix/store", []string{"/nix/store/" + nameA}, "is not a store path"},
		{"bad store directory", "nix", []string{nameA}, `"nix" is not a store directory`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := WriteWhiteouts(io.Discard, test.storeDir, test.names, 1); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
	if _, err := WriteWhiteouts(&full{}, "/nix/store", []string{nameA}, 1); err == nil {
		t.Error("no error of a writer that fails")
	}
}
