package script

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// runScript runs a script as an image's and gives its output and the tree, one
// line a file.
func runScript(t *testing.T, p Place, s Script) (output, tree string, err error) {
	t.Helper()
	var out bytes.Buffer
	p.Output = &out
	err = Run(context.Background(), s, p)
	return out.String(), treeOf(t, p), err
}

func treeOf(t *testing.T, p Place) string {
	t.Helper()
	var lines []string
	if err := p.FS.Walk(p.Root, func(at string, i scriptfs.Info) error {
		name, _ := relative(p.Root, at)
		if name == "" {
			return nil
		}
		line := fmt.Sprintf("%s %s %o %d:%d", name, i.Type, i.Mode, i.UID, i.GID)
		switch i.Type {
		case scriptfs.Symlink:
			line += " " + i.Target
		case scriptfs.Regular:
			line += " " + fileText(t, p.FS, at)
		case scriptfs.CharDevice, scriptfs.BlockDevice:
			line += fmt.Sprintf(" %d,%d", i.Major, i.Minor)
		}
		lines = append(lines, line)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

func fileText(t *testing.T, fs *scriptfs.FS, path string) string {
	t.Helper()
	f, err := fs.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(f); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%q", b.String())
}

func TestTree(t *testing.T) {
	for _, test := range []struct {
		name, text, want string
		privileged       bool
	}{
		{name: "nothing", text: "", want: ""},
		{name: "a file", text: "echo hello > hello.txt", want: `hello.txt regular file 644 0:0 "hello\n"`},
		{
			name: "directories and links", text: "mkdir -p etc/a var; ln -s ../var etc/v; chmod 700 var",
			want: "etc directory 755 0:0\netc/a directory 755 0:0\netc/v symbolic link 777 0:0 ../var\nvar directory 700 0:0",
		},
		{
			name: "owners", privileged: true, text: "mkdir -p home/alice\necho x > home/alice/f\nchown -R 1000:100 home/alice\nchmod 4755 home/alice/f",
			want: "home directory 755 0:0\nhome/alice directory 755 1000:100\nhome/alice/f regular file 4755 1000:100 \"x\\n\"",
		},
		{
			name: "devices", privileged: true, text: "mkdir dev; mknod -m 666 dev/null c 1 3; mkfifo dev/p; mknod dev/b b 8 1",
			want: "dev directory 755 0:0\ndev/b block special file 644 0:0 8,1\ndev/null character special file 666 0:0 1,3\ndev/p fifo 644 0:0",
		},
		{name: "scratch", text: "echo x > $TMPDIR/f; echo y > /tmp/g; cat $TMPDIR/f /tmp/g > h", want: `h regular file 644 0:0 "x\ny\n"`},
		{name: "the date", text: "date +%F > d; echo $SOURCE_DATE_EPOCH $HOME $TZ $EPOCHSECONDS >> d", want: `d regular file 644 0:0 "1980-01-01\n315532800 /homeless-shelter UTC 315532800\n"`},
		{name: "no variable out", text: `echo "[${out-unset}]" > o`, want: `o regular file 644 0:0 "[unset]\n"`},
		{name: "who", text: `echo $UID $EUID > u`, want: `u regular file 644 0:0 "1000 1000\n"`},
		{name: "who is root", privileged: true, text: `echo $UID $EUID > u; id -u >> u`, want: `u regular file 644 0:0 "0 0\n0\n"`},
		{
			name: "home of a user", privileged: true, text: "mkdir etc\necho 'al:x:5:5::/home/al:/bin/sh' > etc/passwd; echo ~al ~nobody > h; echo ~al | cat >> h",
			want: "etc directory 755 0:0\netc/passwd regular file 644 0:0 \"al:x:5:5::/home/al:/bin/sh\\n\"\nh regular file 644 0:0 \"/home/al ~nobody\\n/home/al\\n\"",
		},
		{name: "a function", text: "put() { echo \"$2\" > \"$1\"; }\nfor i in 1 2; do put f$i $((i*i)); done", want: "f1 regular file 644 0:0 \"1\\n\"\nf2 regular file 644 0:0 \"4\\n\""},
		{name: "find and exec", text: "mkdir a; touch a/x a/y; find a -type f -exec chmod 600 {} +; find . -name y | xargs rm", want: "a directory 755 0:0\na/x regular file 600 0:0 \"\""},
		{name: "a shell in a command", text: `find . -maxdepth 0 -exec sh -c 'echo "$0 $1" > out; umask > mask' a b \;`, want: "mask regular file 644 0:0 \"0022\\n\"\nout regular file 644 0:0 \"a b\\n\""},
		{name: "pipes fail", text: "false | true || echo failed > f", want: `f regular file 644 0:0 "failed\n"`},
		{name: "pipes of root do not", privileged: true, text: "false | true || echo failed > f", want: ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			output, tree, err := runScript(t, newPlace(t), Script{Name: "test", Text: test.text, Privileged: test.privileged})
			if err != nil || tree != test.want {
				t.Errorf("%v\n%s\ngot\n%s\nwant\n%s", err, output, tree, test.want)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	const end = "\n" // of a message
	for _, test := range []struct{ name, text, want string }{
		{"a command fails", "true\nmkdir a/b\n", "extra_commands: line 2: mkdir failed with exit status 1"},
		{"in a function", "f() {\n  rmdir none\n}\n\nf", "extra_commands: line 2: rmdir failed with exit status 1"},
		{"in a subshell", "(\n  true\n  rm none\n)", "extra_commands: line 3: rm failed with exit status 1"},
		{"a test", "x=1\n[ $x = 2 ]", "extra_commands: line 2: [ failed with exit status 1"},
		{"a condition", "\n\n[[ a = b ]]", "extra_commands: line 3: [[…]] failed with exit status 1"},
		{"exit", "echo hi\nexit 7", "extra_commands: line 2: exit failed with exit status 7"},
		{"a pipe", "echo a\ncat none | true", "extra_commands: line 2: cat failed with exit status 1"},
		{"a command substitution", "x=$(cat none)", "extra_commands: line 1: the command substitution failed with exit status 1"},
		{"a redirection", "echo x > no/f", "extra_commands: line 1: echo failed with exit status 1"},
		{"division", "echo 1\necho $((1/0))", "extra_commands: line 2: an expansion failed with exit status 1"},
		{"unknown", "true\n  frobnicate --now", "extra_commands: line 2: command not found: frobnicate: give a program of that name with tools = [...]: the built-in commands are [ base64 basename "},
		{"unknown in a pipe", "echo a | frobnicate || true", "command not found: frobnicate"},
		{"unknown for xargs", "echo a | xargs frobnicate || true", "give a program of that name with tools = [...]"},
		{"a program of the image", "echo x > p; chmod +x p; ./p || true", "line 1: /build/old_out/./p: a regular file of the image cannot be run"},
		{"no program", "/bin/ls", "extra_commands: line 1: /bin/ls: there is no such program: give one with tools = [...] and call it by its name" + end},
		{"syntax", "echo a\nif true; then\n", "extra_commands: line 2: `then` must be followed by a statement list"},
		{"eval", "true\neval 'if'", "extra_commands: line 2 (there line 1): eval"},
		{"unsupported", "true\ntrap x DEBUG", "extra_commands: line 2: trap on DEBUG is not supported"},
		{"unsupported in a function", "f() {\n select x in a; do :; done\n}\nf", "extra_commands: line 2: select is not supported"},
		{"random", "true\necho x$RANDOM", "line 2: the variable RANDOM is not supported by the interpreter of the build's scripts: a random number would make"},
		{"outside", "true\ncat /etc/passwd || true", "extra_commands: line 2: /etc/passwd is outside of the image's tree: give a path relative to it, or use fake_root_commands with enable_fakechroot = True" + end},
		{"outside, a test", "if [ -e /etc/passwd ]; then :; fi", "/etc/passwd is outside"},
		{"outside, a condition", "if [[ -e /usr ]]; then :; fi", "/usr is outside"},
		{"outside, a pattern", "echo /us*", "/ is outside"},
		{"outside, a redirection", "echo x > /x || true", "/x is outside"},
		{"outside, cd", "cd /root || true", "/root is outside"},
		{"outside, through the top", "ls ../../etc || true", "is outside"},
		{"a circle", "f() { f; }; f", "recursion of more than"},
		{"a pipe that waits for itself", "mkfifo p; cat < p", "exit status 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := runScript(t, newPlace(t), Script{Name: "extra_commands", Text: test.text})
			if err == nil || !strings.Contains(err.Error()+end, test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

// TestHost: nothing of the host can be seen or changed.
func TestHost(t *testing.T) {
	canary := t.TempDir()
	if err := os.WriteFile(filepath.Join(canary, "secret"), []byte("canary\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CANARY", canary)
	for _, text := range []string{
		"echo DIR/*", "cat DIR/secret", "cd DIR && ls", "cd DIR; echo *", "source DIR/secret", ". DIR/secret", "ls -R DIR", "find DIR", "[ -e DIR/secret ] && echo canary",
		"[[ -f DIR/secret ]] && echo canary", "x=$(< DIR/secret); echo $x", "read x < DIR/secret; echo $x", "echo x > DIR/new", "mkdir DIR/d", "rm -rf DIR", "cp DIR/secret s; cat s",
		"ln -s DIR/secret l; cat l", "ln -s DIR d; cat d/secret; touch d/x", "mapfile -t a < DIR/secret; echo $a", "echo ${CANARY}", "env", "set -- DIR/*; cat $1", "sed -i s/c/d/ DIR/secret",
		"tar cf - -C DIR .", "install DIR/secret x; cat x", "cat <(cat DIR/secret)", "sh -c 'cat DIR/secret'", "xargs cat <<< DIR/secret", "cd; pwd; ls", "cd /tmp; cat secret; ls", "pwd -P; ls /tmp",
		"mv DIR/secret .; cat secret", "echo ~root ~daemon", "compgen -f DIR/", "exec 3< DIR/secret; cat <&3", "type -p DIR/secret", "command -v DIR/secret", "hash DIR/secret",
	} {
		text = strings.ReplaceAll(text, "DIR", canary)
		t.Run(text, func(t *testing.T) {
			output, tree, _ := runScript(t, newPlace(t), Script{Name: "test", Text: "set +e\n" + text, Privileged: true})
			for what, got := range map[string]string{"output": output, "tree": tree} {
				got = strings.ReplaceAll(got, canary, "")
				if strings.Contains(got, "canary") || strings.Contains(got, "secret ") || strings.Contains(got, "/root\n") || strings.Contains(got, "/home/") {
					t.Errorf("%s: %s", what, got)
				}
			}
			entries, err := os.ReadDir(canary)
			if err != nil || len(entries) != 1 {
				t.Fatalf("the canary changed: %v %v", entries, err)
			}
			if data, err := os.ReadFile(filepath.Join(canary, "secret")); err != nil || string(data) != "canary\n" {
				t.Fatalf("the canary changed: %q %v", data, err)
			}
		})
	}
}

// TestSame: pipes and jobs in the background give the same at each run.
func TestSame(t *testing.T) {
	const text = `
for i in 1 2 3 4 5; do echo $i > f$i & done; wait
{ echo a; echo b >&2; sleep 0; echo c; } 2>&1 | { cat; echo end; } | tee log
seq 1 5000 | sort -rn | head -n 3 > top || true
seq 1 100000 | head -n 2 > y || echo "${PIPESTATUS[*]}" > ys
echo x | tee a b | cat > c
mktemp -p . t.XXXXXX > name
`
	var first string
	for range 6 {
		output, tree, err := runScript(t, newPlace(t), Script{Name: "test", Text: text})
		if err != nil {
			t.Fatal(err)
		}
		if all := output + tree; first == "" {
			first = all
		} else if all != first {
			t.Fatalf("got\n%s\nbefore\n%s", all, first)
		}
	}
	if !strings.Contains(first, `ys regular file 644 0:0 "141 0\n"`) {
		t.Errorf("got %s", first)
	}
}
