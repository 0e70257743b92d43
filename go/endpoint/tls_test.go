package endpoint

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestTLS(t *testing.T) {
	a, other := newAuthority(t), newAuthority(t)
	ours, theirs := a.files(t), other.files(t)
	expired := func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }
	elsewhere := func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"build.example"} }
	const certPath = "set DOCKER_CERT_PATH to the folder with the right ca.pem, cert.pem and key.pem"
	for _, test := range []struct {
		name   string
		server *tls.Config
		files  TLSFiles
		want   []string // of an error
	}{
		{"both verify", a.server(t, true, nil), *ours, nil},
		{"the client verifies", a.server(t, false, nil), TLSFiles{CA: ours.CA}, nil},
		{"nobody verifies", other.server(t, false, expired), TLSFiles{SkipVerify: true}, nil},
		{"the server verifies", other.server(t, true, elsewhere), TLSFiles{Cert: theirs.Cert, Key: theirs.Key, SkipVerify: true}, nil},
		{"wrong CA", other.server(t, false, nil), *ours, []string{"unknown authority", ours.CA, certPath}},
		{"the system's CAs", a.server(t, false, nil), TLSFiles{}, []string{"unknown authority", certPath}},
		{"expired", a.server(t, false, expired), *ours, []string{"expired", "renew the daemon's certificate", "clock"}},
		{"another name", a.server(t, false, elsewhere), *ours, []string{"127.0.0.1", "connect by a name that the certificate has"}},
		{"no certificate of ours", a.server(t, true, nil), TLSFiles{CA: ours.CA}, []string{"certificate required", "no certificate of ours", certPath}},
		{"an unknown one of ours", a.server(t, true, nil), TLSFiles{CA: ours.CA, Cert: theirs.Cert, Key: theirs.Key}, []string{"tls:", "for our certificate " + theirs.Cert, certPath}},
		{"TLS 1.2, no certificate of ours", atMost12(a.server(t, true, nil)), TLSFiles{CA: ours.CA}, []string{"no certificate of ours", certPath}},
		{"TLS 1.1", atMost11(a.server(t, false, nil)), *ours, []string{"protocol version"}},
		{"no TLS", nil, *ours, []string{"does not speak TLS", "2376"}},
		{"own remedy", other.server(t, false, nil), TLSFiles{CA: ours.CA, Remedy: "do this"}, []string{": do this"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			listener := listenTCP(t, test.server)
			serve(t, listener)
			host := "tcp://" + listener.Addr().String()
			e := mustParse(t, host, Options{Origin: "from X", TLS: &test.files})
			if e.BaseURL() != "https://"+listener.Addr().String() {
				t.Errorf("base %s", e.BaseURL())
			}
			transport := e.Transport()
			defer transport.CloseIdleConnections()
			resp, err := (&http.Client{Transport: transport}).Get(e.BaseURL())
			if test.want == nil {
				if err != nil {
					t.Fatal(err)
				}
				_ = resp.Body.Close()
				return
			}
			err = Explain(err)
			wantError(t, err, append(test.want, "TLS with the Docker daemon at "+host+" (from X)")...)
			var secure *TLSError
			if !errors.As(err, &secure) {
				t.Errorf("got %#v", err)
			}
		})
	}
}

func atMost12(c *tls.Config) *tls.Config { c.MaxVersion = tls.VersionTLS12; return c }

func atMost11(c *tls.Config) *tls.Config {
	c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	return c
}

func TestTLSFiles(t *testing.T) {
	good := newAuthority(t).files(t)
	dir := t.TempDir()
	missing := filepath.Join(dir, "missing.pem")
	junk := writeFile(t, filepath.Join(dir, "junk.pem"), "junk")
	huge := writeFile(t, filepath.Join(dir, "huge.pem"), "")
	if err := os.Truncate(huge, maxFile+1); err != nil {
		t.Fatal(err)
	}
	anotherKey := newAuthority(t).files(t).Key
	encrypted := writeFile(t, filepath.Join(dir, "encrypted.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("x")})))
	oldEncrypted := writeFile(t, filepath.Join(dir, "old.pem"), string(pem.EncodeToMemory(&pem.Block{
		Type: "EC PRIVATE KEY", Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-256-CBC,00"}, Bytes: []byte("x"),
	})))
	for _, test := range []struct {
		name  string
		files TLSFiles
		want  []string
	}{
		{"no CA file", TLSFiles{CA: missing}, []string{missing, "no such file"}},
		{"CA is not PEM", TLSFiles{CA: junk}, []string{junk, "no certificate in PEM"}},
		{"CA is too large", TLSFiles{CA: huge}, []string{huge, "larger than"}},
		{"CA is a folder", TLSFiles{CA: dir}, []string{dir, "directory"}},
		{"no certificate file", TLSFiles{Cert: missing, Key: good.Key}, []string{missing}},
		{"no key file", TLSFiles{Cert: good.Cert, Key: missing}, []string{missing}},
		{"no key", TLSFiles{Cert: good.Cert}, []string{good.Cert, "no private key"}},
		{"no certificate", TLSFiles{Key: good.Key}, []string{good.Key, "no certificate"}},
		{"another's key", TLSFiles{Cert: good.Cert, Key: anotherKey}, []string{good.Cert, anotherKey, "does not match"}},
		{"key is not PEM", TLSFiles{Cert: good.Cert, Key: junk}, []string{junk}},
		{"encrypted", TLSFiles{Cert: good.Cert, Key: encrypted}, []string{encrypted, "without a passphrase"}},
		{"encrypted, old form", TLSFiles{Cert: good.Cert, Key: oldEncrypted}, []string{oldEncrypted, "without a passphrase"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse("tcp://build", Options{Kind: Podman, TLS: &test.files})
			wantError(t, err, "no port")
			_, err = Parse("tcp://build:1", Options{Kind: Podman, TLS: &test.files})
			wantError(t, err, append(test.want, "Podman service at tcp://build:1", "CONTAINER_TLS_CA")...)
			var secure *TLSError
			if !errors.As(err, &secure) {
				t.Errorf("got %#v", err)
			}
			if strings.Contains(err.Error(), "PRIVATE KEY") {
				t.Errorf("the error has a key's text: %v", err)
			}
		})
	}
}

// TestTLSHandshakeStops has a server that accepts connections and says nothing:
// a context ends the handshake.
func TestTLSHandshakeStops(t *testing.T) {
	listener := listenTCP(t, nil)
	defer listener.Close()
	accepted := make(chan net.Conn, 1)
	go func() {
		conn, err := listener.Accept()
		if err == nil {
			_, _ = io.ReadFull(conn, make([]byte, 1))
			accepted <- conn
		}
	}()
	ctx, cancel := contextCancelledBy(accepted)
	defer cancel()
	e := mustParse(t, "tcp://"+listener.Addr().String(), Options{TLS: &TLSFiles{}})
	_, err := e.DialContext(ctx)
	wantError(t, err, "connect to the Docker daemon at "+e.String(), "TLS handshake", "canceled")
}

func TestNeedsTLS(t *testing.T) {
	for kind, want := range map[Kind]string{Docker: "DOCKER_TLS_VERIFY=1", Podman: "CONTAINER_TLS_CA"} {
		err := mustParse(t, "tcp://build:1", Options{Kind: kind, Origin: "from X"}).NeedsTLS(errors.New("use HTTPS"))
		wantError(t, err, "TLS with the "+kind.String(), "at tcp://build:1 (from X): use HTTPS: set "+want)
	}
}
