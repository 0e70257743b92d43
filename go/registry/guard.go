package registry

import (
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
)

// RefusedError is for a request that is not made, or an answer that is not
// used, as it would not be safe.
type RefusedError struct {
	URL    string // without query
	Reason string
}

func (e *RefusedError) Error() string { return fmt.Sprintf("%s: refused: %s", e.URL, e.Reason) }

// captivePortal is what to look for behind answers that no registry gives.
const captivePortal = "is a proxy or a captive portal (the log-in page of a network) between here and the registry?"

// guard refuses plain HTTP, keeps credentials from the hosts that redirects
// name, and refuses web pages.
type guard struct {
	next     http.RoundTripper
	insecure bool
	secrets  *secrets
}

func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	refuse := func(format string, args ...any) (*http.Response, error) {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, &RefusedError{withoutQuery(req.URL), fmt.Sprintf(format, args...)}
	}
	first, redirects := origin(req)
	elsewhere := first != req && hostPort(first.URL) != hostPort(req.URL)
	switch host := req.URL.Hostname(); {
	case req.URL.Scheme == "http" && !g.insecure && !isLoopback(host):
		if elsewhere {
			return refuse("%s redirects to plain HTTP: %s", first.URL.Host, captivePortal)
		}
		return refuse("plain HTTP is not safe: allow it with --insecure if the registry %s has nothing else", req.URL.Host)
	case redirects > maxRedirects:
		return refuse("%s redirects more than %d times", first.URL.Host, maxRedirects)
	case elsewhere && isPrivate(host) && host != first.URL.Hostname():
		return refuse("%s redirects to the private address %s", first.URL.Host, host)
	case elsewhere && req.Body != nil && req.Header.Get("Content-Type") == "application/x-www-form-urlencoded":
		return refuse("%s redirects a request for a token to another host, which would get the credentials", first.URL.Host)
	}
	if value := req.Header.Get("Authorization"); value != "" {
		owner := g.secrets.sent(value, hostPort(req.URL))
		if elsewhere && owner != hostPort(req.URL) {
			req = req.Clone(req.Context())
			req.Header.Del("Authorization")
		}
	}
	resp, err := g.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	mediaType, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if resp.StatusCode/100 == 2 && mediaType == "text/html" {
		resp.Body.Close()
		return nil, &RefusedError{withoutQuery(req.URL), "the answer is a web page (text/html): " + captivePortal}
	}
	return resp, nil
}

// maxRedirects is what net/http allows where nobody says otherwise;
// go-containerregistry has no limit.
const maxRedirects = 10

// origin is the first request of a chain of redirects, and their number.
func origin(req *http.Request) (first *http.Request, redirects int) {
	for req.Response != nil && req.Response.Request != nil {
		req = req.Response.Request
		redirects++
	}
	return req, redirects
}

func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func isPrivate(host string) bool {
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	ip = ip.Unmap()
	return ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsUnspecified()
}

// secrets are the values of Authorization headers, each with the host that it
// is for, and other things that no message may show.
type secrets struct {
	mu     sync.Mutex
	owners map[string]string
	words  map[string]bool
}

func newSecrets() *secrets {
	return &secrets{owners: map[string]string{}, words: map[string]bool{}}
}

// sent notes that a header goes to a host, and returns the host that it first
// went to.
func (s *secrets) sent(value, host string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.owners[value]; !known {
		s.owners[value] = host
		_, word, _ := strings.Cut(value, " ")
		s.words[word] = true
	}
	return s.owners[value]
}

func (s *secrets) add(words ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range words {
		s.words[w] = true
	}
}

// scrub takes the secrets from a text.
func (s *secrets) scrub(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for w := range s.words {
		// Shorter ones would be found in ordinary words.
		if len(w) >= 4 {
			text = strings.ReplaceAll(text, w, "[secret]")
		}
	}
	return text
}
