package object

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/rules-strata/rules_strata/go/nar"
)

func TestOpenNAR(t *testing.T) {
	name := narFile(t,
		nar.Entry{Type: nar.Directory},
		nar.Entry{Path: "a", Type: nar.Directory},
		nar.Entry{Path: "a/x", Type: nar.Regular, Executable: true},
		nar.Entry{Path: "a-b", Type: nar.Regular},
		nar.Entry{Path: "l", Type: nar.Symlink, Target: "a"},
		nar.Entry{Path: "\xff", Type: nar.Directory},
		nar.Entry{Path: "\xff/y", Type: nar.Regular},
		nar.Entry{Path: "\ue000", Type: nar.Regular},
	)
	o := openSource(t, name)
	if o.Path() != testPath {
		t.Errorf("path %s", o.Path())
	}
	compareLines(t, describe(t, o), []string{
		`"" directory`,
		`"a" directory`,
		`"a/x" regular x=true "a/x"`,
		`"a-b" regular x=false "a-b"`,
		`"l" symlink -> "a"`,
		// Python's order, not that of the NAR.
		`"\xff" directory`,
		`"\xff/y" regular x=false "\xff/y"`,
		`"\ue000" regular x=false "\ue000"`,
	})
	var copied bytes.Buffer
	if err := o.WriteNAR(&copied); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(name)
	if err != nil || !bytes.Equal(copied.Bytes(), data) {
		t.Errorf("the NAR was not copied: %v", err)
	}
}

func openSource(tb testing.TB, source string) *Object {
	tb.Helper()
	o, err := Open(testPath, source)
	return mustOpen(tb, o, err)
}

func TestOpenNARErrors(t *testing.T) {
	root := nar.Entry{Type: nar.Directory}
	deep := strings.Repeat("d", 250)
	long := []nar.Entry{root}
	for path := deep; len(path) < 4500; path += "/" + deep {
		long = append(long, nar.Entry{Path: path, Type: nar.Directory})
	}
	whole := narFile(t, root, nar.Entry{Path: "f", Type: nar.Regular})
	data, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, source string
		want         []string
	}{
		{"missing", filepath.Join(t.TempDir(), "missing.nar"), []string{"missing.nar", "no such file"}},
		{"folder", t.TempDir(), []string{"not a NAR", "not a regular file"}},
		{"not a NAR", writeFile(t, "x.nar", "hello"), []string{"x.nar", "not a NAR"}},
		{"truncated", writeFile(t, "x.nar", string(data[:200])), []string{"x.nar", "truncated"}},
		{"trailing", writeFile(t, "x.nar", string(data)+"x"), []string{"x.nar", "trailing bytes"}},
		{"whiteout", narFile(t, root, nar.Entry{Path: "d", Type: nar.Directory}, nar.Entry{Path: "d/.wh.x", Type: nar.Regular}),
			[]string{`a layer cannot hold "d/.wh.x"`, "rename the file"}},
		{"opaque", narFile(t, root, nar.Entry{Path: ".wh..wh..opq", Type: nar.Regular}), []string{"a layer cannot hold"}},
		{"path too long", narFile(t, long...), []string{"…", "bytes with the store path, at most 4096"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Open(testPath, test.source)
			wantError(t, err, append(test.want, string(testPath))...)
			if err != nil && len(err.Error()) > 600 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
		})
	}
}

func TestOpenFileOfDirectory(t *testing.T) {
	o := openSource(t, narFile(t, nar.Entry{Type: nar.Directory}))
	_, err := o.OpenFile(&o.Entries()[0])
	wantError(t, err, "is not a regular file", string(testPath))
}

// TestWindow compares reads through a window with reads of what is behind it.
func TestWindow(t *testing.T) {
	data := make([]byte, 5*windowSize/2)
	for i := range data {
		data[i] = byte(i ^ i>>8 ^ i>>16)
	}
	w := &window{r: bytes.NewReader(data)}
	for _, size := range []int{0, 1, 1000, windowSize - 1, windowSize, windowSize + 1, 2 * windowSize} {
		for _, off := range []int{0, 1, windowSize - 1, windowSize, 5, 2 * windowSize, 0, 3 * windowSize, len(data) - 1, len(data)} {
			got, want := make([]byte, size), make([]byte, size)
			n, err := w.ReadAt(got, int64(off))
			m, wantErr := bytes.NewReader(data).ReadAt(want, int64(off))
			if n != m || (n < size) != (err != nil) || err != nil && err != wantErr || !bytes.Equal(got[:n], want[:m]) {
				t.Errorf("%d bytes at %d: got %d %v, want %d %v", size, off, n, err, m, wantErr)
			}
		}
	}
	if err := iotest.TestReader(io.NewSectionReader(w, 100, windowSize), data[100:100+windowSize]); err != nil {
		t.Error(err)
	}
}
