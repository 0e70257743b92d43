package command

import (
	"fmt"
	"os"
	"strings"

	"github.com/rules-strata/rules_strata/go/store"
)

// Object is a store object and the file that it, or what is known of it,
// is in.
type Object struct {
	Path store.Path
	File string // with the "@" before it

}

// UnmarshalText splits STORE_PATH=FILE; there may be an "@" before FILE. Both
// may have equals signs: the split is then at the first one that has an
// existing file after it.
func (f *Object) UnmarshalText(text []byte) error {
	*f = Object{}
	arg := string(text)
	err := fmt.Errorf("%q is not STORE_PATH=FILE", arg)
	for i := range len(arg) - 1 {
		if arg[i] != '=' {
			continue
		}
		path, parseErr := store.ParseAnyPath(arg[:i])
		if parseErr != nil {
			if f.File == "" {
				err = parseErr
			}
			continue
		}
		source := arg[i+1:]
		_, statErr := os.Stat(strings.TrimPrefix(source, "@"))
		if f.File == "" || statErr == nil {
			*f, err = Object{path, source}, nil
		}
		if statErr == nil {
			break
		}
	}
	return err
}
