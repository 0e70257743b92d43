package imagefile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/blob"
	"github.com/rules-strata/rules_strata/go/cas"
	"github.com/rules-strata/rules_strata/go/compress"
)

// manySmall are small files alone, more than are read ahead.
func manySmall() map[string]string {
	files := map[string]string{}
	for n := range 3 * aheadFiles {
		files[fmt.Sprintf("small/%02d", n)] = fmt.Sprintf("small %02d\n", n)
	}
	return files
}

// crowd is a cache that answers nobody until so many have asked.
type crowd struct {
	*storage
	asked atomic.Int32
	all   chan struct{}
}

func (c *crowd) Open(ctx context.Context, d cas.Digest, offset int64) (io.ReadCloser, error) {
	if c.asked.Add(1) == aheadFiles {
		close(c.all)
	}
	select {
	case <-c.all:
		return c.storage.Open(ctx, d, offset)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// TestReadAhead: a cache that is far away is asked for many files at once.
func TestReadAhead(t *testing.T) {
	l := newLazyTree(t)
	l.add(t, lib, manySmall())
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if _, err := layerOf(ctx, l.sources(t, WithBlobs(&crowd{storage: l.storage, all: make(chan struct{})})), lib); err != nil {
		t.Error(err)
	}
}

// lingering is a cache that fails for one blob when the others are asked for,
// which end a while after nobody wants them any more.
type lingering struct {
	*storage
	asked, ended atomic.Int32
	all          chan struct{}
}

func (c *lingering) Open(ctx context.Context, d cas.Digest, _ int64) (io.ReadCloser, error) {
	if strings.HasPrefix(c.name(d), "small 00") {
		<-c.all
		return nil, errors.New("broken")
	}
	if c.asked.Add(1) == aheadFiles {
		close(c.all)
	}
	<-ctx.Done()
	time.Sleep(50 * time.Millisecond)
	c.ended.Add(1)
	return nil, ctx.Err()
}

// TestReadAheadEnds: nothing asks the cache for anything after an error.
func TestReadAheadEnds(t *testing.T) {
	l := newLazyTree(t)
	l.add(t, lib, manySmall())
	c := &lingering{storage: l.storage, all: make(chan struct{})}
	if _, err := layerOf(t.Context(), l.sources(t, WithBlobs(c)), lib); err == nil || !strings.Contains(err.Error(), "broken") {
		t.Errorf("got %v", err)
	}
	if asked, ended := c.asked.Load(), c.ended.Load(); asked != ended {
		t.Errorf("%d of %d reads go on", asked-ended, asked)
	}
}

// TestBlobEnds: nothing reads a layer's files once its blob is closed.
func TestBlobEnds(t *testing.T) {
	l := newLazyTree(t)
	l.add(t, lib, manySmall())
	c := &lingering{storage: l.storage, all: make(chan struct{})}
	img := l.imageOf(t, lib)
	img.Objects = l.sources(t, WithBlobs(c))
	r, err := img.OpenBlob(t.Context(), 0, blob.Descriptor{MediaType: compress.Zstd.LayerMediaType()})
	if err != nil {
		t.Fatal(err)
	}
	<-c.all
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if asked, ended := c.asked.Load(), c.ended.Load(); asked != ended {
		t.Errorf("%d of %d reads go on", asked-ended, asked)
	}
}
