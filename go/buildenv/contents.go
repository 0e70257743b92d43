package buildenv

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
	"github.com/rules-strata/rules_strata/go/storeview"
)

// Contents compares files of objects, which it opens when it needs them.
type Contents struct {
	open   func(store.Path) (*object.Object, error)
	opened map[store.Path]*object.Object
}

// NewContents returns Contents that opens objects with open. The caller must
// close it.
func NewContents(open func(store.Path) (*object.Object, error)) *Contents {
	return &Contents{open: open, opened: map[store.Path]*object.Object{}}
}

// Opened says which objects were looked at.
func (c *Contents) Opened() map[store.Path]bool {
	opened := map[store.Path]bool{}
	for p := range c.opened {
		opened[p] = true
	}
	return opened
}

// Close closes the objects.
func (c *Contents) Close() error {
	var errs []error
	for _, o := range c.opened {
		errs = append(errs, o.Close())
	}
	return errors.Join(errs...)
}

// Same says whether two regular files have the same bytes.
func (c *Contents) Same(a, b storeview.Place) (bool, error) {
	first, firstSize, err := c.file(a)
	if err != nil {
		return false, err
	}
	defer first.Close()
	second, secondSize, err := c.file(b)
	if err != nil {
		return false, err
	}
	defer second.Close()
	if firstSize != secondSize {
		return false, nil
	}
	return equal(first, second)
}

func (c *Contents) file(p storeview.Place) (io.ReadCloser, int64, error) {
	o, ok := c.opened[p.Object]
	if !ok {
		var err error
		if o, err = c.open(p.Object); err != nil {
			return nil, 0, err
		}
		c.opened[p.Object] = o
	}
	entries := o.Entries()
	for i := range entries {
		if entries[i].Path == p.Within() {
			file, err := o.OpenFile(&entries[i])
			return file, entries[i].Size, err
		}
	}
	return nil, 0, fmt.Errorf("%s: %q is in its listing, and not in the object", p.Object, p.Within())
}

// equal compares two contents of one size.
func equal(a, b io.Reader) (bool, error) {
	first, second := bufio.NewReader(a), bufio.NewReader(b)
	for {
		x, err := first.ReadByte()
		if err == io.EOF {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		if y, err := second.ReadByte(); err != nil || x != y {
			return false, err
		}
	}
}
