package certificate_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/rules-strata/rules_strata/go/certificate"
)

// der is a certificate, and its key, in DER.
func der(t *testing.T) (cert, key []byte) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	if cert, err = x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private); err != nil {
		t.Fatal(err)
	}
	if key, err = x509.MarshalPKCS8PrivateKey(private); err != nil {
		t.Fatal(err)
	}
	return cert, key
}

func block(kind string, data []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: data}))
}

func TestCheck(t *testing.T) {
	cert, key := der(t)
	one := block("CERTIFICATE", cert)
	for _, test := range []struct{ name, text, err string }{
		{"one", one, ""},
		{"several, with texts", "# Authority\n" + one + "\nsubject=x\n" + one, ""},
		{"trusted ones of OpenSSL", block("TRUSTED CERTIFICATE", append(cert, 0x30, 0)), ""},
		{"a list of those revoked beside it", block("X509 CRL", []byte("x")) + one, ""},
		{"nothing", "", "no certificate in it: want PEM"},
		{"DER", string(cert), "no certificate in it: want PEM"},
		{"a web page", "<html>log in</html>", "no certificate in it"},
		{"without its end", one[:len(one)-10], "no certificate in it"},
		{"a key alone", block("PRIVATE KEY", key), "block 1 is a private key"},
		{"a key behind it", one + block("EC PRIVATE KEY", key), "block 2 is a private key"},
		{"cut", one + block("CERTIFICATE", cert[:50]), "block 2, CERTIFICATE: not a certificate"},
		{"something else", block("CERTIFICATE", []byte{4, 1, 0}), "block 1, CERTIFICATE: not a certificate"},
		{"too long", one + strings.Repeat("#", 16<<20), "more than 16777216 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := certificate.Check(strings.NewReader(test.text))
			if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Errorf("error %v, want %q", err, test.err)
			}
		})
	}
	if err := certificate.Check(iotest.ErrReader(io.ErrClosedPipe)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("error %v", err)
	}
}
