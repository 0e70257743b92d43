package nixlock

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/rules-strata/rules_strata/go/jsonfile"
)

// Marshal gives the bytes of the file: keys sorted, indented, so that a
// difference between two locks reads well.
func (l *Lock) Marshal() ([]byte, error) {
	compact, err := jsonfile.Marshal(l)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	err = json.Indent(&out, compact, "", "  ")
	return out.Bytes(), err
}

// unique leaves out what was there before.
func unique(list []string) []string {
	out := []string{}
	for _, s := range list {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func sorted(list []string) []string {
	out := unique(list)
	slices.Sort(out)
	return out
}
