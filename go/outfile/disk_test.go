package outfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func wantError(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %q", words)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("%q does not have %q", err, word)
		}
	}
}

// TestFullDisk (D34): path, bytes needed and free, at every write.
func TestFullDisk(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip("this system has no device that is always full")
	}
	f, err := Create("/dev/full")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Discard()
	_, err = f.Write(make([]byte, 100_000))
	wantError(t, err, "/dev/full: no space left on device", "at least 100000 bytes are needed in /dev, ", " are free: make room there")
	wantError(t, Write("/dev/full", []byte("x")), "write /dev/full: ", "at least 1 bytes are needed in /dev, ")
	var explained *DiskError
	if !errors.As(err, &explained) || explained.Needed != 100_000 || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %#v", err)
	}
}

func TestReadOnlyFolder(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out")
	for _, errno := range []syscall.Errno{syscall.EROFS, syscall.EACCES} {
		err := Explain(&fs.PathError{Op: "open", Path: path, Err: errno}, path, 0)
		wantError(t, err, "open "+path, "the folder "+dir+" cannot be written to")
	}
	if os.Geteuid() == 0 {
		return // who may write everywhere
	}
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	wantError(t, Write(path, []byte("x")), "write "+path, "the folder "+dir+" cannot be written to")
}

func TestOtherErrorsStay(t *testing.T) {
	if err := Explain(fs.ErrNotExist, "x", 1); err != fs.ErrNotExist {
		t.Errorf("got %v", err)
	}
}
