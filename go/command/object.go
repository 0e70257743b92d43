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

// ManifestFollows is the File of an object whose manifest is among the arguments.
const ManifestFollows = "@"

// RecordList takes all arguments that are left. There may be very many, so it
// takes them as they are.
type RecordList []string

// UnmarshalText splits STORE_PATH=FILE; there may be an "@" before FILE. Both
// may have equals signs: the split is then at the first one that has an
// existing file after it, and before ManifestFollows at the last.
func (f *Object) UnmarshalText(text []byte) (err error) {
	*f, err = Folder("").Object(string(text))
	return err
}

// Object is Object.UnmarshalText where files are in the folder.
func (f Folder) Object(arg string) (found Object, err error) {
	err = fmt.Errorf("%q is not STORE_PATH=FILE", arg)
	if path, ok := strings.CutSuffix(arg, "="+ManifestFollows); ok {
		found.Path, err = store.ParseAnyPath(path)
		found.File = ManifestFollows
		return found, err
	}
	for i := range len(arg) - 1 {
		if arg[i] != '=' {
			continue
		}
		path, parseErr := store.ParseAnyPath(arg[:i])
		if parseErr != nil {
			if found.File == "" {
				err = parseErr
			}
			continue
		}
		source := arg[i+1:]
		_, statErr := os.Stat(f.At(strings.TrimPrefix(source, "@")))
		if found.File == "" || statErr == nil {
			found, err = Object{path, source}, nil
		}
		if statErr == nil {
			break
		}
	}
	return found, err
}
