package worker

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestInput: a pipe is read without a thread that waits, and a file as it was.
func TestInput(t *testing.T) {
	waits := func(f uintptr) bool {
		t.Helper()
		flags, err := unix.FcntlInt(f, syscall.F_GETFL, 0)
		if err != nil {
			t.Fatal(err)
		}
		return flags&syscall.O_NONBLOCK == 0
	}
	var ends [2]int
	if err := syscall.Pipe(ends[:]); err != nil {
		t.Fatal(err)
	}
	out := os.NewFile(uintptr(ends[1]), "out")
	pipe := os.NewFile(uintptr(ends[0]), "in")
	defer pipe.Close()
	in := Input(pipe)
	if waits(uintptr(ends[0])) {
		t.Error("a thread waits in a call of read")
	}
	read := make(chan string)
	go func() {
		data, err := io.ReadAll(in)
		if err != nil {
			t.Error(err)
		}
		read <- string(data)
	}()
	select {
	case got := <-read:
		t.Errorf("the end before it: %q", got)
	case <-time.After(10 * time.Millisecond):
	}
	if _, err := out.WriteString("request"); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if got := <-read; got != "request" {
		t.Errorf("got %q", got)
	}

	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte("requests"), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if got := Input(file); got != io.Reader(file) || !waits(file.Fd()) {
		t.Errorf("a file is %v", got)
	}
}
