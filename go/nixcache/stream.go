package nixcache

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// stream is a file of a web server. When the connection breaks, it goes on
// with another one where it was.
type stream struct {
	client *Client
	ctx    context.Context
	at     location
	body   *answer // nil when another one is needed
	offset int64   // of what was read
	etag   string
	// until is when all must have been read, unless it is zero.
	until time.Time
	since int64 // bytes that this connection has sent
	// broken counts the connections that broke since one of them sent
	// minProgress bytes.
	broken int
}

// minProgress is how many bytes a connection must send that does not count as a
// failure when it breaks: more than what comes in a window of the lowest speed.
const minProgress = 64 << 10

// smallTime is how long reading a narinfo or nix-cache-info may take, with all
// tries.
const smallTime = 5 * time.Minute

func (c *Client) openHTTP(ctx context.Context, at location, until time.Time) (*stream, error) {
	s := &stream{client: c, ctx: ctx, at: at, until: until}
	if err := s.connect(); err != nil {
		return nil, err
	}
	return s, nil
}

// connect makes a request for the bytes from the offset on.
func (s *stream) connect() error {
	err := s.client.retry(s.ctx, s.at.url.Host, func() error {
		if err := s.late(); err != nil {
			return err
		}
		body, err := s.client.request(s.ctx, http.MethodGet, s.at, s.offset, s.etag)
		if err != nil {
			return err
		}
		if s.offset > 0 && body.StatusCode == http.StatusOK {
			if _, err := io.CopyN(io.Discard, body, s.offset); err != nil {
				body.Close()
				return err
			}
		}
		s.body, s.since = body, 0
		return nil
	})
	if err != nil {
		return fmt.Errorf("%s: %w", s.at.name, err)
	}
	// Only a strong tag says that the bytes are the same.
	if tag := s.body.Header.Get("Etag"); !strings.HasPrefix(tag, "W/") {
		s.etag = tag
	}
	return nil
}

// late says that the time is over.
func (s *stream) late() error {
	if s.until.IsZero() || s.client.now().Before(s.until) {
		return nil
	}
	return fmt.Errorf("not read in %s: is the server too slow?", smallTime)
}

func (s *stream) Read(p []byte) (int, error) {
	for {
		if s.body == nil {
			if err := s.connect(); err != nil {
				return 0, err
			}
		}
		n, err := s.body.Read(p)
		s.offset += int64(n)
		if s.since += int64(n); s.since >= minProgress {
			s.broken = 0
		}
		if err == nil {
			err = s.late()
		}
		var again *transient
		if err == nil || err == io.EOF {
			return n, err
		}
		s.body.Close()
		s.body = nil
		if s.ctx.Err() != nil {
			return n, s.ctx.Err()
		}
		if s.broken++; !errors.As(err, &again) || s.broken == tries {
			return n, fmt.Errorf("%s: %w, after %d bytes", s.at.name, err, s.offset)
		}
		s.client.hosts.leave(s.at.url.Host, time.Now().Add(s.client.pause(s.broken, 0)))
		if n > 0 {
			return n, nil
		}
	}
}

func (s *stream) Close() error {
	if s.body == nil {
		return nil
	}
	return s.body.Close()
}
