package narimport

import (
	"fmt"
	"os"

	"github.com/rules-strata/rules_strata/go/narinfo"
	"github.com/rules-strata/rules_strata/go/outfile"
)

// File does for files what Copy does: out is written whole or not at all.
func File(out, file string, object *narinfo.NARInfo, keys []narinfo.PublicKey) error {
	in, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("%s: %w", object.StorePath, err)
	}
	defer in.Close()
	w, err := outfile.Create(out)
	if err != nil {
		return err
	}
	defer w.Discard()
	if err := Copy(w, in, object, keys); err != nil {
		return err
	}
	return w.Commit()
}
