package narinfo

import (
	"errors"
	"fmt"
)

// Trust checks that the object can be believed to be what its store path
// stands for: it is content-addressed, or signed by one of the keys. What only
// the NAR itself can show is left to the check that is returned, if any.
//
// A content address that is wrong is an error, whoever signed; one of a kind
// that is not supported counts as none.
func (n *NARInfo) Trust(keys []PublicKey) (*ContentCheck, error) {
	if n.ContentAddress == "" {
		return nil, n.verify(keys)
	}
	check, err := VerifyContentAddress(n.StorePath, n.ContentAddress, n.NARHash, n.References)
	if !errors.Is(err, ErrUnsupported) {
		return check, err
	}
	if signed := n.verify(keys); signed != nil {
		return nil, fmt.Errorf("%w; and %w", err, signed)
	}
	return nil, nil
}

func (n *NARInfo) verify(keys []PublicKey) error {
	return Verify(n.StorePath, n.NARHash, n.NARSize, n.References, n.Signatures, keys)
}
