package scriptfs

import (
	"io"
	"syscall"
)

// device is what reading and writing a device does.
type device struct {
	read  func(p []byte) (int, error)
	write func(p []byte) (int, error)
}

var (
	readNothing = func([]byte) (int, error) { return 0, io.EOF }
	readZeros   = func(p []byte) (int, error) { clear(p); return len(p), nil }
	writeAll    = func(p []byte) (int, error) { return len(p), nil }
	writeNone   = func([]byte) (int, error) { return 0, syscall.ENOSPC }
)

// MountDevices puts a directory at path that holds the devices null, zero and
// full, which work, and is no part of the image. Other files can be made in it.
// What was there is hidden.
func (f *FS) MountDevices(path string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	dir, err := f.mountPoint(path)
	if err != nil {
		return errno("mount", path, err)
	}
	for _, d := range []struct {
		name   string
		minor  int64
		device device
	}{
		{"null", 3, device{readNothing, writeAll}},
		{"zero", 5, device{readZeros, writeAll}},
		{"full", 7, device{readZeros, writeNone}},
	} {
		n := f.newNode(CharDevice, 0o666)
		n.major, n.minor, n.device = 1, d.minor, &d.device
		dir.attach(d.name, n)
		n.flags = readOnly | apart | pinned
	}
	return nil
}
