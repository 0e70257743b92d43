package scriptfs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

var clock = time.Unix(315532800, 0)

const libPath = store.Path("/nix/store/0123456789abcdfghijklmnpqrsvwxyz-lib")

// lib is a store object of two files and a link.
func lib(t *testing.T) *object.Object {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(dir+"/data", []byte("content of a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	manifest := ""
	for _, record := range []string{"file|0444|lib/a|data", "file|0555|run|data", "symlink||s|lib/a", "directory|0555|empty|"} {
		manifest += strings.ReplaceAll(record, "|", "\x00") + "\n"
	}
	o, err := object.ReadManifest(libPath, strings.NewReader(manifest), dir)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantErrno(t *testing.T, err error, want syscall.Errno) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}

func write(t *testing.T, f *FS, path, text string) {
	t.Helper()
	h, err := f.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	must(t, err)
	_, err = io.WriteString(h, text)
	must(t, err)
	must(t, h.Close())
}

func contentOf(t *testing.T, f *FS, path string) string {
	t.Helper()
	h, err := f.Open(path)
	must(t, err)
	defer h.Close()
	data, err := io.ReadAll(h)
	must(t, err)
	return string(data)
}

// TestSpill writes more than is kept in memory, in an order in which files
// share the memory and the temporary file.
func TestSpill(t *testing.T) {
	f := New(clock)
	piece := bytes.Repeat([]byte("0123456789abcde\n"), 1<<12)
	const pieces = 200
	for i := range pieces {
		h, err := f.OpenFile(fmt.Sprintf("/%d", i%3), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
		must(t, err)
		_, err = h.Write(piece)
		must(t, err)
		must(t, h.Close())
	}
	if f.arena.file == nil || len(f.arena.chunks)*chunkSize > memoryLimit {
		t.Errorf("%d chunks in memory, file %v", len(f.arena.chunks), f.arena.file)
	}
	total := 0
	for i := range 3 {
		text := contentOf(t, f, fmt.Sprintf("/%d", i))
		if strings.ReplaceAll(text, "0123456789abcde\n", "") != "" {
			t.Errorf("file %d is damaged", i)
		}
		total += len(text)
	}
	if total != pieces*len(piece) {
		t.Errorf("%d bytes, want %d", total, pieces*len(piece))
	}
	must(t, f.Close())
}

func TestAttributes(t *testing.T) {
	f := New(clock)
	write(t, f, "/f", "x")
	must(t, f.Symlink("f", "/l"))
	must(t, f.Chmod("/l", 0o6755))
	must(t, f.Chown("/l", 5, -1))
	must(t, f.Lchown("/l", 6, 7))
	must(t, f.Setxattr("/f", "user.b", []byte("2")))
	must(t, f.Setxattr("/f", "security.capability", []byte{1, 0}))
	if i, err := f.Stat("/l"); err != nil || i.Mode != 0o6755 || i.UID != 5 || i.GID != 0 {
		t.Errorf("chown keeps setuid, as fakeroot does: %+v %v", i, err)
	}
	if i, err := f.Lstat("/l"); err != nil || i.UID != 6 || i.GID != 7 || i.Mode != 0o777 {
		t.Errorf("%+v %v", i, err)
	}
	if names, err := f.Listxattr("/f"); err != nil || strings.Join(names, " ") != "security.capability user.b" {
		t.Errorf("%v %v", names, err)
	}
	if value, err := f.Getxattr("/l", "security.capability"); err != nil || !bytes.Equal(value, []byte{1, 0}) {
		t.Errorf("%v %v", value, err)
	}
	must(t, f.Removexattr("/f", "user.b"))
	wantErrno(t, f.Removexattr("/f", "user.b"), syscall.ENODATA)
	wantErrno(t, f.Chown("/f", -2, 0), syscall.EINVAL)
	wantErrno(t, f.Chown("/f", 1<<32, 0), syscall.EINVAL)
	must(t, f.Chtimes("/f", time.Unix(7, 0)))
	if i, _ := f.Stat("/f"); i.MTime.Unix() != 7 {
		t.Errorf("%v", i.MTime)
	}
	write(t, f, "/f", "y")
	if i, _ := f.Stat("/f"); !i.MTime.Equal(clock) || i.Mode != 0o6755 {
		t.Errorf("%+v", i)
	}
}

// TestHandles: files stay open when their names are gone or go elsewhere.
func TestHandles(t *testing.T) {
	f := New(clock)
	write(t, f, "/a", "old")
	h, err := f.OpenFile("/a", os.O_RDWR, 0)
	must(t, err)
	must(t, f.Link("/a", "/b"))
	must(t, f.Remove("/a"))
	write(t, f, "/a", "new")
	_, err = h.Write([]byte("OLD"))
	must(t, err)
	if a, b := contentOf(t, f, "/a"), contentOf(t, f, "/b"); a != "new" || b != "OLD" {
		t.Errorf("%q %q", a, b)
	}
	must(t, h.Close())
	_, err = h.Read(make([]byte, 1))
	if !errors.Is(err, os.ErrClosed) {
		t.Error(err)
	}
	h, err = f.Open("/a")
	must(t, err)
	_, err = h.Write([]byte("x"))
	wantErrno(t, err, syscall.EBADF)
	must(t, f.Mkdir("/d", 0o755))
	h, err = f.Open("/d")
	must(t, err)
	_, err = h.Read(make([]byte, 1))
	wantErrno(t, err, syscall.EISDIR)
}

func TestNames(t *testing.T) {
	f := New(clock)
	long := strings.Repeat("n", MaxName)
	must(t, f.Mkdir("/"+long, 0o755))
	wantErrno(t, f.Mkdir("/"+long+"n", 0o755), syscall.ENAMETOOLONG)
	wantErrno(t, f.Mkdir("/"+strings.Repeat("./", 2048), 0o755), syscall.ENAMETOOLONG)
	wantErrno(t, f.Mkdir("/a\x00b", 0o755), syscall.EINVAL)
	wantErrno(t, f.Mkdir("relative", 0o755), syscall.EINVAL)
	_, err := f.Stat("")
	wantErrno(t, err, syscall.ENOENT)
	must(t, f.Symlink("b", "/a"))
	must(t, f.Symlink("a", "/b"))
	_, err = f.Stat("/a")
	wantErrno(t, err, syscall.ELOOP)
	must(t, f.Mkdir("/\xff\n", 0o755))
	list, err := f.ReadDir("/")
	must(t, err)
	if len(list) != 4 || list[3].Name != "\xff\n" {
		t.Errorf("%v", list)
	}
}

// openObject opens an object that is open already.
func openObject(o *object.Object) func() (*object.Object, error) {
	return func() (*object.Object, error) { return o, nil }
}
