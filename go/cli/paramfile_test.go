package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/command"
)

// TestParameterFiles: lines are arguments, whatever is in them.
func TestParameterFiles(t *testing.T) {
	file := func(text string) string { return "@" + writeFile(t, "a file with = and 'quotes'", text) }
	for _, test := range []struct {
		name   string
		args   []string
		status int
		want   string
	}{
		{"all in one", []string{file("add\n--n\n5\nx y\n'\"\n")}, 0, `5["x y" "'\""]`},
		{"no newline at the end", []string{"add", "--n=5", file("x\ny")}, 0, `5["x" "y"]`},
		{"two files, one of them empty", []string{"add", file(""), "--n=5", file("x\n")}, 0, `5["x"]`},
		{"an empty line", []string{"add", "--n=5", file("x\n\ny\n")}, 0, `5["x" "" "y"]`},
		{"no file", []string{"add", "@" + filepath.Join(t.TempDir(), "missing")}, command.ExitUsage, "prog: parameter file: open "},
		{"no name", []string{"add", "@"}, command.ExitUsage, "prog: parameter file: open "},
		{"not expanded again", []string{"add", "--n=5", file("@params\n")}, 0, `5["@params"]`},
		{"blanks stay", []string{"add", file("--n= 5\n")}, command.ExitUsage, "prog add: --n: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			if status, text := run(test.args...); status != test.status || !strings.HasPrefix(text, test.want) {
				t.Errorf("status %d: %s, want %d: %s", status, text, test.status, test.want)
			}
		})
	}
}

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
