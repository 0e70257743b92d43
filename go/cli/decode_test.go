package cli

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/command"
)

type recordsCmd struct {
	N       int                `help:"A number."`
	Records command.RecordList `arg:"" optional:"" help:"Any."`
}

func (c *recordsCmd) Run(stderr io.Writer) error {
	fmt.Fprintf(stderr, "%d %q", c.N, c.Records)
	return nil
}

func TestRecordList(t *testing.T) {
	p := Program{Name: "prog", Commands: []Command{{Name: "records", Make: func() any { return new(recordsCmd) }}}}
	for _, test := range []struct {
		name   string
		args   []string
		status int
		want   string
	}{
		{"none", nil, 0, `0 []`},
		{"some", []string{"--n=1", "file\x00a=b,c", "", "x y"}, 0, `1 ["file\x00a=b,c" "" "x y"]`},
		{"a flag between", []string{"a", "--n=2"}, 0, `2 ["a"]`},
		{"an unknown flag", []string{"a", "--bogus"}, command.ExitUsage, "prog records: unknown flag --bogus\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stderr strings.Builder
			if status := p.Run(append([]string{"records"}, test.args...), &stderr, &stderr); status != test.status || stderr.String() != test.want {
				t.Errorf("status %d: %s, want %d: %s", status, &stderr, test.status, test.want)
			}
		})
	}
}
