package script

import (
	"errors"
	"fmt"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// parse reads bash text, refuses what the interpreter would do in another way
// than bash, and rewrites the rest where that is needed.
func (r *run) parse(text string) (*syntax.File, error) {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	if err != nil {
		var parseError syntax.ParseError
		if errors.As(err, &parseError) {
			return nil, fmt.Errorf("line %d: %s", parseError.Pos.Line(), parseError.Text)
		}
		return nil, err
	}
	return file, nil
}
