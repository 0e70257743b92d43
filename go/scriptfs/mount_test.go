package scriptfs

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/rules-strata/rules_strata/go/object"
)

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
		"rename": f.Rename(path+"/run", path+"/r"), "truncate": f.Truncate(path+"/run", 0),
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
	o := lib(t)
	must(t, f.MountLazily(libPath, func() (*object.Object, error) { return o, nil }))
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

// TestProtect: nothing can be made in a protected directory, or taken out of it.
func TestProtect(t *testing.T) {
	f := New(clock)
	o := lib(t)
	must(t, f.MountLazily(libPath, func() (*object.Object, error) { return o, nil }))
	must(t, f.MountDevices("/dev"))
	for _, dir := range []string{"/nix/store", "/dev"} {
		must(t, f.Mkdir(dir+"/x", 0o755))
		must(t, f.Protect(dir))
		wantErrno(t, f.Mkdir(dir+"/y", 0o755), syscall.EROFS)
		wantErrno(t, f.Remove(dir+"/x"), syscall.EROFS)
		wantErrno(t, f.Rename(dir+"/x", "/x"), syscall.EROFS)
		must(t, f.Mkdir(dir+"/x/y", 0o755))
	}
	wantErrno(t, f.Protect("/none"), syscall.ENOENT)
	wantErrno(t, f.Protect("/dev/null"), syscall.ENOTDIR)
	var walked []string
	must(t, f.Walk("/", func(path string, _ Info) error { walked = append(walked, path); return nil }))
	if got := strings.Join(walked, " "); got != "/" {
		t.Errorf("walked %s", got)
	}
	must(t, f.Close())
}

// TestFakeroot: owners and modes of what cannot be changed are noted, and
// nothing else.
func TestFakeroot(t *testing.T) {
	f := New(clock)
	o := lib(t)
	must(t, f.MountLazily(libPath, func() (*object.Object, error) { return o, nil }))
	must(t, f.MountDevices("/dev"))
	must(t, f.MountEmpty("/proc", 0o555))
	must(t, f.Protect("/proc"))
	file := string(libPath) + "/run"
	for _, path := range []string{file, "/dev/null", "/proc", string(libPath), string(libPath) + "/s"} {
		wantErrno(t, f.Lchown(path, 5, 6), syscall.EROFS)
	}
	f.Fakeroot(true)
	for _, path := range []string{file, "/dev/null", "/proc", string(libPath)} {
		must(t, f.Chown(path, 5, 6))
		must(t, f.Chmod(path, 0o4755))
		if i, err := f.Stat(path); err != nil || i.UID != 5 || i.GID != 6 || i.Mode != 0o4755 {
			t.Errorf("%s: %+v %v", path, i, err)
		}
	}
	must(t, f.Lchown(string(libPath)+"/s", 7, 8))
	for what, err := range map[string]error{
		"times": f.Chtimes(file, clock), "content": f.Truncate(file, 0), "xattr": f.Setxattr(file, "user.a", nil), "remove": f.Remove(file),
		"make": f.Mkdir(string(libPath)+"/x", 0o755),
	} {
		if !errors.Is(err, syscall.EROFS) {
			t.Errorf("%s: %v", what, err)
		}
	}
	must(t, f.Close())
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
