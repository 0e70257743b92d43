package export

import "io"

// gapsBuffer is how much is written at once where there are no gaps, in bytes.
const gapsBuffer = 64 << 10

// gaps is a writer that leaves gaps for what is written later.
type gaps struct {
	out io.WriterAt
	// at is where the next byte goes.
	at int64
	// buffer has the bytes before at that are not written yet.
	buffer []byte
	// leaving says that what comes is not written: it only takes its place.
	leaving bool
}

func (g *gaps) Write(p []byte) (int, error) {
	if g.leaving || len(g.buffer)+len(p) > gapsBuffer {
		if err := g.flush(); err != nil {
			return 0, err
		}
	}
	g.at += int64(len(p))
	if !g.leaving {
		g.buffer = append(g.buffer, p...)
	}
	return len(p), nil
}

// flush writes the buffer to its place.
func (g *gaps) flush() error {
	if len(g.buffer) == 0 {
		return nil
	}
	_, err := g.out.WriteAt(g.buffer, g.at-int64(len(g.buffer)))
	g.buffer = g.buffer[:0]
	return err
}
