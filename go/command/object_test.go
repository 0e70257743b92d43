package command

import (
	"fmt"
	"io"
	"strings"
	"testing"
)

func TestObject(t *testing.T) {
	const strange = "/nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-a=b=c"
	file := writeFile(t, "x=y.nar", "")
	for _, test := range []struct{ arg, path, source string }{
		{appPath + "=a.nar", appPath, "a.nar"},
		{appPath + "=@a,b", appPath, "@a,b"},
		{appPath + "=" + file, appPath, file},
		{strange + "=" + file, strange, file},
		{strange + "=@" + file, strange, "@" + file},
		// Nothing exists: the first equals sign.
		{appPath + "=a=b.nar", appPath, "a=b.nar"},
	} {
		var f Object
		if err := f.UnmarshalText([]byte(test.arg)); err != nil || string(f.Path) != test.path || f.File != test.source {
			t.Errorf("%q: got %+v %v", test.arg, f, err)
		}
	}
}

type recordsCmd struct {
	N       int        `help:"A number."`
	Records RecordList `arg:"" optional:"" help:"Any."`
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
		{"an unknown flag", []string{"a", "--bogus"}, ExitUsage, "prog records: unknown flag --bogus\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stderr strings.Builder
			if status := p.Run(append([]string{"records"}, test.args...), &stderr, &stderr); status != test.status || stderr.String() != test.want {
				t.Errorf("status %d: %s, want %d: %s", status, &stderr, test.status, test.want)
			}
		})
	}
}
