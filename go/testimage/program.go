package testimage

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// Program is a static executable for Linux on x86-64: it reads up to 64 bytes
// once, writes them to its standard output and its standard error, and exits
// with their number.
func Program() []byte {
	const base, start = 0x400000, 64 + 56
	write := func(fd byte) []byte {
		return []byte{
			0x89, 0xda, // mov edx, ebx
			0xb8, 1, 0, 0, 0, // mov eax, write
			0xbf, fd, 0, 0, 0, // mov edi, fd
			0x48, 0x89, 0xe6, // mov rsi, rsp
			0x0f, 0x05, // syscall
		}
	}
	code := slices.Concat([]byte{
		0x48, 0x83, 0xec, 64, // sub rsp, 64
		0x31, 0xc0, 0x31, 0xff, // eax = read, edi = 0
		0x48, 0x89, 0xe6, // mov rsi, rsp
		0xba, 64, 0, 0, 0, // mov edx, 64
		0x0f, 0x05, // syscall
		0x89, 0xc3, // mov ebx, eax
	}, write(1), write(2), []byte{
		0x89, 0xdf, // mov edi, ebx
		0xb8, 60, 0, 0, 0, // mov eax, exit
		0x0f, 0x05, // syscall
	})
	var b bytes.Buffer
	b.WriteString("\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	for _, v := range []any{
		uint16(2), uint16(62), uint32(1), uint64(base + start), uint64(64), uint64(0),
		uint32(0), uint16(64), uint16(56), uint16(1), uint16(0), uint16(0), uint16(0),
		uint32(1), uint32(5), uint64(0), uint64(base), uint64(base),
		uint64(start + len(code)), uint64(start + len(code)), uint64(0x1000),
	} {
		_ = binary.Write(&b, binary.LittleEndian, v) // a bytes.Buffer takes all
	}
	b.Write(code)
	return b.Bytes()
}
