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

func TestObject(t *testing.T) {
	f := New(clock)
	opened := 0
	o := lib(t)
	must(t, f.MountLazily(libPath, func() (*object.Object, error) { opened++; return o, nil }))
	must(t, f.MountLazily("/nix/store/1123456789abcdfghijklmnpqrsvwxyz-bad", func() (*object.Object, error) { return nil, errors.New("gone") }))
	if opened != 0 {
		t.Error("the object was opened before anybody looked")
	}
	for path, want := range map[string]string{
		"": "directory 555", "/lib": "directory 555", "/lib/a": "regular file 444", "/run": "regular file 555", "/s": "symbolic link 777", "/empty": "directory 555",
	} {
		i, err := f.Lstat(string(libPath) + path)
		must(t, err)
		if got := fmt.Sprintf("%s %o", i.Type, i.Mode); got != want || i.MTime.Unix() != 1 || !i.ReadOnly {
			t.Errorf("%q: got %s, %v", path, got, i)
		}
	}
	if got := contentOf(t, f, string(libPath)+"/s"); got != "content of a file" {
		t.Errorf("got %q", got)
	}
	h, err := f.Open(string(libPath) + "/lib/a")
	must(t, err)
	for _, at := range []int64{8, 3, 11} {
		p := make([]byte, 4)
		if _, err := h.ReadAt(p, at); err != nil || string(p) != "content of a file"[at:at+4] {
			t.Errorf("from %d on: %q, %v", at, p, err)
		}
	}
	must(t, h.Close())
	path := string(libPath)
	for what, err := range map[string]error{
		"mkdir": f.Mkdir(path+"/x", 0o755), "remove": f.Remove(path + "/run"), "object": f.RemoveAll(path), "chmod": f.Chmod(path+"/run", 0),
		"rename": f.Rename(path+"/run", path+"/r"), "truncate": f.Truncate(path+"/run", 0), "in the store": f.Mkdir("/nix/store/x", 0o755),
		"rename out": f.Rename(path+"/run", "/run"),
	} {
		if !errors.Is(err, syscall.EROFS) && !errors.Is(err, syscall.EBUSY) {
			t.Errorf("%s: %v", what, err)
		}
	}
	wantErrno(t, f.Link(path+"/run", "/run"), syscall.EXDEV)
	_, err = f.OpenFile(path+"/run", os.O_WRONLY, 0)
	wantErrno(t, err, syscall.EROFS)
	if f.Err() != nil {
		t.Errorf("%v", f.Err())
	}
	_, err = f.Stat("/nix/store/1123456789abcdfghijklmnpqrsvwxyz-bad/x")
	wantErrno(t, err, syscall.EIO)
	if f.Err() == nil || f.Err().Error() != "gone" {
		t.Errorf("%v", f.Err())
	}
	var walked []string
	must(t, f.Walk("/", func(path string, _ Info) error { walked = append(walked, path); return nil }))
	if got := strings.Join(walked, " "); got != "/" {
		t.Errorf("walked %s", got)
	}
	must(t, f.Close())
}

func TestClone(t *testing.T) {
	f := New(clock)
	must(t, f.MountObject(lib(t)))
	must(t, f.Clone(string(libPath)+"/run", "/copy", 0o755))
	must(t, f.Clone("/copy", "/second", 0o644))
	h, err := f.OpenFile("/copy", os.O_WRONLY, 0)
	must(t, err)
	_, err = h.Seek(8, io.SeekStart)
	must(t, err)
	_, err = h.Write([]byte("IN"))
	must(t, err)
	for path, want := range map[string]string{"/copy": "content IN a file", "/second": "content of a file", string(libPath) + "/run": "content of a file"} {
		if got := contentOf(t, f, path); got != want {
			t.Errorf("%s is %q", path, got)
		}
	}
	must(t, f.Truncate("/second", 3))
	must(t, f.Truncate("/second", 5))
	if got := contentOf(t, f, "/second"); got != "con\x00\x00" {
		t.Errorf("got %q", got)
	}
	if i, err := f.Stat("/copy"); err != nil || i.Mode != 0o755 || i.ReadOnly {
		t.Errorf("%v %v", i, err)
	}
	must(t, f.Clone("/second", "/copy", 0o600))
	if i, _ := f.Stat("/copy"); i.Mode != 0o755 || i.Size != 5 {
		t.Errorf("%v", i)
	}
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

func TestDevices(t *testing.T) {
	f := New(clock)
	must(t, f.MountDevices("/dev"))
	write(t, f, "/dev/null", "text")
	if got := contentOf(t, f, "/dev/null"); got != "" {
		t.Errorf("got %q", got)
	}
	h, err := f.OpenFile("/dev/full", os.O_RDWR, 0)
	must(t, err)
	_, err = h.Write([]byte("x"))
	wantErrno(t, err, syscall.ENOSPC)
	p := []byte{1, 2}
	if n, err := h.Read(p); n != 2 || err != nil || p[0] != 0 {
		t.Errorf("%d %v %v", n, err, p)
	}
	wantErrno(t, f.Remove("/dev/null"), syscall.EBUSY)
	wantErrno(t, f.Mkdir("/dev/x", 0o755), syscall.EROFS)
	must(t, f.Mknod("/own", CharDevice, 0o600, 1, 3))
	_, err = f.Open("/own")
	wantErrno(t, err, syscall.ENXIO)
	must(t, f.Mknod("/pipe", FIFO, 0o644, 0, 0))
	_, err = f.OpenFile("/pipe", os.O_WRONLY, 0)
	wantErrno(t, err, syscall.ENXIO)
	if i, err := f.Stat("/own"); err != nil || i.Major != 1 || i.Minor != 3 || i.Type != CharDevice {
		t.Errorf("%v %v", i, err)
	}
	must(t, f.WriteDevice("/dev/fd/60", []byte("text")))
	if got := contentOf(t, f, "/dev/fd/60"); got != "text" {
		t.Errorf("got %q", got)
	}
}

// TestBare: directories that are only there for a mount are no part of the
// image, unless a script uses them.
func TestBare(t *testing.T) {
	walk := func(f *FS) string {
		var list []string
		must(t, f.Walk("/", func(path string, _ Info) error { list = append(list, path); return nil }))
		return strings.Join(list, " ")
	}
	for name, test := range map[string]struct {
		do   func(f *FS) error
		want string
	}{
		"nothing":   {func(*FS) error { return nil }, "/"},
		"directory": {func(f *FS) error { return f.Mkdir("/a/b/x", 0o755) }, "/ /a /a/b /a/b/x"},
		"chown":     {func(f *FS) error { return f.Chown("/a", 5, 5) }, "/ /a"},
		"scratch":   {func(f *FS) error { return f.Mkdir("/a/b/store/x", 0o755) }, "/"},
	} {
		f := New(clock)
		must(t, f.MountEmpty("/a/b/store", 0o755))
		must(t, test.do(f))
		if got := walk(f); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}

func TestChroot(t *testing.T) {
	f := New(clock)
	must(t, f.MountEmpty("/build", 0o755))
	must(t, f.Mkdir("/build/tree", 0o755))
	must(t, f.Mkdir("/build/tree/dev", 0o700))
	write(t, f, "/build/tree/file", "inside")
	write(t, f, "/build/scratch", "outside")
	must(t, f.Symlink("/file", "/build/tree/link"))
	must(t, f.Symlink("../../../file", "/build/tree/dev/up"))
	inner, err := f.Chroot("/build/tree")
	must(t, err)
	must(t, inner.Adopt(f, "/build"))
	must(t, inner.MountDevices("/dev"))
	for path, want := range map[string]string{"/link": "inside", "/../../file": "inside", "/build/scratch": "outside", "/build/../file": "inside"} {
		if got := contentOf(t, inner, path); got != want {
			t.Errorf("%s is %q", path, got)
		}
	}
	_, err = inner.Stat("/build/tree")
	wantErrno(t, err, syscall.ENOENT)
	_, err = f.Stat("/build")
	wantErrno(t, err, syscall.ENOENT)
	if path, err := inner.Realpath("/build/../link"); err != nil || path != "/file" {
		t.Errorf("%s %v", path, err)
	}
	var list []string
	must(t, inner.Walk("/", func(path string, _ Info) error { list = append(list, path); return nil }))
	if got := strings.Join(list, " "); got != "/ /file /link" {
		t.Errorf("walked %s", got)
	}
}

func TestOutside(t *testing.T) {
	newFS := func() *FS {
		f := New(clock)
		must(t, f.MountEmpty("/build", 0o755))
		must(t, f.Symlink("/etc/x", "/build/link"))
		f.CloseRoot()
		return f
	}
	for name, do := range map[string]func(f *FS) error{
		"stat":         func(f *FS) error { _, err := f.Stat("/etc"); return err },
		"deep":         func(f *FS) error { _, err := f.Lstat("/etc/passwd"); return err },
		"dots":         func(f *FS) error { _, err := f.Stat("/build/../etc"); return err },
		"mkdir":        func(f *FS) error { return f.Mkdir("/etc", 0o755) },
		"remove":       func(f *FS) error { return f.Remove("/etc") },
		"list":         func(f *FS) error { _, err := f.ReadDir("/"); return err },
		"write":        func(f *FS) error { _, err := f.OpenFile("/x", os.O_CREATE|os.O_WRONLY, 0o644); return err },
		"write a link": func(f *FS) error { _, err := f.OpenFile("/build/link", os.O_CREATE|os.O_WRONLY, 0o644); return err },
	} {
		f := newFS()
		err := do(f)
		if name == "write a link" {
			// The directory above it is not there, as on any machine.
			wantErrno(t, err, syscall.ENOENT)
			continue
		}
		wantErrno(t, err, syscall.EACCES)
		if f.Outside() == nil || !strings.Contains(f.Outside().Error(), "enable_fakechroot") || !strings.Contains(err.Error(), "enable_fakechroot") {
			t.Errorf("%s: %v, noted %v", name, err, f.Outside())
		}
	}
	f := newFS()
	for _, path := range []string{"/build/link", "/build/none"} {
		_, err := f.Stat(path)
		wantErrno(t, err, syscall.ENOENT)
	}
	must(t, f.Mkdir("/build/../build/a", 0o755))
	if f.Outside() != nil {
		t.Errorf("%v", f.Outside())
	}
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
