package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/command"
)

// folderCmd takes everything that counts from a folder.
type folderCmd struct {
	Object command.Object   `help:"An object."`
	Time   command.Time     `default:"3" help:"A time."`
	Others []command.Object `sep:"none" help:"More objects."`
}

func (c *folderCmd) Run(ctx context.Context, in command.Folder, stderr io.Writer) error {
	fmt.Fprintf(stderr, "%s %v %d %v", in, c.Object, c.Time, c.Others)
	return ctx.Err()
}

// TestRunIn: what arguments name is below the folder, parameter files and times
// in files included.
func TestRunIn(t *testing.T) {
	t.Chdir(t.TempDir())
	strange := appPath + "=b"
	for name, text := range map[string]string{"box/flags": "--object=" + strange + "=x=y\n", "box/time": "7\n", "box/x=y": "", "box/b=x=y": ""} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := Program{Name: "prog", Commands: []Command{{Name: "show", Make: func() any { return new(folderCmd) }}}}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, test := range []struct {
		name   string
		ctx    context.Context
		in     command.Folder
		args   string
		status int
		want   string
	}{
		{"in the folder", t.Context(), "box", "show @flags --time=@time --others=" + appPath + "=@m", 0, "box {" + appPath + " b=x=y} 7 [{" + appPath + " @m}]"},
		{"not in the folder", t.Context(), "", "show --object=" + strange + "=x=y --others=" + appPath + "=@ --others=" + strange + "=@", 0, " {" + appPath + " b=x=y} 3 [{" + appPath + " @} {" + strange + " @}]"},
		{"no such time", t.Context(), "box", "show --time=@there", command.ExitUsage, "prog show: time: open box/there: "},
		{"no such file", t.Context(), "", "show @flags", command.ExitUsage, "prog: parameter file: open flags: "},
		{"cancelled", cancelled, "", "show", command.ExitBadInput, " { } 3 []prog show: context canceled\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr strings.Builder
			status := p.RunIn(test.ctx, test.in, strings.Fields(test.args), &stdout, &stderr)
			if status != test.status || !strings.HasPrefix(stderr.String(), test.want) || stdout.Len() > 0 {
				t.Errorf("status %d: %s%s, want %d: %s", status, &stdout, &stderr, test.status, test.want)
			}
		})
	}
}

func TestOnly(t *testing.T) {
	some := program.Only("other", "none")
	if len(some.Commands) != 1 || some.Commands[0].Name != "other" || len(program.Commands) != 2 {
		t.Errorf("got %d of %d commands", len(some.Commands), len(program.Commands))
	}
}
