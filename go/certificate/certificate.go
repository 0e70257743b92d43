// Package certificate checks bundles of certificates: PEM as of RFC 7468,
// section 5, which is what programs read below /etc/ssl/certs.
package certificate

import (
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxSize is the largest number of bytes in a bundle, some fifty times what
// all public authorities need.
const maxSize = 16 << 20

// Check reads a bundle and refuses what programs could not use: one without a
// certificate, one with something else between the marks, and one that holds a
// private key, which must not get into an image.
func Check(r io.Reader) error {
	data, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err != nil {
		return err
	}
	if len(data) > maxSize {
		return fmt.Errorf("more than %d bytes: that is no bundle of certificates", maxSize)
	}
	found := 0
	for number := 1; ; number++ {
		var block *pem.Block
		if block, data = pem.Decode(data); block == nil {
			break
		}
		if strings.HasSuffix(block.Type, "PRIVATE KEY") {
			return fmt.Errorf("block %d is a private key, which everybody who has the image could read: give the certificates alone", number)
		}
		if !strings.HasSuffix(block.Type, "CERTIFICATE") {
			continue
		}
		if err := checkDER(block.Bytes); err != nil {
			return fmt.Errorf("block %d, %s: %w", number, block.Type, err)
		}
		found++
	}
	if found == 0 {
		return errors.New(`no certificate in it: want PEM, with at least one "-----BEGIN CERTIFICATE-----"; ` +
			"openssl x509 -inform der -in FILE turns a certificate in DER into PEM")
	}
	return nil
}

// checkDER checks the outermost form of a certificate, a sequence. OpenSSL's
// TRUSTED CERTIFICATE has more behind it.
func checkDER(der []byte) error {
	var outer asn1.RawValue
	_, err := asn1.Unmarshal(der, &outer)
	if err != nil || outer.Class != asn1.ClassUniversal || outer.Tag != asn1.TagSequence || !outer.IsCompound {
		return errors.New("not a certificate: the text between the marks was cut or changed")
	}
	return nil
}
