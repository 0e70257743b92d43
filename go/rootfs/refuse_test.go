package rootfs

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

func TestUnpackRefuses(t *testing.T) {
	long := strings.Repeat("n", 256)
	for _, test := range []struct {
		name   string
		layers [][]entry
		want   []string
	}{
		{"dot dot", [][]entry{{file("../x", "")}}, []string{`entry "../x"`, `leads out of the image with ".."`}},
		{"dot dot inside", [][]entry{{file("a/../b", "")}}, []string{`entry "a/../b"`}},
		{"absolute dot dot", [][]entry{{dir("/../", 0o755)}}, []string{`"/../"`}},
		{"through a symlink", [][]entry{{link("bin", "usr/bin"), file("bin/x", "")}}, []string{`entry "bin/x"`, `through the symlink "bin" -> "usr/bin"`}},
		{"through an absolute symlink", [][]entry{{link("a/b", "/etc"), file("a/b/c/d", "")}}, []string{`entry "a/b/c/d"`, `through the symlink "a/b" -> "/etc"`}},
		{"through a lower layer's symlink", [][]entry{{link("bin", "/host")}, {file("bin/x", "")}}, []string{"layer 2 of 2 (number 2)", `"bin/x"`}},
		{"directory through a symlink", [][]entry{{link("bin", "/host"), dir("bin/x", 0o755)}}, []string{`"bin/x"`}},
		{"whiteout through a symlink", [][]entry{{link("bin", "/host"), file("bin/.wh.x", "")}}, []string{`"bin/.wh.x"`, "through the symlink"}},
		{"below a file", [][]entry{{file("a", ""), file("a/b", "")}}, []string{`entry "a/b"`, `below "a", which is a file`}},
		{"file, then directory", [][]entry{{file("a", ""), dir("a/", 0o755)}}, []string{`entry "a/"`, `it is a directory`, `makes "a" a file`}},
		{"symlink, then directory", [][]entry{{link("a", "b"), dir("a/", 0o755)}}, []string{`makes "a" a symlink`}},
		{"directory, then file", [][]entry{{dir("a/", 0o755), file("a", "")}}, []string{`entry "a"`, `it is a file`, `makes "a" a directory`}},
		{"implied directory, then file", [][]entry{{file("a/b", ""), file("a", "")}}, []string{`makes "a" a directory`}},
		{"lower directory with something new, then file", [][]entry{{dir("a", 0o755)}, {file("a/b", ""), file("a", "")}}, []string{`makes "a" a directory`}},
		{"hard link to nothing", [][]entry{{hard("a", "b")}}, []string{`entry "a"`, `hard link to "b"`, "no such file yet"}},
		{"hard link to a later file", [][]entry{{hard("a", "b"), file("b", "")}}, []string{`hard link to "b"`, "needs an earlier file"}},
		{"hard link out", [][]entry{{hard("a", "../../etc/passwd")}}, []string{`hard link to "../../etc/passwd"`, "leads out"}},
		{"hard link to an absolute path", [][]entry{{hard("a", "/etc/passwd")}}, []string{`hard link to "/etc/passwd"`, "no such file yet"}},
		{"hard link through a symlink", [][]entry{{link("e", "/etc"), hard("a", "e/passwd")}}, []string{`through the symlink "e" -> "/etc"`}},
		{"hard link to a directory", [][]entry{{dir("d", 0o755), hard("a", "d")}}, []string{"it is a directory"}},
		{"hard link to the root", [][]entry{{hard("a", "/")}}, []string{"it is a directory"}},
		{"hard link below a file", [][]entry{{file("f", ""), hard("a", "f/g")}}, []string{"no such file yet"}},
		{"hard link that replaces its target's folder", [][]entry{{file("d/f", "")}, {hard("d", "d/f")}}, []string{`hard link to "d/f"`}},
		{"root is a file", [][]entry{{file(".", "")}}, []string{"the root folder must be a directory"}},
		{"whiteout of nothing", [][]entry{{file(".wh.", "")}}, []string{`".wh."`, "no name"}},
		{"whiteout of dot dot", [][]entry{{file("d/.wh...", "")}}, []string{`whiteout of ".."`}},
		{"below a whiteout", [][]entry{{file(".wh.a/b", "")}}, []string{"below a whiteout"}},
		{"long name", [][]entry{{file("a/"+long, "")}}, []string{"has 256 bytes, at most 255", `nnn"..."nnn`}},
		{"long path", [][]entry{{file(strings.Repeat("d/", 2050)+"f", "")}}, []string{"has 4101 bytes, at most 4096"}},
		{"unknown type", [][]entry{{other('7', "x")}}, []string{`type '7' is unknown`}},
		{"big owner", [][]entry{{file("x", "").with(func(h *tar.Header) { h.Uid = 1 << 32 })}}, []string{"4294967296:0", "0 to 4294967294"}},
		{"symlink without a target", [][]entry{{link("x", "")}}, []string{`entry "x"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := unpack(t, test.layers...)
			wantError(t, err, append(test.want, "unpack layer ")...)
		})
	}
}

// wantError checks that err is there and has each of these in its text.
func wantError(t *testing.T, err error, wants ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", wants)
	}
	for _, want := range wants {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q, want one with %q", err, want)
		}
	}
}

func TestUnpackRefusesWhatIsNoTar(t *testing.T) {
	whole := tarOf(t, file("f", strings.Repeat("x", 2000)))
	broken := errors.New("its diff ID is wrong")
	for _, test := range []struct {
		name string
		open func(context.Context) (io.ReadCloser, error)
		want string
	}{
		{"gzip", layerOf([]byte("\x1f\x8b\x08" + strings.Repeat("x", 2000))).Open, "not an uncompressed tar"},
		{"cut in a header", layerOf(whole[:100]).Open, "unexpected EOF"},
		{"cut in a file", layerOf(whole[:1000]).Open, `entry "f": the layer is truncated`},
		{"cannot be opened", func(context.Context) (io.ReadCloser, error) { return nil, broken }, broken.Error()},
		{"fails after the tar", Pipe(func(_ context.Context, w io.Writer) error { _, _ = w.Write(whole); return broken }), broken.Error()},
		{"fails in the tar", Pipe(func(_ context.Context, w io.Writer) error { _, _ = w.Write(whole[:512]); return broken }), broken.Error()},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := Unpack(background, scratch(t), []Layer{{Open: test.open, Describe: "base"}}, UnpackOptions{})
			wantError(t, err, "unpack layer 1 of 1 (base): ", test.want)
		})
	}
}

func TestUnpackRefusesSparseFiles(t *testing.T) {
	// archive/tar writes no sparse files: this one is as GNU tar does, a type
	// and a size, the header's checksum set right.
	gnu := tarOf(t, file("sparse", ""))
	gnu[156] = tar.TypeGNUSparse
	copy(gnu[257:], "ustar  \x00")
	var sum int
	copy(gnu[148:156], "        ")
	for _, b := range gnu[:512] {
		sum += int(b)
	}
	copy(gnu[148:], fmt.Sprintf("%06o\x00 ", sum))
	err := Unpack(background, scratch(t), []Layer{layerOf(gnu)}, UnpackOptions{})
	wantError(t, err, `entry "sparse"`, "sparse file", "--sparse")
	if !sparse(&tar.Header{PAXRecords: map[string]string{"GNU.sparse.major": "1"}}) || sparse(&tar.Header{PAXRecords: map[string]string{"path": "x"}}) {
		t.Error("sparse files in PAX format are not recognised")
	}
}
