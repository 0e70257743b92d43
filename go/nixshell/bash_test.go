package nixshell

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/derivation"
	"github.com/rules-strata/rules_strata/go/store"
)

// interactivity says what bash thinks of itself.
const interactivity = `case "$-" in *i*) echo "This shell is interactive" ;; *) echo "This shell is not interactive" ;; esac`

// setup is a small $stdenv/setup, which leaves behind what that of nixpkgs
// does.
const setup = `
set -e
shopt -s nullglob
export PATH=
for input in ${nativeBuildInputs[@]}; do PATH=$PATH${PATH:+:}$input/bin; done
PATH=$PATH${PATH:+:}/bin:/usr/bin
runHook() { echo "hooks run"; eval "${!1}"; }
`

// container is a folder with what an image would have.
type container struct {
	t        *testing.T
	dir      string
	storeDir string
	bash     string
}

func newContainer(t *testing.T) *container {
	t.Helper()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash in PATH")
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	c := &container{t: t, dir: dir, storeDir: filepath.Join(dir, "store"), bash: bash}
	c.write("stdenv/setup", false, setup)
	return c
}

// write writes a file below the folder and gives its path.
func (c *container) write(name string, executable bool, content string) string {
	c.t.Helper()
	file := filepath.Join(c.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		c.t.Fatal(err)
	}
	mode := os.FileMode(0o444)
	if executable {
		mode = 0o555
	}
	if err := os.WriteFile(file, []byte(content), mode); err != nil {
		c.t.Fatal(err)
	}
	return file
}

// object is the path of a store object.
func (c *container) object(letter, name string) store.Path {
	return store.Path(c.storeDir + "/" + strings.Repeat(letter, store.HashLen) + "-" + name)
}

// derivation is one with the variables, built by a shell script.
func (c *container) derivation(env map[string]string, script string) *derivation.Derivation {
	d := hello(env)
	d.Builder, d.Args = c.bash, []string{"-c", script}
	d.Outputs = map[string]derivation.Output{"out": {Path: c.object("a", "hello-1")}}
	d.Env["stdenv"] = filepath.Join(c.dir, "stdenv")
	return d
}

// shell installs the shell of a derivation.
func (c *container) shell(d *derivation.Derivation, change func(*Options)) *Shell {
	c.t.Helper()
	o := options()
	o.HomeDirectory, o.StoreDir, o.Object = c.dir, c.storeDir, c.object("c", "shell")
	if change != nil {
		change(&o)
	}
	s := mustNew(c.t, d, o)
	for _, file := range s.Files {
		c.write(filepath.Join("store", o.Object.Base(), file.Path), file.Executable, file.Content)
	}
	return s
}

// command is a command in the image, without a terminal.
func (c *container) command(s *Shell, args ...string) *exec.Cmd {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Env = c.dir, s.Config.Env
	return cmd
}

func (c *container) output(s *Shell, args ...string) string {
	c.t.Helper()
	out, err := c.command(s, args...).CombinedOutput()
	if err != nil {
		c.t.Fatalf("%q: %v\n%s", args, err, out)
	}
	return string(out)
}

func TestRun(t *testing.T) {
	for _, test := range []struct {
		name, run string
		env       map[string]string
		options   func(*container, *Options)
		want      string
	}{
		{name: "not interactive", run: interactivity, want: "hooks run\nThis shell is not interactive\n"},
		{name: "shell hook", run: "echo run", env: map[string]string{"shellHook": "echo hook of $name"}, want: "hooks run\nhook of hello-1\nrun\n"},
		{name: "shell hook that is appended", run: "echo run", env: map[string]string{"shellHook": "echo one"},
			options: func(_ *container, o *Options) { o.ShellHook = "echo two" }, want: "hooks run\none\ntwo\nrun\n"},
		{name: "errors do not end the shell", run: "false\necho on", want: "hooks run\non\n"},
		{name: "nullglob is off", run: "echo /nothing*", want: "hooks run\n/nothing*\n"},
		{name: "passed as a file", run: `cat "$strPath"`, env: map[string]string{"passAsFile": "str", "str": "the text\n"}, want: "hooks run\nthe text\n"},
		{name: "PATH", run: `echo "$PATH"`, want: "hooks run\nBASHDIR:OBJECT/bin:/bin:/usr/bin\n"},
		{name: "PATH with extra packages", run: `echo "$PATH"`,
			options: func(c *container, o *Options) { o.ExtraPackages = []store.Path{c.object("f", "cowsay")} },
			want:    "hooks run\nBASHDIR:OBJECT/bin:COWSAY/bin:/bin:/usr/bin:COWSAY/bin\n"},
		{name: "PATH without a setup", run: `echo "$PATH"; sh -c 'cowsay'`, env: map[string]string{"stdenv": "/nothing"},
			options: func(c *container, o *Options) {
				o.ExtraPackages = []store.Path{c.object("f", "cowsay")}
				c.write("store/"+o.ExtraPackages[0].Base()+"/bin/cowsay", true, "#!"+c.bash+"\necho moo\n")
			},
			want: "BASHDIR:OBJECT/bin:COWSAY/bin\nmoo\n"},
		{name: "SHELL and BASH", run: `echo "$SHELL $BASH"`, want: "hooks run\nSHELL SHELL\n"},
		{name: "buildDerivation", run: `buildDerivation; cat "$out"`, want: "hooks run\nbuilt it's hello-1\n"},
		{name: "last status", run: "true", want: "hooks run\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newContainer(t)
			d := c.derivation(nil, `echo "built it's $name" > "$out"`)
			for name, value := range test.env {
				d.Env[name] = value
			}
			s := c.shell(d, func(o *Options) {
				o.Run = test.run
				if test.options != nil {
					test.options(c, o)
				}
			})
			want := strings.NewReplacer("BASHDIR", filepath.Dir(c.bash), "OBJECT", string(c.object("c", "shell")),
				"COWSAY", string(c.object("f", "cowsay")), "SHELL", c.bash).Replace(test.want)
			if got := c.output(s, s.Config.Cmd...); got != want {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

// TestOtherCommands runs what replaces the shell.
func TestOtherCommands(t *testing.T) {
	for _, test := range []struct {
		name, shell, script, want string
	}{
		{"buildDerivation", "bash", `buildDerivation && read -r line < $out && echo "$line"`, "built hello-1\n"},
		{"sh", "sh", `echo "$name $hook"`, "hello-1 \n"},
		{"nixShell", "sh", `nixShell sh -c 'cat /dev/null; echo "$hook $1"' - 'it works'`, "hooks run\nran it works\n"},
		{"nixShell and a pipe", "sh", `echo text | nixShell cat`, "hooks run\ntext\n"},
		{"nixShell and a status", "sh", `nixShell sh -c 'exit 7' >/dev/null; echo $?`, "7\n"},
		{"nixShell without a command", "sh", `nixShell; echo $?`, "usage: nixShell COMMAND [ARGUMENT...]\n2\n"},
		{"nixShell with no such command", "sh", `nixShell no-such-command >/dev/null 2>&1; echo $?`, "127\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newContainer(t)
			s := c.shell(c.derivation(map[string]string{"shellHook": "export hook=ran"}, `echo "built $name" > "$out"`), nil)
			shell := c.bash
			if test.shell == "sh" {
				shell = "/bin/sh"
			}
			if got := c.output(s, shell, "-c", test.script); got != test.want {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestStructuredInBash(t *testing.T) {
	const attrs = `"stdenv":"STDENV","name":"hello-1","shellHook":"echo hook of $name","text":"it's \"a\"\n\\b $c","list":["a b",1,true,null],"set":{"k 1":"v","k'2":""}`
	for _, test := range []struct{ name, run, want string }{
		{"shell hook", "true", ""},
		{"string", `echo "$text"`, "it's \"a\"\n\\b $c\n"},
		{"list", `printf '<%s>' "${list[@]}"`, "<a b><1><1><>"},
		{"set", `printf '<%s>' "${set[k 1]}" "${set[k\'2]}" "${#set[@]}"`, "<v><><2>"},
		{"extra package", `echo "$PATH"`, "BASHDIR:OBJECT/bin:COWSAY/bin:/bin:/usr/bin:COWSAY/bin\n"},
		{"output", `echo "$out ${outputs[out]}"`, "OUT OUT\n"},
		{"buildDerivation", `buildDerivation; cat "$out"`, "it's \"a\"\n\\b $c in OUT\n{OBJECTJSON}\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newContainer(t)
			d := c.derivation(nil, `source .attrs.sh; read -r json < .attrs.json; echo "$text in ${outputs[out]}
$json" > "${outputs[out]}"`)
			d.Env = map[string]string{"out": d.Env["out"]}
			d.StructuredAttrs = "{" + strings.Replace(attrs, "STDENV", c.dir+"/stdenv", 1) + "}"
			s := c.shell(d, func(o *Options) {
				o.Run, o.ShellHook, o.ExtraPackages = test.run, "echo more", []store.Path{c.object("f", "cowsay")}
			})
			want := "hooks run\nhook of hello-1\nmore\n" + strings.NewReplacer("BASHDIR", filepath.Dir(c.bash), "{OBJECTJSON}", s.content(t, ".attrs.json"),
				"OBJECT", string(c.object("c", "shell")), "COWSAY", string(c.object("f", "cowsay")), "OUT", string(c.object("a", "hello-1"))).Replace(test.want)
			if got := c.output(s, s.Config.Cmd...); got != want {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}
