package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/rules-strata/rules_strata/go/isotime"
	"github.com/rules-strata/rules_strata/go/script"
	"github.com/rules-strata/rules_strata/go/store"
)

// contentFlag is a content and the file with its listing.
type contentFlag struct {
	path    store.Path
	listing string
}

// UnmarshalText splits STORE_PATH=LISTING. Both may have equals signs: the
// split is then at the first one that has an existing file after it.
func (f *contentFlag) UnmarshalText(text []byte) error {
	*f = contentFlag{}
	arg := string(text)
	err := fmt.Errorf("%q is not STORE_PATH=LISTING", arg)
	for i := range len(arg) - 1 {
		if arg[i] != '=' {
			continue
		}
		path, parseErr := store.ParseAnyPath(arg[:i])
		if parseErr != nil {
			if f.listing == "" {
				err = parseErr
			}
			continue
		}
		_, statErr := os.Stat(arg[i+1:])
		if f.listing == "" || statErr == nil {
			*f, err = contentFlag{path, arg[i+1:]}, nil
		}
		if statErr == nil {
			break
		}
	}
	return err
}

// toolFlag is a program that scripts may call.
type toolFlag struct{ script.Tool }

// UnmarshalText splits NAME=PATH.
func (f *toolFlag) UnmarshalText(text []byte) error {
	name, path, ok := strings.Cut(string(text), "=")
	if !ok || name == "" || path == "" || strings.Contains(name, "/") {
		return fmt.Errorf("%q is not NAME=PATH", text)
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	f.Tool = script.Tool{Name: name, Path: absolute}
	return nil
}

// timeFlag is a time in seconds since 1970.
type timeFlag int64

// UnmarshalText reads a number of seconds, a time with its zone, or "@FILE",
// which has one of them.
func (f *timeFlag) UnmarshalText(text []byte) error {
	n, err := isotime.Resolve(string(text))
	if err != nil {
		return err
	}
	*f = timeFlag(n)
	return nil
}
