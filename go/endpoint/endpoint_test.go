package endpoint

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// everyWay calls a test with an engine at a Unix socket, over TCP, over TLS
// with a client's certificate, and through ssh.
func everyWay(t *testing.T, test func(t *testing.T, e *Endpoint)) {
	t.Run("unix", func(t *testing.T) {
		l := listenUnix(t)
		serve(t, l)
		test(t, mustParse(t, "unix://"+l.Addr().String(), Options{}))
	})
	t.Run("tcp", func(t *testing.T) {
		l := listenTCP(t, nil)
		serve(t, l)
		test(t, mustParse(t, "tcp://"+l.Addr().String()+"/base/", Options{}))
	})
	t.Run("TLS", func(t *testing.T) {
		a := newAuthority(t)
		l := listenTCP(t, a.server(t, true, nil))
		serve(t, l)
		test(t, mustParse(t, "tcp://"+l.Addr().String(), Options{TLS: a.files(t)}))
	})
	t.Run("ssh", func(t *testing.T) {
		fakeSSH(t)
		l := listenUnix(t)
		serve(t, l)
		test(t, mustParse(t, "ssh://me@build"+l.Addr().String(), Options{}))
	})
}

func TestHTTP(t *testing.T) {
	everyWay(t, func(t *testing.T, e *Endpoint) {
		transport := e.Transport()
		defer transport.CloseIdleConnections()
		client := http.Client{Transport: transport}
		for range 2 {
			resp, err := client.Get(e.BaseURL() + "/info?a=b")
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			_, base, _ := strings.Cut(e.BaseURL(), "://")
			name, path, _ := strings.Cut(base+"/info?a=b", "/")
			if err != nil || string(got) != name+" /"+path {
				t.Errorf("got %q, %v", got, err)
			}
		}
	})
}

func TestParallelRequests(t *testing.T) {
	everyWay(t, func(t *testing.T, e *Endpoint) {
		transport := e.Transport()
		defer transport.CloseIdleConnections()
		client := http.Client{Transport: transport}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				resp, err := client.Get(e.BaseURL() + "/")
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				_ = resp.Body.Close()
			})
		}
		wg.Wait()
	})
}

// upgrade makes of a connection what docker attach does: a stream both ways.
func upgrade(t *testing.T, conn net.Conn) *bufio.Reader {
	t.Helper()
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "POST /attach HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(conn)
	resp, err := http.ReadResponse(r, nil)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		t.Fatal(resp, err)
	}
	if err := conn.SetDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestHalfClose(t *testing.T) {
	input := strings.Repeat("0123456789abcdef", 1<<16) // 1 MiB, more than pipes hold
	everyWay(t, func(t *testing.T, e *Endpoint) {
		ctx, cancel := context.WithCancel(background)
		conn, err := e.DialContext(ctx)
		cancel() // bounds the connecting alone
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		r := upgrade(t, conn)
		if _, err := io.WriteString(conn, input); err != nil {
			t.Fatal(err)
		}
		if err := conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if err != nil || string(got) != "got "+input {
			t.Errorf("got %d bytes, %v", len(got), err)
		}
		if _, err := conn.Write([]byte("x")); err == nil {
			t.Error("wrote after CloseWrite")
		}
	})
}

func TestDeadlineAndClose(t *testing.T) {
	everyWay(t, func(t *testing.T, e *Endpoint) {
		conn, err := e.DialContext(background)
		if err != nil {
			t.Fatal(err)
		}
		_ = upgrade(t, conn)
		if err := conn.SetReadDeadline(time.Now().Add(10 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		_, err = conn.Read(make([]byte, 1))
		var timeout net.Error
		if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.As(err, &timeout) || !timeout.Timeout() {
			t.Errorf("read past the deadline: %v", err)
		}
		if err := conn.SetReadDeadline(time.Time{}); err != nil {
			t.Fatal(err)
		}
		reading := make(chan error)
		go func() {
			_, err := io.Copy(io.Discard, conn)
			reading <- err
		}()
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
		// The server may answer the end of TLS before the connection is closed.
		if err := <-reading; !errors.Is(err, net.ErrClosed) && (e.tls == nil || err != nil) {
			t.Errorf("read while closing: %v", err)
		}
		if err := conn.Close(); !errors.Is(err, net.ErrClosed) && e.tls == nil {
			t.Errorf("closed twice: %v", err)
		}
		if _, err := conn.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
			t.Errorf("write after closing: %v", err)
		}
		if conn.RemoteAddr() == nil || conn.LocalAddr() == nil {
			t.Error("no address")
		}
	})
}

func TestDialCancelled(t *testing.T) {
	everyWay(t, func(t *testing.T, e *Endpoint) {
		ctx, cancel := context.WithCancel(background)
		cancel()
		if _, err := e.DialContext(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}
