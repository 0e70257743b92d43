package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/rules-strata/rules_strata/go/endpoint"
)

// LoadError is what a daemon said about an archive that it did not load, or
// not wholly. A tag may be left that points to a broken image: loading the
// whole image again repairs it.
type LoadError struct {
	// Messages are the daemon's, one or more.
	Messages []string
}

func (e *LoadError) Error() string {
	return "it could not load the image: " + strings.Join(e.Messages, "; ")
}

// Load sends an archive (a docker archive or an OCI layout as a tar, which may
// be compressed) and returns what the daemon says that it loaded: names such
// as "hello:latest", or the IDs of images without a name.
//
// The daemon's answer is read to its end, because a daemon reports failures in
// it after a status of success: such an error is a *LoadError. An error of
// archive itself is returned as it is, wrapped. When Load returns, archive is
// read no more; a Read that is under way may still be waiting for it.
func (c *Client) Load(ctx context.Context, archive io.Reader) (names []string, err error) {
	names, err = c.load(ctx, archive)
	if err != nil {
		return nil, fmt.Errorf("load an image: %w", err)
	}
	return names, nil
}

// load is Load without its name in errors.
func (c *Client) load(ctx context.Context, archive io.Reader) (names []string, err error) {
	src := &source{r: archive}
	defer src.stop()
	resp, err := c.send(ctx, c.http, http.MethodPost, "/images/load", url.Values{"quiet": {"1"}}, "application/x-tar", src)
	if err == nil {
		defer resp.Body.Close()
		names, err = readLoaded(resp)
		if stuck := endpoint.Explain(err); stuck != nil {
			err = stuck
		} else if err != nil {
			err = fmt.Errorf("docker daemon at %s: %w", c.host, err)
		}
	}
	if own := src.error(); own != nil && err != nil {
		err = own
	}
	return names, err
}

// readLoaded reads the answer of /images/load: JSON messages, or plain text
// from some servers.
func readLoaded(resp *http.Response) ([]string, error) {
	var seen loaded
	if strings.Contains(resp.Header.Get("Content-Type"), "json") {
		if err := seen.readMessages(resp.Body); err != nil {
			return nil, err
		}
	} else {
		text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errCutOff, err)
		}
		seen.text(string(text))
	}
	seen.text("\n")
	if len(seen.failures) > 0 {
		return nil, &LoadError{Messages: seen.failures}
	}
	if len(seen.names) == 0 {
		return nil, errors.New("it took the archive, but named no image that it loaded")
	}
	return seen.names, nil
}

var errCutOff = errors.New("its answer was cut off, so that the image may not be loaded")

// loaded gathers what the messages of a load say.
type loaded struct {
	names    []string
	failures []string
	line     strings.Builder // the text since the last line break
}

func (l *loaded) readMessages(r io.Reader) error {
	dec := json.NewDecoder(r)
	for {
		var m struct {
			Stream      string `json:"stream"`
			Error       string `json:"error"`
			ErrorDetail struct {
				Message string `json:"message"`
			} `json:"errorDetail"`
		}
		err := dec.Decode(&m)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return errors.Join(l.failure(), fmt.Errorf("%w: %w", errCutOff, err))
		}
		l.text(m.Stream)
		if m.ErrorDetail.Message != "" {
			l.failures = append(l.failures, m.ErrorDetail.Message)
		} else if m.Error != "" {
			l.failures = append(l.failures, m.Error)
		}
	}
}

// failure is the failure seen so far, or nil.
func (l *loaded) failure() error {
	if len(l.failures) == 0 {
		return nil
	}
	return &LoadError{Messages: l.failures}
}

// text takes what a daemon would show to its user. Lines may be spread over
// several messages.
func (l *loaded) text(s string) {
	for {
		head, tail, found := strings.Cut(s, "\n")
		l.line.WriteString(head)
		if !found {
			return
		}
		l.endLine(strings.TrimSpace(l.line.String()))
		l.line.Reset()
		s = tail
	}
}

func (l *loaded) endLine(line string) {
	for _, prefix := range []string{"Loaded image: ", "Loaded image ID: "} {
		if name, ok := strings.CutPrefix(line, prefix); ok {
			l.names = append(l.names, name)
			return
		}
	}
	// The containerd image store prints "Error unpacking image ..." and no
	// error message.
	if len(line) >= len("error") && strings.EqualFold(line[:len("error")], "error") {
		l.failures = append(l.failures, line)
	}
}

// source is an archive on its way to the daemon. It keeps the archive's own
// error, which tells more than what HTTP makes of it.
type source struct {
	r       io.Reader
	mu      sync.Mutex
	err     error
	stopped bool
}

func (s *source) Read(p []byte) (int, error) {
	s.mu.Lock()
	stopped := s.stopped
	s.mu.Unlock()
	if stopped {
		return 0, io.ErrClosedPipe
	}
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.mu.Lock()
		s.err = err
		s.mu.Unlock()
	}
	return n, err
}

func (s *source) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
}

func (s *source) error() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}
