package imagecheck_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/imagecheck"
)

// madeImage is an image of tars in memory.
type madeImage struct {
	config string
	layers [][]byte
	// diffID is what each layer's is said to be, if it is not the right one.
	diffID string
	// written counts how often layers were written.
	written int
}

func (m *madeImage) Archive() archive.Image {
	img := archive.Image{Config: []byte(m.config)}
	for i, data := range m.layers {
		diffID := fmt.Sprintf("sha256:%x", sha256.Sum256(data))
		if m.diffID != "" {
			diffID = m.diffID
		}
		img.Layers = append(img.Layers, archive.Layer{
			DiffID: diffID, Size: int64(len(data)), Describe: fmt.Sprintf("part%d", i),
			Write: func(_ context.Context, w io.Writer) error {
				m.written++
				_, err := w.Write(data)
				return err
			},
		})
	}
	return img
}

// newImage makes an image of layers of entries: "dir/", "file=content",
// "link -> target", "hard => earlier", "device:c", "device:b", "pipe:p"; mode
// and owner may follow a name in "@0755,1,2".
func newImage(t *testing.T, config string, layers ...[]string) *madeImage {
	t.Helper()
	m := &madeImage{config: config}
	for _, entries := range layers {
		var data bytes.Buffer
		w := tar.NewWriter(&data)
		for _, text := range entries {
			hdr, content := parseEntry(t, text)
			if err := w.WriteHeader(hdr); err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(w, content); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		m.layers = append(m.layers, data.Bytes())
	}
	return m
}

func parseEntry(t *testing.T, text string) (hdr *tar.Header, content string) {
	t.Helper()
	hdr = &tar.Header{Format: tar.FormatPAX}
	name := text
	var ok bool
	cut := func(sep string) (rest string) {
		name, rest, ok = strings.Cut(name, sep)
		return rest
	}
	mode := int64(0o444)
	if content = cut("="); ok && !strings.HasPrefix(content, "> ") {
		hdr.Typeflag, hdr.Size = tar.TypeReg, int64(len(content))
	} else if ok {
		hdr.Typeflag, hdr.Linkname, content, name = tar.TypeLink, content[2:], "", strings.TrimSuffix(name, " ")
	} else if target := cut(" -> "); ok {
		hdr.Typeflag, hdr.Linkname, mode = tar.TypeSymlink, target, 0o777
	} else if kind := cut(":"); ok {
		hdr.Typeflag = map[string]byte{"c": tar.TypeChar, "b": tar.TypeBlock, "p": tar.TypeFifo, "x": 'Z'}[kind]
	} else {
		hdr.Typeflag, mode = tar.TypeDir, 0o755
	}
	name, owner, ok := strings.Cut(name, "@")
	hdr.Name, hdr.Mode = name, mode
	if ok {
		if _, err := fmt.Sscanf(owner, "%o,%d,%d", &hdr.Mode, &hdr.Uid, &hdr.Gid); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	return hdr, content
}

// check runs expectations and returns the failures.
func check(t *testing.T, img imagecheck.Image, expectations string) []string {
	t.Helper()
	e, err := imagecheck.Parse([]byte(expectations))
	if err != nil {
		t.Fatalf("%s: %v", expectations, err)
	}
	report, err := imagecheck.Run(context.Background(), img, e)
	if err != nil {
		t.Fatal(err)
	}
	if want := len(e.Config) + len(e.Paths) + len(e.Absent); report.Expectations != want {
		t.Errorf("%d expectations, want %d", report.Expectations, want)
	}
	return report.Failures
}
