package endpoint

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
)

// maxFile bounds the files that are read whole, in bytes.
const maxFile = 4 << 20

// TLSFiles are the PEM files that TLS is made from.
type TLSFiles struct {
	// CA is the file of the certificates that sign the engine's. Empty leaves
	// it to those of the system.
	CA string
	// Cert and Key are the files of our own certificate and of its private key.
	// Empty is without: some engines want none.
	Cert, Key string
	// SkipVerify takes any certificate of the engine's.
	SkipVerify bool
	// Remedy says how to name other files. Empty is the engine's variables.
	Remedy string
}

func (f *TLSFiles) config(serverName string) (*tls.Config, error) {
	c := &tls.Config{ServerName: serverName, MinVersion: tls.VersionTLS12, InsecureSkipVerify: f.SkipVerify}
	if f.CA != "" {
		data, err := readFile(f.CA)
		if err != nil {
			return nil, err
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(data) {
			return nil, fmt.Errorf("%s has no certificate in PEM", f.CA)
		}
	}
	if f.Cert == "" && f.Key == "" {
		return c, nil
	}
	own, err := f.certificate()
	if err != nil {
		return nil, err
	}
	c.Certificates = []tls.Certificate{own}
	return c, nil
}

func (f *TLSFiles) certificate() (tls.Certificate, error) {
	if f.Key == "" {
		return tls.Certificate{}, fmt.Errorf("the certificate %s has no private key with it", f.Cert)
	}
	if f.Cert == "" {
		return tls.Certificate{}, fmt.Errorf("the private key %s has no certificate with it", f.Key)
	}
	cert, err := readFile(f.Cert)
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := readFile(f.Key)
	if err != nil {
		return tls.Certificate{}, err
	}
	if block, _ := pem.Decode(key); block != nil && (strings.Contains(block.Type, "ENCRYPTED") || block.Headers["DEK-Info"] != "") {
		return tls.Certificate{}, fmt.Errorf("the private key %s is encrypted: store it without a passphrase", f.Key)
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("certificate %s with private key %s: %w", f.Cert, f.Key, err)
	}
	return pair, nil
}

// readFile reads a file of at most maxFile bytes.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s is larger than %d bytes", path, maxFile)
	}
	return data, nil
}

func (e *Endpoint) dialTLS(ctx context.Context) (net.Conn, error) {
	conn, err := e.dialPlain(ctx)
	if err != nil {
		return nil, err
	}
	shaking, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	secure := tls.Client(conn, e.tls)
	err = secure.HandshakeContext(shaking)
	if err == nil {
		return &tlsConn{Conn: secure, e: e}, nil
	}
	_ = conn.Close()
	if shaking.Err() != nil {
		return nil, e.dialError(ctx, fmt.Errorf("TLS handshake: %w", err))
	}
	return nil, e.tlsError(err)
}

// tlsError tells what to do about a failure of TLS.
func (e *Endpoint) tlsError(err error) error {
	remedy := e.tlsFiles.Remedy
	if remedy == "" {
		remedy = e.kind.words().tls
	}
	var (
		name  x509.HostnameError
		date  x509.CertificateInvalidError
		plain tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &name):
		remedy = "connect by a name that the certificate has, or give the daemon one for this name"
	case errors.As(err, &date) && date.Reason == x509.Expired:
		remedy = "renew the daemon's certificate, and check this machine's clock"
	case errors.As(err, &plain):
		remedy = "what listens there does not speak TLS: use the daemon's port for TLS (Docker's is 2376), or do without TLS"
	case remoteAlert(err) && len(e.tls.Certificates) == 0:
		err = fmt.Errorf("%w, and there is no certificate of ours", err)
	case remoteAlert(err):
		err = fmt.Errorf("%w for our certificate %s", err, e.tlsFiles.Cert)
	case errors.As(err, new(x509.UnknownAuthorityError)) && e.tlsFiles.CA != "":
		err = fmt.Errorf("%w (those in %s)", err, e.tlsFiles.CA)
	}
	return &TLSError{Kind: e.kind, Host: e.host, Origin: e.origin, Remedy: remedy, Err: err}
}

// NeedsTLS is the error for an engine that wants TLS where none is used, and
// answers so with err.
func (e *Endpoint) NeedsTLS(err error) error {
	return &TLSError{Kind: e.kind, Host: e.host, Origin: e.origin, Remedy: e.kind.words().useTLS, Err: err}
}

// remoteAlert says whether the engine has ended TLS with an alert (RFC 8446,
// section 6).
func remoteAlert(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "remote error"
}

// tlsConn explains the alerts that come after the handshake: with TLS 1.3 a
// server looks at our certificate only then.
type tlsConn struct {
	*tls.Conn
	e *Endpoint
}

func (c *tlsConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	return n, c.explain(err)
}

func (c *tlsConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	return n, c.explain(err)
}

func (c *tlsConn) explain(err error) error {
	if err != nil && remoteAlert(err) {
		return c.e.tlsError(err)
	}
	return err
}
