package scriptfs

import (
	"os"
	"strings"
	"syscall"
	"testing"
)

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
		must(t, f.MountEmpty("/nix/store", 0o755))
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
		"beside":       func(f *FS) error { return f.Mkdir("/nix/var", 0o755) },
		"list beside":  func(f *FS) error { _, err := f.ReadDir("/nix"); return err },
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
	must(t, f.Mkdir("/nix/store/a", 0o755))
	if f.Outside() != nil {
		t.Errorf("%v", f.Outside())
	}
}

// TestReturn: a view's root can go back, with all that happened in it.
func TestReturn(t *testing.T) {
	f := New(clock)
	must(t, f.MountEmpty("/build", 0o755))
	must(t, f.Mkdir("/build/tree", 0o755))
	inner, err := f.Chroot("/build/tree")
	must(t, err)
	must(t, inner.Mkdir("/dir", 0o755))
	write(t, inner, "/dir/file", "inside")
	must(t, inner.Offer("/tmp", 0o1777))
	wantErrno(t, f.Return(inner, "/build"), syscall.EEXIST)
	must(t, f.Return(inner, "/build/tree"))
	if got := contentOf(t, f, "/build/tree/dir/../dir/file"); got != "inside" {
		t.Errorf("%q", got)
	}
	if path, err := f.Realpath("/build/tree/dir/../../tree/tmp"); err != nil || path != "/build/tree/tmp" {
		t.Errorf("%s %v", path, err)
	}
	i, err := f.Stat("/build")
	must(t, err)
	if i.Nlink != 3 {
		t.Errorf("%d links", i.Nlink)
	}
}
