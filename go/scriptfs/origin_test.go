package scriptfs

import (
	"io"
	"os"
	"testing"
)

// TestOrigin: it is known as long as nobody writes.
func TestOrigin(t *testing.T) {
	append := func(f *FS, at string) {
		h, err := f.OpenFile(at, os.O_WRONLY|os.O_APPEND, 0)
		must(t, err)
		_, err = io.WriteString(h, "x")
		must(t, err)
		must(t, h.Close())
	}
	for _, test := range []struct {
		name   string
		change func(f *FS)
		want   bool
	}{
		{"a copy", func(*FS) {}, true},
		{"a copy of a copy", func(f *FS) { must(t, f.Clone("/copy", "/other", 0)); must(t, f.Rename("/other", "/copy")) }, true},
		{"its mode and owner", func(f *FS) { must(t, f.Chmod("/copy", 0o600)); must(t, f.Chown("/copy", 1, 2)) }, true},
		{"appended", func(f *FS) { append(f, "/copy") }, false},
		{"shorter", func(f *FS) { must(t, f.Truncate("/copy", 3)) }, false},
		{"shorter and longer", func(f *FS) { must(t, f.Truncate("/copy", 3)); must(t, f.Truncate("/copy", 17)) }, false},
		{"longer", func(f *FS) { must(t, f.Truncate("/copy", 18)) }, false},
		{"longer and shorter", func(f *FS) { append(f, "/copy"); must(t, f.Truncate("/copy", 17)) }, true},
		{"another file", func(f *FS) { write(t, f, "/copy", "content of a file") }, false},
		{"empty", func(f *FS) { must(t, f.Truncate("/copy", 0)) }, false},
		{"a directory", func(f *FS) { must(t, f.Remove("/copy")); must(t, f.Mkdir("/copy", 0)) }, false},
		{"a link", func(f *FS) { must(t, f.Remove("/copy")); must(t, f.Symlink(string(libPath)+"/run", "/copy")) }, false},
		{"gone", func(f *FS) { must(t, f.Remove("/copy")) }, false},
	} {
		f := New(clock)
		must(t, f.MountLazily(libPath, openObject(lib(t))))
		must(t, f.Clone(string(libPath)+"/s", "/copy", 0o644))
		test.change(f)
		origin, ok := f.Origin("/copy")
		if ok != test.want || ok && origin != (Origin{Object: libPath, Path: "lib/a"}) {
			t.Errorf("%s: %v, %v", test.name, origin, ok)
		}
		must(t, f.Close())
	}
}
