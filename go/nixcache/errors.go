package nixcache

import (
	"errors"
	"fmt"
	"net/http"
)

// ErrNotFound is what is wrapped when a cache does not have a file.
var ErrNotFound = errors.New("not found")

// notFound says that there is nothing at a place.
func notFound(at string) error { return fmt.Errorf("%s: %w", at, ErrNotFound) }

// errHTML is the answer of a login page, a proxy or a server's front page.
var errHTML = errors.New("the answer is a web page, not a file of a binary cache: " +
	"is the URL right, and is there a network that wants a login first (captive portal)?")

// accessError says what to do about an answer 401, 403 or 407.
func (c *Client) accessError(resp *http.Response, at location) error {
	host := resp.Request.URL.Hostname()
	remedy := fmt.Sprintf("no login was sent: add one for machine %s to %s", host, c.netrcName())
	switch {
	case resp.Request.Header.Get("Authorization") != "":
		remedy = fmt.Sprintf("the login for machine %s in %s was not accepted: renew it", host, c.netrcName())
	case !at.login || !sameOrigin(resp.Request.URL, at.url):
		remedy = fmt.Sprintf("no login was sent: %s is not the server of the cache, to which alone logins are sent", resp.Request.URL.Host)
	case c.netrcErr != nil:
		remedy = fmt.Sprintf("no login was sent: the logins cannot be read: %v", c.netrcErr)
	}
	if resp.StatusCode == http.StatusProxyAuthRequired {
		remedy = "the proxy wants a login: put it into the proxy variables of the environment"
	}
	if resp.StatusCode == http.StatusForbidden {
		remedy += "; a bucket that may not be listed also answers so for what it does not have: name such a cache last"
	}
	return fmt.Errorf("%s: %s", status(resp), remedy)
}

func (c *Client) netrcName() string {
	if c.netrc == "" {
		return "~/.netrc"
	}
	return c.netrc
}
