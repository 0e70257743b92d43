package harness

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"path/filepath"
	"testing"
	"time"
)

// KeyTool: Java's program for certificates can be run.
var KeyTool = requirement("keytool", func() error { return works(keytool("-help")...) })

// keytool is where Debian has it when it is not in PATH.
func keytool(args ...string) []string {
	const find = `exec "$(command -v keytool || echo /usr/lib/jvm/default-java/bin/keytool)" "$@"`
	return append([]string{"sh", "-c", find, "keytool"}, args...)
}

// Certificate is one for servers on this machine, by the address 127.0.0.1,
// that nobody trusts by itself.
type Certificate struct {
	// File and Key are PEM files. The certificate is its own authority.
	File, Key string
	// TLS is the same for Go's servers.
	TLS tls.Certificate
}

// NewCertificate makes a certificate, which ends with the test.
func NewCertificate(t testing.TB) *Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "tests of rules_strata"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:         true, BasicConstraintsValid: true,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := TempDir(t)
	c := &Certificate{File: filepath.Join(dir, "certificate.pem"), Key: filepath.Join(dir, "key.pem")}
	WriteFile(t, c.File, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})))
	WriteFile(t, c.Key, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
	if c.TLS, err = tls.LoadX509KeyPair(c.File, c.Key); err != nil {
		t.Fatal(err)
	}
	return c
}

// TrustStore is a file for Java's javax.net.ssl.trustStore that trusts the
// certificate and no other.
func (c *Certificate) TrustStore(t testing.TB) string {
	t.Helper()
	Need(t, KeyTool)
	file := filepath.Join(TempDir(t), "trust")
	Exec(keytool("-importcert", "-noprompt", "-alias", "tests", "-file", c.File, "-keystore", file, "-storepass", "changeit")...).Run(t).Must(t)
	return file
}
