// Package authority makes an authority of certificates, the same each time.
package authority

import (
	"crypto/ed25519"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"time"
)

var (
	key   = ed25519.NewKeyFromSeed([]byte("the seed of a test's own authority")[:ed25519.SeedSize])
	begin = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	end   = time.Date(2120, 1, 1, 0, 0, 0, 0, time.UTC)
)

func template(name string, number int64) *x509.Certificate {
	return &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, SerialNumber: big.NewInt(number), NotBefore: begin, NotAfter: end, BasicConstraintsValid: true,
	}
}

// Root is the authority's certificate, in DER.
func Root() ([]byte, error) {
	root := template("helpers' authority", 1)
	root.IsCA = true
	root.KeyUsage = x509.KeyUsageCertSign
	return x509.CreateCertificate(nil, root, root, key.Public(), key)
}

// Leaf is a certificate that the authority gave to a server.
func Leaf() (*x509.Certificate, error) {
	der, err := Root()
	if err != nil {
		return nil, err
	}
	root, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	leaf := template("server", 2)
	leaf.DNSNames = []string{"server.example"}
	if der, err = x509.CreateCertificate(nil, leaf, root, key.Public(), key); err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}
