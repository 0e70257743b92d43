// Package wordbook has a list of words.
package wordbook

import (
	"os"

	"github.com/bazelbuild/rules_go/go/runfiles"
)

// List is the list, found by the name that this module has for itself.
func List() (string, error) {
	path, err := runfiles.Rlocation("wordbook/list.txt")
	if err != nil {
		return "", err
	}
	text, err := os.ReadFile(path)
	return string(text), err
}
