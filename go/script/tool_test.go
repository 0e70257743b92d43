package script

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// hostTool writes a program of the host.
func hostTool(t *testing.T, name, text string) Tool {
	t.Helper()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("needs a shell of the host as the tool")
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte("#!"+shell+"\nPATH=$PATH:/usr/bin:/bin\n"+text), 0o755); err != nil {
		t.Fatal(err)
	}
	return Tool{Name: name, Path: path}
}

func TestTool(t *testing.T) {
	t.Setenv("HOST_VARIABLE", "host")
	for _, test := range []struct{ name, tool, text, want string }{
		{
			"makes files", "mkdir made; echo \"$1\" > made/f; chmod 750 made; chmod 6711 made/f; ln -s f made/l; ln made/f made/hard", "gen text",
			"made directory 750 0:0\nmade/f regular file 6711 0:0 \"text\\n\"\nmade/hard regular file 6711 0:0 \"text\\n\"\nmade/l symbolic link 777 0:0 f",
		},
		{"keeps owners", "echo more >> f; echo b > new", "echo a > f; chown 5:6 f; chmod 640 f; gen",
			"f regular file 640 5:6 \"a\\nmore\\n\"\nnew regular file 644 0:0 \"b\\n\""},
		{"replaces", "echo b > x; mv x f", "echo a > f; chown 5:6 f; gen", `f regular file 644 0:0 "b\n"`},
		{"removes", "rm -r d g", "mkdir d; touch d/x g h; chown 7 h; gen", `h regular file 644 7:0 ""`},
		{"changes modes", "chmod 600 f; chmod 700 d", "mkdir d; touch f; chown 5 f d; gen", "d directory 700 5:0\nf regular file 600 5:0 \"\""},
		{"sees closed files", "cat f > g", "echo a > f; chmod 000 f; gen", "f regular file 0 0:0 \"a\\n\"\ng regular file 644 0:0 \"a\\n\""},
		{"runs in the working directory", "pwd -P | sed 's|.*/tree||' > where", "mkdir -p a/b; cd a/b; gen",
			"a directory 755 0:0\na/b directory 755 0:0\na/b/where regular file 644 0:0 \"/a/b\\n\""},
		{"has streams", "cat; echo err >&2", "echo in | gen > out 2> err; gen 2>/dev/null; gen < out > again 2>/dev/null",
			"again regular file 644 0:0 \"in\\n\"\nerr regular file 644 0:0 \"err\\n\"\nout regular file 644 0:0 \"in\\n\""},
		{"has the script's environment", "echo \"$A${HOST_VARIABLE-unset}$LC_ALL$HOME\" > e", "A=1 gen", "e regular file 644 0:0 \"1unsetC/homeless-shelter\\n\""},
		{"has the umask", "touch f", "umask 077; gen", `f regular file 600 0:0 ""`},
		{"keeps devices", "ls > list", "mknod d c 1 2; gen", "d character special file 644 0:0 1,2\nlist regular file 644 0:0 \"list\\n\""},
		{"keeps links", "true", "ln -s /nowhere l; echo x > a; ln a b; gen; echo y >> a", "a regular file 644 0:0 \"x\\ny\\n\"\nb regular file 644 0:0 \"x\\ny\\n\"\nl symbolic link 777 0:0 /nowhere"},
		{"fails", "exit 3", "gen || echo $? > s", `s regular file 644 0:0 "3\n"`},
		{"is found", "true", "command -v gen > s", `s regular file 644 0:0 "/strata/bin/gen\n"`},
		{"finds itself", "case $1 in '') gen inner;; *) echo $1 > s;; esac", "gen", `s regular file 644 0:0 "inner\n"`},
		{"has a temporary directory", "echo x > $TMPDIR/t; cp $TMPDIR/t f", "gen", `f regular file 644 0:0 "x\n"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := newPlace(t)
			p.Tools = []Tool{hostTool(t, "gen", test.tool)}
			output, tree, err := runScript(t, p, Script{Name: "test", Text: test.text, Privileged: true})
			if err != nil || tree != test.want {
				t.Errorf("%v\n%s\ngot\n%s\nwant\n%s", err, output, tree, test.want)
			}
		})
	}
}

func TestToolErrors(t *testing.T) {
	p := newPlace(t)
	p.Tools = []Tool{{Name: "gone", Path: "/nowhere/gone"}}
	_, _, err := runScript(t, p, Script{Name: "test", Text: "true\ngone || true"})
	if err == nil || !strings.Contains(err.Error(), "line 2: run the tool gone (/nowhere/gone): ") {
		t.Errorf("%v", err)
	}
	p = newPlace(t)
	p.Tools = []Tool{hostTool(t, "gen", "true")}
	_, _, err = runScript(t, p, Script{Name: "test", Text: "cd $TMPDIR; gen"})
	if err == nil || !strings.Contains(err.Error(), "/build is not in the image's tree") {
		t.Errorf("%v", err)
	}
}
