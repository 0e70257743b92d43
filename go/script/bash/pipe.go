package bash

import (
	"io"
)

// pipeSize is how much is written into a pipe before the writer waits.
const pipeSize = 64 << 10

// pipe is a pipe between two processes.
type pipe struct {
	s                *scheduler
	buffer           []byte
	noReader         bool
	noWriter         bool
	readers, writers []*process
}

// sigpipe is what a process panics with that writes into a pipe that nobody
// reads: it ends, as by the signal.
type sigpipe struct{}

type pipeReader struct{ *pipe }

type pipeWriter struct{ *pipe }

func (r pipeReader) Read(p []byte) (int, error) {
	for len(r.buffer) == 0 && len(p) > 0 {
		r.s.check()
		if r.noWriter {
			return 0, io.EOF
		}
		r.s.wait(&r.readers)
	}
	n := copy(p, r.buffer)
	r.buffer = r.buffer[n:]
	r.s.resume(&r.writers)
	return n, nil
}

func (r pipeReader) Close() error {
	r.noReader = true
	r.buffer = nil
	r.s.resume(&r.writers)
	return nil
}

func (w pipeWriter) Write(p []byte) (int, error) {
	written := 0
	for {
		w.s.check()
		if w.noReader {
			panic(sigpipe{})
		}
		n := min(len(p), pipeSize-len(w.buffer))
		w.buffer = append(w.buffer, p[:n]...)
		p = p[n:]
		written += n
		w.s.resume(&w.readers)
		if len(p) == 0 {
			return written, nil
		}
		w.s.wait(&w.writers)
	}
}

func (w pipeWriter) Close() error {
	w.noWriter = true
	w.s.resume(&w.readers)
	return nil
}
