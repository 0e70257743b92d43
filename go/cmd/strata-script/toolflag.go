package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/rules-strata/rules_strata/go/script"
)

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
