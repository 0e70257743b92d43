package daemon

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"
)

// attached is a connection to a container's standard streams: after the HTTP
// answer it carries their bytes, both ways.
type attached struct {
	net.Conn
	r    *bufio.Reader
	stop func() bool
}

// attach connects to the streams of a container, which need not run yet.
// net/http gives no way to close one direction of such a connection, so the
// request is written by hand. The connection is closed when ctx ends.
func (c *Client) attach(ctx context.Context, id string, stdin bool) (*attached, error) {
	version, err := c.apiVersion(ctx)
	if err != nil {
		return nil, err
	}
	query := url.Values{"stream": {"1"}, "stdout": {"1"}, "stderr": {"1"}}
	if stdin {
		query.Set("stdin", "1")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url(version, "/containers/"+id+"/attach", query), nil)
	if err != nil {
		return nil, err
	}
	setHeader(req, "text/plain")
	req.Header.Set("Connection", "Upgrade")
	req.Header.Set("Upgrade", "tcp")
	conn, err := c.dial(ctx)
	if err != nil {
		return nil, c.explain(err)
	}
	a := &attached{Conn: conn, r: bufio.NewReader(conn)}
	a.stop = context.AfterFunc(ctx, func() { _ = conn.Close() })
	if err := a.handshake(c, req); err != nil {
		_ = a.Close()
		return nil, err
	}
	return a, nil
}

func (a *attached) handshake(c *Client, req *http.Request) error {
	_ = a.SetDeadline(time.Now().Add(answerTimeout))
	if err := req.Write(a.Conn); err != nil {
		return c.explain(err)
	}
	resp, err := http.ReadResponse(a.r, req)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return c.late(answerTimeout)
	}
	if err != nil {
		return c.explain(err)
	}
	// Docker answers 101, and 200 to a proxy that dropped the upgrade.
	if resp.StatusCode != http.StatusSwitchingProtocols && resp.StatusCode != http.StatusOK {
		defer resp.Body.Close()
		return c.refusal(resp)
	}
	return a.SetDeadline(time.Time{})
}

func (a *attached) Read(p []byte) (int, error) { return a.r.Read(p) }

// CloseWrite ends the container's standard input.
func (a *attached) CloseWrite() error {
	if half, ok := a.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

func (a *attached) Close() error {
	a.stop()
	return a.Conn.Close()
}

// The streams of a multiplexed connection.
const (
	streamStdin = iota
	streamStdout
	streamStderr
	streamDaemon // the daemon's own errors
)

// demultiplex copies the frames of a container's output until their end. A
// frame is the stream's number, three zero bytes, the length as a 32-bit
// big-endian number, and the bytes (Docker Engine API, "Attach to a container",
// "Stream format").
func demultiplex(r io.Reader, stdout, stderr io.Writer) error {
	if stdout == nil {
		stdout = io.Discard
	}
	if stderr == nil {
		stderr = io.Discard
	}
	var head [8]byte
	for {
		if _, err := io.ReadFull(r, head[:]); err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("the command's output was cut off: %w", err)
		}
		size := int64(binary.BigEndian.Uint32(head[4:]))
		var w io.Writer
		switch head[0] {
		case streamStdin, streamStdout:
			w = stdout
		case streamStderr:
			w = stderr
		case streamDaemon:
			message, err := io.ReadAll(io.LimitReader(r, min(size, maxAnswer)))
			return errors.Join(fmt.Errorf("the daemon says: %s", message), err)
		default:
			return fmt.Errorf("the command's output has a frame of the unknown kind %d", head[0])
		}
		if n, err := io.CopyN(w, r, size); err == io.EOF {
			return fmt.Errorf("the command's output was cut off: %d bytes of %d", n, size)
		} else if err != nil {
			return err
		}
	}
}
