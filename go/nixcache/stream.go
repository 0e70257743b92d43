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
	broken int // connections that broke since something was read
}

func (c *Client) openHTTP(ctx context.Context, at location) (*stream, error) {
	s := &stream{client: c, ctx: ctx, at: at}
	if err := s.connect(); err != nil {
		return nil, err
	}
	return s, nil
}

// connect makes a request for the bytes from the offset on.
func (s *stream) connect() error {
	err := s.client.retry(s.ctx, s.at.url.Host, func() error {
		body, err := s.client.request(s.ctx, http.MethodGet, s.at.url, s.offset, s.etag)
		if err != nil {
			return err
		}
		if s.offset > 0 && body.StatusCode == http.StatusOK {
			if _, err := io.CopyN(io.Discard, body, s.offset); err != nil {
				body.Close()
				return err
			}
		}
		s.body = body
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

func (s *stream) Read(p []byte) (int, error) {
	for {
		if s.body == nil {
			if err := s.connect(); err != nil {
				return 0, err
			}
		}
		n, err := s.body.Read(p)
		s.offset += int64(n)
		if n > 0 {
			s.broken = 0
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
