package endpoint

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"time"
)

// probeTimeout is how long a default socket may take to accept a connection.
const probeTimeout = time.Second

// firstSocket is the first of several sockets that accepts a connection. The
// error is a *PermissionError if there is one that we may not use, else a
// *NotRunningError with all of them.
func firstSocket(ctx context.Context, k Kind, origin string, sockets []string) (*Endpoint, error) {
	var denied, absent error
	for _, path := range sockets {
		host := "unix://" + path
		d := net.Dialer{Timeout: probeTimeout}
		conn, err := d.DialContext(ctx, "unix", path)
		if err == nil {
			_ = conn.Close()
			return Parse(host, Options{Kind: k, Origin: origin})
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		switch {
		case denied == nil && errors.Is(err, fs.ErrPermission):
			denied = &PermissionError{Kind: k, Host: host, Origin: origin, Err: err}
		case absent == nil || !errors.Is(err, fs.ErrNotExist):
			// A socket that nobody listens at says more than a missing one.
			absent = err
		}
	}
	if denied != nil {
		return nil, denied
	}
	return nil, &NotRunningError{Kind: k, Hosts: sockets, Origin: origin, Remedy: k.words().start, Err: absent}
}
