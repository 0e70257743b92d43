package download

import (
	"io"
	"os"

	"github.com/rules-strata/rules_strata/go/outfile"
	"github.com/rules-strata/rules_strata/go/progress"
)

// counted is a file that says how much is in it.
type counted struct {
	*os.File
	item *progress.Item
	n    int64
	size int64 // that it is to have
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.File.Write(p)
	c.add(int64(n))
	if err != nil {
		err = outfile.Explain(err, c.Name(), c.size)
	}
	return n, err
}

// ReadFrom would copy past Write.
func (c *counted) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{c}, r)
}

// Truncate takes back what was written: it is fetched again.
func (c *counted) Truncate(size int64) error {
	c.add(size - c.n)
	return c.File.Truncate(size)
}

func (c *counted) add(n int64) {
	c.n += n
	if c.item != nil {
		c.item.Add(n)
	}
}
