package endpoint

import (
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Options are what a host URL does not say.
type Options struct {
	// Kind is the kind of engine that listens there.
	Kind Kind
	// Origin says what asked for the host, in words that go into parentheses:
	// "from DOCKER_HOST". Errors repeat it. It may be empty.
	Origin string
	// TLS is used for tcp hosts. Nil is without TLS.
	TLS *TLSFiles
	// Identity is the file of the private key that ssh uses. Empty leaves it to
	// ssh.
	Identity string
	// Machine says that the ssh host is a virtual machine of this one, made by
	// `podman machine`: its host key is in no known_hosts file, and is not
	// checked if the host is a loopback address.
	Machine bool
	// RemoteCommand is the command that ssh runs on the far side, which joins
	// its standard input and output to the engine's socket. Nil is
	// `docker system dial-stdio` or `podman system dial-stdio`, with the path
	// of the URL as the socket.
	RemoteCommand []string
}

// Parse makes an endpoint of a host URL:
//
//	unix:///path/of/docker.sock
//	tcp://name[:port][/path]            port 2375, 2376 with TLS; Podman has none
//	ssh://[user@]name[:port][/path]     path is that of a socket on the far side
//
// Docker's hosts may be NAME:PORT, which is tcp; containerd's are Unix sockets,
// with or without unix://. The files for TLS are read at once.
//
// The error is an *UnsupportedError for URLs of another kind, and a *TLSError
// for files that are not there or cannot be used. A URL with a password in it
// is refused, and the error does not repeat it.
func Parse(host string, o Options) (*Endpoint, error) {
	host = strings.TrimSpace(host)
	e := &Endpoint{kind: o.Kind, host: host, origin: o.Origin}
	scheme, rest, ok := strings.Cut(host, "://")
	switch {
	case ok:
	case o.Kind == Containerd && strings.HasPrefix(host, "/"):
		scheme, rest = "unix", host
		e.host = "unix://" + host
	case o.Kind == Docker && isHostPort(host):
		scheme, rest = "tcp", host
		e.host = "tcp://" + host
	default:
		return nil, e.malformed("")
	}
	var err error
	switch {
	case scheme == "unix":
		if rest == "" {
			return nil, e.malformed("no path after unix://")
		}
		e.network, e.address = "unix", rest
	case scheme == "tcp" && o.Kind != Containerd:
		err = e.parseTCP(o.TLS)
	case scheme == "ssh" && o.Kind != Containerd:
		e.ssh, err = e.parseSSH(o)
	case scheme == "npipe":
		err = e.unsupported("npipe:// is not supported: named pipes are Windows's")
	default:
		err = e.unsupported(scheme + ":// is not supported")
	}
	if err != nil {
		return nil, err
	}
	return e, nil
}

func (e *Endpoint) parseTCP(files *TLSFiles) error {
	u, err := url.Parse(e.host)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return e.malformed("")
	}
	port := u.Port()
	switch {
	case port != "":
	case e.kind == Podman:
		return e.malformed("it has no port")
	case files != nil:
		port = "2376"
	default:
		port = "2375"
	}
	e.network, e.address, e.path = "tcp", net.JoinHostPort(u.Hostname(), port), strings.TrimRight(u.EscapedPath(), "/")
	if files == nil {
		return nil
	}
	e.tlsFiles = files
	e.tls, err = files.config(u.Hostname())
	if err != nil {
		return e.tlsError(err)
	}
	return nil
}

func (e *Endpoint) unsupported(reason string) error {
	return &UnsupportedError{Kind: e.kind, Host: redact(e.host), Origin: e.origin, Reason: reason}
}

// malformed is the error for what is no host URL. The reason may be empty.
func (e *Endpoint) malformed(reason string) error {
	if reason != "" {
		reason += ": "
	}
	origin := e.origin
	if origin != "" {
		origin = " (" + origin + ")"
	}
	return fmt.Errorf("%s %q%s: %swant %s", e.kind.words().host, redact(e.host), origin, reason, e.kind.forms())
}

// forms are the URLs that a kind of engine can have.
func (k Kind) forms() string {
	switch k {
	case Containerd:
		return "/path/of/containerd.sock"
	case Podman:
		return "unix:///path/of/podman.sock, tcp://name:port or ssh://user@name/path/of/podman.sock"
	}
	return "unix:///path/of/docker.sock, tcp://name:port or ssh://user@name"
}

func isHostPort(s string) bool {
	name, port, err := net.SplitHostPort(s)
	return err == nil && name != "" && port != "" && !strings.ContainsAny(s, "/@?#")
}

// redact is a host URL without a password and without a query, also if it is
// none.
func redact(host string) string {
	scheme, rest, ok := strings.Cut(host, "://")
	if !ok {
		scheme, rest = "", host
	} else {
		scheme += "://"
	}
	if scheme == "unix://" || scheme == "npipe://" {
		return host
	}
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		user, _, secret := strings.Cut(rest[:at], ":")
		if secret {
			rest = user + ":xxxxx" + rest[at:]
		}
	}
	if before, _, ok := strings.Cut(rest, "?"); ok {
		rest = before + "?xxxxx"
	}
	return scheme + rest
}
