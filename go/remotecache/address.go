package remotecache

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// address is where a cache is, in the forms of Bazel's --remote_cache.
type address struct {
	// http is the base of all blobs' addresses; nil for gRPC.
	http *url.URL
	// target is where the gRPC server is, as package grpc takes it.
	target string
	tls    bool
	// name is the address in messages, without a password.
	name string
}

const (
	unixScheme = "unix:"
	schemeEnd  = "://"
)

// parseAddress reads http://, https://, grpc://, grpcs:// and unix: addresses;
// one without a scheme is of gRPC with TLS.
func parseAddress(text string) (address, error) {
	a, err := readAddress(text)
	if err != nil {
		return address{}, fmt.Errorf("the remote cache %.200q: %w: want http://, https://, grpc:// or grpcs:// and a host, or unix: and a path, "+
			"as Bazel's --remote_cache has it", redacted(text), err)
	}
	return a, nil
}

func readAddress(text string) (address, error) {
	if path, ok := strings.CutPrefix(text, unixScheme); ok {
		if path = strings.TrimPrefix(path, "//"); path == "" {
			return address{}, errors.New("no path")
		}
		return address{target: unixScheme + path, name: text}, nil
	}
	if !strings.Contains(text, schemeEnd) {
		text = "grpcs" + schemeEnd + text
	}
	u, err := url.Parse(text)
	if err != nil {
		return address{}, errors.New("not an address")
	}
	if u.Hostname() == "" {
		return address{}, errors.New("no host")
	}
	if u.RawQuery != "" || u.Fragment != "" {
		return address{}, errors.New("there is something after the path")
	}
	a := address{name: u.Redacted()}
	switch u.Scheme {
	case "http", "https":
		u.Path = strings.TrimRight(u.Path, "/")
		a.http = u
		return a, nil
	case "grpc":
		a.target = withPort(u, "80")
	case "grpcs":
		a.target, a.tls = withPort(u, "443"), true
	default:
		return address{}, fmt.Errorf("unknown scheme %.40q", u.Scheme)
	}
	if strings.Trim(u.Path, "/") != "" || u.User != nil {
		return address{}, errors.New("gRPC has neither a path nor a user in the address")
	}
	return a, nil
}

func withPort(u *url.URL, port string) string {
	if given := u.Port(); given != "" {
		port = given
	}
	return "dns:///" + net.JoinHostPort(u.Hostname(), port)
}

// redacted hides what may be a password in something that is no address.
func redacted(text string) string {
	scheme, rest, ok := strings.Cut(text, schemeEnd)
	if !ok {
		scheme, rest = "", text
	}
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		rest = "…" + rest[at:]
	}
	if ok {
		return scheme + schemeEnd + rest
	}
	return rest
}

// uri is what a credential helper is asked for.
func (a *address) uri() string {
	if a.http != nil {
		u := *a.http
		u.User = nil
		return u.String()
	}
	if path, ok := strings.CutPrefix(a.target, unixScheme); ok {
		return unixScheme + path
	}
	return "https://" + strings.TrimSuffix(strings.TrimPrefix(a.target, "dns:///"), ":443")
}
