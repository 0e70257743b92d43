//go:build linux && (amd64 || arm64)

package realroot

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// The descriptors of the init process beside its standard streams.
const (
	inputFD   = 3 // the instructions, then the tars as sections
	reportFD  = 4 // reports
	changesFD = 5 // the tar of the changes
	programFD = 6 // what the process is started from
)

// instructions say what to do. Strings that need not be UTF-8 are bytes.
type instructions struct {
	Layers   []string // what errors call them
	Upper    bool
	Objects  [][]byte // store paths
	StoreDir []byte
	Script   []byte
	Name     string
	Shell    []byte
	DiskSize int64
	Memory   int64
}

// report is a message of the init process. The last one is Done or has an
// Error.
type report struct {
	Done        bool   `json:",omitempty"`
	Warning     string `json:",omitempty"`
	Error       string `json:",omitempty"`
	Unavailable bool   `json:",omitempty"` // that is why
}

// A section is a stream in pieces, each after its length; one of no bytes ends
// it. All sections are in one pipe, one after another.

const pieceSize = 1 << 16

// sectionWriter writes a section.
type sectionWriter struct{ to io.Writer }

func (w sectionWriter) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if err := binary.Write(w.to, binary.LittleEndian, uint32(len(p))); err != nil {
		return 0, err
	}
	return w.to.Write(p)
}

// writeSection writes what a function writes as a section.
func writeSection(to io.Writer, write func(io.Writer) error) error {
	buffered := bufio.NewWriterSize(sectionWriter{to}, pieceSize)
	if err := write(buffered); err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	return binary.Write(to, binary.LittleEndian, uint32(0))
}

// sectionReader reads a section to its end.
type sectionReader struct {
	from  io.Reader
	left  uint32
	ended bool
}

func (r *sectionReader) Read(p []byte) (int, error) {
	if r.left == 0 && !r.ended {
		if err := binary.Read(r.from, binary.LittleEndian, &r.left); err != nil {
			return 0, unexpected(err)
		}
		r.ended = r.left == 0
	}
	if r.ended {
		return 0, io.EOF
	}
	n, err := r.from.Read(p[:min(len(p), int(r.left))])
	r.left -= uint32(n)
	return n, unexpected(err)
}

// Close does nothing: the next section follows.
func (r *sectionReader) Close() error { return nil }

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
