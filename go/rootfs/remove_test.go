package rootfs

import (
	"errors"
	"io/fs"
	"os"
	"testing"
)

func TestRemoveAll(t *testing.T) {
	root, _, err := unpack(t, []entry{dir("/", 0o555), dir("d", 0o555), dir("d/e", 0o000), file("d/e/f", "1"), link("d/l", "/etc"), dir("x", 0o111), file("x/y/z", "1")})
	if err != nil {
		t.Fatal(err)
	}
	if err := RemoveAll(root); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(root); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if err := RemoveAll(root); err != nil {
		t.Errorf("a second time: %v", err)
	}
}
