//go:build linux && (amd64 || arm64)

package fakeroot

import (
	"bytes"
	"unsafe"

	"golang.org/x/sys/unix"
)

// pageSize is a size at whose multiples a process's memory may end.
const pageSize = 4096

// read reads memory of the process.
func (c *call) read(from uint64, to []byte) error {
	if len(to) == 0 {
		return nil
	}
	n, err := c.readSome(from, to)
	if err == nil && n < len(to) {
		err = unix.EFAULT
	}
	return err
}

func (c *call) readSome(from uint64, to []byte) (int, error) {
	local := []unix.Iovec{{Base: &to[0]}}
	local[0].SetLen(len(to))
	return unix.ProcessVMReadv(c.tid, local, []unix.RemoteIovec{{Base: uintptr(from), Len: len(to)}}, 0)
}

// readString reads a text that ends with a zero byte, which is not part of it
// and which must be among the first max bytes.
func (c *call) readString(from uint64, max int, tooLong unix.Errno) (string, error) {
	var text []byte
	buffer := make([]byte, 256)
	for len(text) < max {
		// The memory may end at the end of a page.
		n := min(len(buffer), pageSize-int(from%pageSize), max-len(text))
		got, err := c.readSome(from, buffer[:n])
		if err != nil {
			return "", err
		}
		if end := bytes.IndexByte(buffer[:got], 0); end >= 0 {
			return string(append(text, buffer[:end]...)), nil
		}
		text = append(text, buffer[:got]...)
		from += uint64(got)
		if len(buffer) < pageSize {
			buffer = make([]byte, pageSize)
		}
	}
	return "", tooLong
}

// write writes into the memory of the process.
func (c *call) write(to uint64, from []byte) error {
	if len(from) == 0 {
		return nil
	}
	if !c.listener.valid(c.id) {
		return unix.ESRCH // it was killed, and another may have its number
	}
	local := []unix.Iovec{{Base: &from[0]}}
	local[0].SetLen(len(from))
	n, err := unix.ProcessVMWritev(c.tid, local, []unix.RemoteIovec{{Base: uintptr(to), Len: len(from)}}, 0)
	if err == nil && n < len(from) {
		err = unix.EFAULT
	}
	return err
}

// bytesOf are the bytes of a structure.
func bytesOf[T any](v *T) []byte { return unsafe.Slice((*byte)(unsafe.Pointer(v)), unsafe.Sizeof(*v)) }
