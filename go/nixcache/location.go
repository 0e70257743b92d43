package nixcache

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
)

// workspaceName stands for the root of the workspace at the beginning of a file
// URL: file://%workspace%/cache.
const workspaceName = "%workspace%"

// location is where a file is: at a URL, or in the file system.
type location struct {
	name  string // for errors
	url   *url.URL
	file  string
	login bool // it is on the server of a cache, which may get a login
}

// CheckURL says what is wrong with the URL of a cache.
func CheckURL(cache string) error {
	c := Client{workspace: "/"}
	_, err := c.locate(cache)
	if err == nil && strings.HasSuffix(cache, "/") {
		err = fmt.Errorf("cache %s: leave out the slash at its end", cache)
	}
	if err == nil && strings.ContainsAny(cache, "?#") {
		err = fmt.Errorf("cache %s: leave out what follows the path", cache)
	}
	return err
}

// locate finds out where a URL is.
func (c *Client) locate(text string) (location, error) {
	bad := func(format string, args ...any) (location, error) {
		return location{}, fmt.Errorf("%q is not the URL of a binary cache: %w", text, fmt.Errorf(format, args...))
	}
	if path, ok := strings.CutPrefix(text, "file://"); ok {
		folder, below := strings.CutPrefix(path, workspaceName)
		if below && c.workspace == "" {
			return bad("%s is known to programs that bazel run starts: use bazel run", workspaceName)
		}
		if !strings.HasPrefix(folder, "/") && folder != "" || folder == "" && !below {
			return bad("want file:///FOLDER or file://%s/FOLDER", workspaceName)
		}
		folder, err := url.PathUnescape(folder)
		if err != nil {
			return bad("%w", err)
		}
		if below {
			folder = filepath.Join(c.workspace, folder)
		}
		return location{name: text, file: folder}, nil
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return location{}, fmt.Errorf("not the URL of a binary cache: %w", withoutText(err))
	case u.Scheme != "http" && u.Scheme != "https":
		return bad("want https://, http:// or file://")
	case u.User != nil:
		return location{}, fmt.Errorf("the URL of the cache on %s has a login in it: put the login into %s", u.Host, c.netrcName())
	case u.Host == "":
		return bad("it has no host")
	case u.Fragment != "":
		return bad("it has a fragment")
	}
	return location{name: text, url: u}, nil
}

// withoutText leaves a URL that could not be parsed, with a login perhaps, out
// of the error.
func withoutText(err error) error {
	var parse *url.Error
	if errors.As(err, &parse) {
		return parse.Err
	}
	return err
}

// locateFor finds out where a URL is that is read for a cache. A narinfo can
// name any server, and nobody signs that: only the cache's own gets a login.
func (c *Client) locateFor(cache location, text string) (location, error) {
	at, err := c.locate(text)
	at.login = err == nil && sameOrigin(at.url, cache.url)
	return at, err
}

// sameOrigin says whether two URLs, of which each may be nil, have the same
// scheme, host and port (RFC 6454, section 5).
func sameOrigin(a, b *url.URL) bool {
	return a != nil && b != nil && a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

// port is the port of a URL, the scheme's own when it names none.
func port(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	default:
		return "80"
	}
}

// locateIn finds out where a file of a cache is: ref is relative to the cache,
// or a URL.
func (c *Client) locateIn(cache, ref string) (location, error) {
	if err := CheckRef(ref); err != nil {
		return location{}, err
	}
	at, err := c.locate(cache)
	if err != nil {
		return location{}, err
	}
	if strings.HasPrefix(ref, "http://") || strings.HasPrefix(ref, "https://") {
		return c.locateFor(at, ref)
	}
	if at.url != nil {
		return c.locateFor(at, cache+"/"+ref)
	}
	return location{name: cache + "/" + ref, file: filepath.Join(at.file, filepath.FromSlash(ref))}, nil
}

// CheckRef says what is wrong with the place of a file: it is a URL, or a path
// that does not lead out of its cache.
func CheckRef(ref string) error {
	if strings.HasPrefix(ref, "http://") || strings.HasPrefix(ref, "https://") {
		_, err := (&Client{}).locate(ref)
		return err
	}
	path, _, _ := strings.Cut(ref, "?")
	plain, err := url.PathUnescape(path)
	if err != nil {
		return fmt.Errorf("file %q of a cache: %w", ref, err)
	}
	if strings.Contains(ref, "://") || strings.ContainsAny(ref, "#\\") || !filepath.IsLocal(plain) || plain == "." {
		return fmt.Errorf("file %q of a cache: want a path in the cache, or an http or https URL", ref)
	}
	return nil
}
