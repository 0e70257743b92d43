package scriptfs

import (
	"errors"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestBound: everything that takes memory or disk is counted, and nothing
// else.
func TestBound(t *testing.T) {
	const limit = 100 * nodeSize
	full := errors.New("more than disk_size")
	for _, test := range []struct {
		name string
		// do is done over and over.
		do   func(f *FS, name string) error
		fits bool
	}{
		{"directories", func(f *FS, name string) error { return f.Mkdir(name, 0o755) }, false},
		{"links", func(f *FS, name string) error { return f.Symlink("x", name) }, false},
		{"devices", func(f *FS, name string) error { return f.Mknod(name, CharDevice, 0, 1, 3) }, false},
		{"empty files", func(f *FS, name string) error { return writeError(f, name, "") }, false},
		{"one file that is written over", func(f *FS, _ string) error { return writeError(f, "/file", strings.Repeat("x", nodeSize)) }, false},
		{"attributes", func(f *FS, _ string) error { return f.Setxattr("/file", "user.x", make([]byte, nodeSize)) }, false},
		{"what somebody else keeps", func(f *FS, _ string) error { return f.Reserve(nodeSize) }, false},
		{"shared contents", func(f *FS, _ string) error { return f.Clone(string(libPath)+"/run", "/file", 0) }, true},
		{"reading", func(f *FS, _ string) error { _, err := f.Stat("/file"); return err }, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := New(clock)
			defer f.Close()
			must(t, f.MountLazily(libPath, openObject(lib(t))))
			write(t, f, "/file", "")
			f.Bound(limit, full)
			var err error
			times := 0
			for ; err == nil && times < 1000; times++ {
				err = test.do(f, "/x"+strings.Repeat("y", times%200)+string(rune('a'+times/200)))
			}
			if test.fits {
				must(t, err)
				must(t, f.Err())
				return
			}
			if !errors.Is(err, full) || !errors.Is(err, syscall.ENOSPC) || f.Err() != full || times > 101 {
				t.Errorf("after %d times: %v, %v", times, err, f.Err())
			}
		})
	}
}

func writeError(f *FS, path, text string) error {
	h, err := f.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = io.WriteString(h, text)
	return errors.Join(err, h.Close())
}
