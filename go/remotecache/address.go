package remotecache

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
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
	// uri is what a credential helper is asked for.
	uri string
}

const (
	unixScheme = "unix"
	unixPrefix = unixScheme + ":"
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
	if path, ok := strings.CutPrefix(text, unixPrefix); ok {
		if path = strings.TrimPrefix(path, "//"); path == "" {
			return address{}, errors.New("no path")
		}
		return readSocket(path)
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
		without := *u
		without.User = nil
		a.http, a.uri = u, without.String()
		return a, nil
	case "grpc":
		a.setHost(u, "80")
	case "grpcs":
		a.tls = true
		a.setHost(u, "443")
	default:
		return address{}, fmt.Errorf("unknown scheme %.40q", u.Scheme)
	}
	if strings.Trim(u.Path, "/") != "" || u.User != nil {
		return address{}, errors.New("gRPC has neither a path nor a user in the address")
	}
	return a, nil
}

// readSocket is the address of a Unix socket. A relative path would be another
// one in a URL.
func readSocket(path string) (address, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return address{}, err
	}
	target := url.URL{Scheme: unixScheme, Path: absolute, OmitHost: true}
	return address{target: target.String(), name: unixPrefix + path, uri: unixPrefix + path}, nil
}

// setHost is for gRPC, with the port of the scheme where the address has none.
func (a *address) setHost(u *url.URL, port string) {
	if given := u.Port(); given != "" {
		port = given
	}
	host := net.JoinHostPort(u.Hostname(), port)
	a.target = "dns:///" + strings.ReplaceAll(host, "%", "%25") // of an IPv6 zone
	a.uri = "https://" + strings.TrimSuffix(host, ":443")
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
