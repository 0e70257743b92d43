package scripts

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// shareContents makes files of the changed tree whose bytes are those of the
// tree's file at the same path, which has them from a store object, share them,
// so that it is known where they are from.
func (b *Build) shareContents() error {
	c := comparer{b.FS, make([]byte, compareSize), make([]byte, compareSize)}
	return b.FS.Walk(changedTree, func(at string, i scriptfs.Info) error {
		before := Tree + strings.TrimPrefix(at, changedTree)
		if i.Type != scriptfs.Regular {
			return nil
		}
		if _, ok := b.FS.Origin(before); !ok {
			return nil
		}
		equal, err := c.equal(before, at)
		if err != nil || !equal {
			return err
		}
		return b.FS.Clone(before, at, i.Mode)
	})
}

// comparer compares files.
type comparer struct {
	fs   *scriptfs.FS
	p, q []byte
}

// equal says whether two files have the same bytes.
func (c *comparer) equal(one, other string) (bool, error) {
	first, err := c.fs.Open(one)
	if err != nil {
		return false, err
	}
	defer first.Close()
	second, err := c.fs.Open(other)
	if err != nil {
		return false, err
	}
	defer second.Close()
	for {
		n, err := io.ReadFull(first, c.p)
		m, otherErr := io.ReadFull(second, c.q)
		switch {
		case !ended(err) || !ended(otherErr):
			return false, fmt.Errorf("compare %s: %w", one, errors.Join(err, otherErr))
		case !bytes.Equal(c.p[:n], c.q[:m]):
			return false, nil
		case err != nil || otherErr != nil:
			return true, nil
		}
	}
}

// compareSize is how many bytes are compared at once.
const compareSize = 32 << 10

// ended says whether reading a whole buffer went well or met the end.
func ended(err error) bool {
	return err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
