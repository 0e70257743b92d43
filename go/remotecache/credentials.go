package remotecache

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"
)

// credentials are the headers of every request, some of which a helper tells.
type credentials struct {
	given  []Header
	helper *helper // nil if there is none

	// asking is full while the helper runs, so that it runs once for all who
	// wait for it.
	asking chan struct{}

	mu   sync.Mutex
	told answer
	// number counts the helper's answers: it is that of told.
	number int
	// refused is told when the cache does not take it. It may be asked for again
	// if renewable: if the cache has taken it before, or has not refused the one
	// before it.
	refused, renewable bool
}

func newCredentials(uri string, o Options) (*credentials, error) {
	c := &credentials{given: o.Headers, asking: make(chan struct{}, 1)}
	if o.CredentialHelper == "" {
		return c, nil
	}
	var err error
	c.helper, err = newHelper(uri, o)
	return c, err
}

// headers are those of a request that is made now, and the number of the
// helper's answer that is among them.
func (c *credentials) headers(ctx context.Context) ([]Header, int, error) {
	if c.helper == nil {
		return c.given, 0, nil
	}
	select {
	case c.asking <- struct{}{}:
		defer func() { <-c.asking }()
	case <-ctx.Done():
		return nil, 0, context.Cause(ctx)
	}
	if !c.isCurrent() {
		told, err := c.helper.ask(ctx)
		if err != nil {
			return nil, 0, err
		}
		c.set(told)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Concat(c.given, c.told.headers), c.number, nil
}

// isCurrent says whether what the helper told last can be used.
func (c *credentials) isCurrent() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	expired := !c.told.expires.IsZero() && time.Now().After(c.told.expires)
	return c.number > 0 && !c.refused && !expired
}

func (c *credentials) set(told answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.told = told
	c.number++
	c.refused, c.renewable = false, !c.refused
}

// taken says that the cache has answered a request with the headers of that
// number.
func (c *credentials) taken(number int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if number == c.number {
		c.renewable = true
	}
}

// renew is for a request that was refused with the headers of that number. It
// says whether there are others, or the helper is to be asked for others, which
// it is not for an answer that took the place of a refused one and was good for
// nothing either.
func (c *credentials) renew(number int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.helper == nil:
		return false
	case number != c.number:
		return true
	}
	c.refused = c.renewable
	return c.refused
}

// maxRedirects is how often an answer may name another address.
const maxRedirects = 5

// keepFromOthers takes the headers away from a request that a redirection
// sends to another host.
func keepFromOthers(req *http.Request, via []*http.Request) error {
	first := via[0]
	if len(via) > maxRedirects {
		return fmt.Errorf("more than %d redirections", maxRedirects)
	}
	if req.URL.Host == first.URL.Host && req.URL.Scheme == first.URL.Scheme {
		return nil
	}
	for name := range first.Header {
		if name != "Range" && name != "User-Agent" {
			req.Header.Del(name)
		}
	}
	return nil
}
