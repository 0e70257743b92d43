package nixcache

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// open reads the file at a location from its beginning.
func (c *Client) open(ctx context.Context, at location) (io.ReadCloser, error) {
	if at.url != nil {
		return c.openHTTP(ctx, at, time.Time{})
	}
	return openFile(at)
}

func openFile(at location) (io.ReadCloser, error) {
	if _, err := statFile(at); err != nil {
		return nil, err
	}
	return os.Open(at.file)
}

// statFile gives the size of a file. A pipe or a device is refused: it could
// hang.
func statFile(at location) (int64, error) {
	info, err := os.Stat(at.file)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, notFound(at.name)
	}
	if err != nil {
		return 0, err
	}
	if !info.Mode().IsRegular() {
		return 0, fmt.Errorf("%s: not a file", at.file)
	}
	return info.Size(), nil
}

// size gives the size of the file at a location, -1 when the server does not
// say.
func (c *Client) size(ctx context.Context, at location) (int64, error) {
	if at.url == nil {
		return statFile(at)
	}
	var size int64
	err := c.retry(ctx, at.url.Host, func() error {
		a, err := c.request(ctx, "HEAD", at, 0, "")
		if err != nil {
			return err
		}
		size = a.ContentLength
		return a.Close()
	})
	if err != nil {
		return 0, fmt.Errorf("%s: %w", at.name, err)
	}
	return size, nil
}

// read reads a small file whole. A web server's answer that breaks off is asked
// for again, as long as there is time.
func (c *Client) read(ctx context.Context, at location, limit int64) ([]byte, error) {
	var in io.ReadCloser
	var err error
	if at.url != nil {
		in, err = c.openHTTP(ctx, at, c.now().Add(smallTime))
	} else {
		in, err = openFile(at)
	}
	if err != nil {
		return nil, err
	}
	defer in.Close()
	data, err := io.ReadAll(io.LimitReader(in, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%s: more than %d bytes: this is no such file of a binary cache", at.name, limit)
	}
	return data, nil
}
