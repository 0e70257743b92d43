package builtin

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// shadowRoot makes TestAccounts write its expected results with the real commands: the flag names a directory that holds an unpacked Debian
// with the package passwd, whose etc, home and var are overwritten. Needs root:
//
//	go test ./go/script/builtin -run TestAccounts -shadow-root DIR
var shadowRoot = flag.String("shadow-root", "", "an unpacked system with shadow 4.17, to write testdata/shadow-4.17.4.txt with")

const accountsGolden = "testdata/shadow-4.17.4.txt"

// accountEpoch is the SOURCE_DATE_EPOCH of all cases: 1980-01-01, day 3652.
const accountEpoch = 315532800

// fields splits a command into its arguments and its standard input.
func (c accountCase) fields(command string) (args []string, stdin string) {
	line, stdin, _ := strings.Cut(command, " <")
	args = strings.Split(line, " ")
	for i, option := range args {
		if option == "-c" && i+1 < len(args) {
			args[i+1] = strings.ReplaceAll(args[i+1], "_", " ")
		}
	}
	return args, stdin
}

func TestAccounts(t *testing.T) {
	if *shadowRoot != "" {
		writeAccountsGolden(t, *shadowRoot)
	}
	data, err := os.ReadFile(accountsGolden)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for section := range strings.SplitSeq(string(data), "\n=== ") {
		name, text, _ := strings.Cut(section, "\n")
		want[name] = text
	}
	for _, c := range accountCases {
		t.Run(c.name, func(t *testing.T) {
			got := strings.TrimSuffix(runAccountCase(t, c), "\n")
			wanted := strings.TrimSuffix(want[c.name], "\n")
			if got != wanted {
				t.Errorf("%s", lineDiff(wanted, got))
			}
		})
	}
}

// lineDiff shows the lines that only one of two texts has.
func lineDiff(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	var b strings.Builder
	section := ""
	for i := 0; i < max(len(w), len(g)); i++ {
		a, c := "(end)", "(end)"
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			c = g[i]
		}
		if strings.HasPrefix(a, "--") || strings.HasPrefix(a, "$") {
			section = a
		}
		if a != c {
			fmt.Fprintf(&b, "%s\n  want %s\n  got  %s\n", section, a, c)
			if b.Len() > 1500 {
				break
			}
		}
	}
	return b.String()
}

// runAccountCase runs a case with our commands.
func runAccountCase(t *testing.T, c accountCase) string {
	tree := scriptfs.New(time.Unix(accountEpoch, 0))
	defer func() { _ = tree.Close() }()
	for _, directory := range []string{"/etc", "/home", "/var", "/srv"} {
		if err := tree.Mkdir(directory, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range sortedNames(c.files) {
		writeTreeFile(t, tree, name, c.files[name])
	}
	var out strings.Builder
	for _, command := range c.commands {
		args, stdin := c.fields(command)
		var stderr bytes.Buffer
		command := &Context{Context: context.Background(), Args: args, FS: tree, Dir: "/", Root: "/",
			Env: []string{fmt.Sprintf("SOURCE_DATE_EPOCH=%d", accountEpoch)}, Stdin: strings.NewReader(stdin), Stdout: io.Discard, Stderr: &stderr,
			Umask: 0o022, Privileged: true, Clock: time.Unix(accountEpoch, 0)}
		run, ok := Lookup(args[0])
		if !ok {
			t.Fatalf("no command %s", args[0])
		}
		status := run(command)
		fmt.Fprintf(&out, "$ %q %d\n", args, status)
		if status != 0 && stderr.Len() == 0 {
			t.Errorf("%q failed without a message", args)
		}
		t.Logf("%q: %d %s", args, status, &stderr)
	}
	err := tree.Walk("/", func(path string, e scriptfs.Info) error {
		if top := strings.Split(path+"/", "/")[1]; !slices.Contains([]string{"etc", "home", "var", "srv"}, top) || path == "/"+top {
			return nil
		}
		fmt.Fprintf(&out, "-- %s %v %04o %d:%d %s\n", path, e.Type, e.Mode, e.UID, e.GID, e.Target)
		if e.Type != scriptfs.Regular {
			return nil
		}
		f, err := tree.Open(path)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }()
		data, err := io.ReadAll(f)
		out.WriteString(shownContent(path, data))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// shownContent leaves out the files that commands do not change.
func shownContent(path string, data []byte) string {
	if strings.HasSuffix(path, "login.defs") || len(data) == 0 {
		return ""
	}
	return strings.TrimSuffix(string(data), "\n") + "\n"
}

func sortedNames(files map[string]string) []string {
	var names []string
	for name := range files {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func writeTreeFile(t *testing.T, tree *scriptfs.FS, name, text string) {
	t.Helper()
	path := "/" + name
	for i := 1; i < len(path); i++ {
		if path[i] == '/' {
			_ = tree.Mkdir(path[:i], 0o755)
		}
	}
	if link, ok := strings.CutSuffix(path, "->"); ok {
		if err := tree.Symlink(text, link); err != nil {
			t.Fatal(err)
		}
		return
	}
	mode := fileModes[name]
	if mode == 0 {
		mode = 0o644
	}
	w, err := tree.OpenFile(path, os.O_WRONLY|os.O_CREATE, mode)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}
