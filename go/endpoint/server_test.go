package endpoint

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// authority signs certificates.
type authority struct {
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// newAuthority is one whose certificate is in dir/ca.pem.
func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{dir: t.TempDir(), key: newKey(t)}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test CA"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	a.write(t, "ca.pem", "CERTIFICATE", der)
	return a
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (a *authority) write(t *testing.T, name, kind string, der []byte) string {
	t.Helper()
	return writeFile(t, filepath.Join(a.dir, name), string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})))
}

// files are the authority's certificate, and cert.pem and key.pem, made anew.
func (a *authority) files(t *testing.T) *TLSFiles {
	t.Helper()
	pair := a.sign(t, nil)
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return &TLSFiles{
		CA:   filepath.Join(a.dir, "ca.pem"),
		Cert: a.write(t, "cert.pem", "CERTIFICATE", pair.Certificate[0]),
		Key:  a.write(t, "key.pem", "PRIVATE KEY", key),
	}
}

// sign makes a certificate for 127.0.0.1, with changes.
func (a *authority) sign(t *testing.T, change func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	key := newKey(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	if change != nil {
		change(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// server is a TLS configuration that asks for a client's certificate if that is
// wanted.
func (a *authority) server(t *testing.T, wantClient bool, change func(*x509.Certificate)) *tls.Config {
	t.Helper()
	c := &tls.Config{Certificates: []tls.Certificate{a.sign(t, change)}}
	if wantClient {
		c.ClientCAs = x509.NewCertPool()
		c.ClientCAs.AddCert(a.cert)
		c.ClientAuth = tls.RequireAndVerifyClientCert
	}
	return c
}

// listenTCP listens on this machine, with TLS if there is a configuration.
func listenTCP(t *testing.T, config *tls.Config) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skipf("needs the loopback network: %v", err)
	}
	if config != nil {
		listener = tls.NewListener(listener, config)
	}
	return listener
}

func listenUnix(t *testing.T) net.Listener {
	t.Helper()
	return listenAt(t, filepath.Join(shortDir(t), "s"))
}

func listenAt(t *testing.T, path string) net.Listener {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// serve plays an engine: GET answers the method and the path; POST takes the
// connection over, and says what it got once the client has ended its side.
func serve(t *testing.T, listener net.Listener) {
	t.Helper()
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, r.Host+" "+r.URL.RequestURI())
			return
		}
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
		got, err := io.ReadAll(rw)
		if err != nil {
			panic(err)
		}
		_, _ = io.WriteString(conn, "got ")
		_, _ = conn.Write(got)
	}), ErrorLog: log.New(io.Discard, "", 0)}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
}

// contextCancelledBy is a context that ends when a connection has come, which
// is closed by cancel.
func contextCancelledBy(accepted <-chan net.Conn) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(background)
	closing := make(chan struct{})
	go func() {
		select {
		case conn := <-accepted:
			cancel()
			<-closing
			_ = conn.Close()
		case <-closing:
		}
	}()
	return ctx, func() { cancel(); close(closing) }
}

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
