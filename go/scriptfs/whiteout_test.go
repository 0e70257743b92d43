package scriptfs

import (
	"fmt"
	"syscall"
	"testing"
)

func TestHidden(t *testing.T) {
	f := New(clock)
	for _, dir := range []string{"/tree", "/tree/a", "/tree/b", "/tree/b/c"} {
		must(t, f.Mkdir(dir, 0o755))
	}
	write(t, f, "/tree/file", "x")
	hidden := func(want string) {
		t.Helper()
		names, directories, err := f.Hidden("/tree")
		must(t, err)
		if got := fmt.Sprint(names, directories); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	hidden("[] []")
	for _, name := range []string{"/tree/z", "/tree/b/y", "/tree/a/x"} {
		must(t, f.Hide(name))
	}
	must(t, f.HideAll("/tree/b/c"))
	must(t, f.HideAll("/tree"))
	hidden("[z a/x b/y] [ b/c]")
	wantErrno(t, f.Hide("/tree/a"), syscall.EEXIST)
	wantErrno(t, f.Hide("/none/a"), syscall.ENOENT)
	wantErrno(t, f.HideAll("/tree/file"), syscall.ENOTDIR)
	wantErrno(t, f.HideAll("/tree/none"), syscall.ENOENT)
	if list, err := f.ReadDir("/tree/a"); err != nil || len(list) > 0 {
		t.Errorf("hidden names are listed: %v %v", list, err)
	}
	// They go with their directory, and end when something is made there.
	must(t, f.Rename("/tree/b", "/tree/z"))
	hidden("[a/x z/y] [ z z/c]")
	write(t, f, "/tree/a/x", "")
	must(t, f.Mkdir("/tree/z/y", 0o755))
	hidden("[] [ z z/c z/y]")
	must(t, f.RemoveAll("/tree/z"))
	hidden("[] []")
	_, _, err := f.Hidden("/tree/file")
	wantErrno(t, err, syscall.ENOTDIR)
	_, _, err = f.Hidden("/none")
	wantErrno(t, err, syscall.ENOENT)
}
