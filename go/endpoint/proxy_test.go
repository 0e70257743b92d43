package endpoint

import (
	"io"
	"net"
	"net/http"
	"testing"
)

func TestProxy(t *testing.T) {
	for host, want := range map[string]bool{
		"unix:///x.sock": false, "ssh://build": false, "tcp://build": true, "tcp://10.1.2.3:5": true,
		"tcp://localhost:1": false, "tcp://127.0.0.2:1": false, "tcp://[::1]:1": false,
	} {
		t.Run(host, func(t *testing.T) {
			if got := mustParse(t, host, Options{}).Transport().Proxy != nil; got != want {
				t.Errorf("may use a proxy: %t, want %t", got, want)
			}
		})
	}
}

// TestThroughProxy has the certificate of what is behind a proxy checked.
func TestThroughProxy(t *testing.T) {
	a := newAuthority(t)
	behind := listenTCP(t, a.server(t, true, nil))
	serve(t, behind)
	front := listenTCP(t, nil)
	asked := make(chan string, 2)
	proxy := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Method + " " + r.Host
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		target, err := net.Dial("tcp", behind.Addr().String())
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(target, conn) }()
		_, _ = io.Copy(conn, target)
		_ = conn.Close()
	})}
	go func() { _ = proxy.Serve(front) }()
	defer proxy.Close()
	for name, wantErr := range map[string]string{"127.0.0.1": "", "build": "wanted to match build"} {
		e := mustParse(t, "tcp://"+name+":7", Options{TLS: a.files(t)})
		transport := e.Transport()
		transport.Proxy = http.ProxyURL(mustURL(t, "http://"+front.Addr().String()))
		resp, err := (&http.Client{Transport: transport}).Get(e.BaseURL())
		if got := <-asked; got != "CONNECT "+name+":7" {
			t.Errorf("the proxy was asked for %q", got)
		}
		if wantErr != "" {
			wantError(t, err, wantErr)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		transport.CloseIdleConnections()
	}
}
