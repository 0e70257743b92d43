package nixshell

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/derivation"
	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/store"
)

const (
	bashPath   = "/nix/store/b00000000000000000000000000000bb-bash/bin/bash"
	objectPath = "/nix/store/c00000000000000000000000000000cc-hello-1-shell"
	outPath    = "/nix/store/a00000000000000000000000000000aa-hello-1"
	devPath    = "/nix/store/a11111111111111111111111111111aa-hello-1-dev"
	caPath     = "/nix/store/d00000000000000000000000000000dd-cacert"
	cowPath    = "/nix/store/f00000000000000000000000000000ff-cowsay"
	figPath    = "/nix/store/f11111111111111111111111111111ff-figlet"
	// Of the outputs "out" and "dev", as builtins.placeholder gives them.
	outPlaceholder = "/1rz4g4znpzjwh1xymhjpm42vipw92pr73vdgl6xs1hycac8kf2n9"
	devPlaceholder = "/02qcpld1y6xhs5gz9bchpxaw0xdhmsp5dv88lh25r2ss44kh8dxz"
)

// hello is a derivation with the variables beside those that all have.
func hello(env map[string]string) *derivation.Derivation {
	d := &derivation.Derivation{
		Name:    "hello-1",
		Outputs: map[string]derivation.Output{"out": {Path: outPath}},
		System:  "x86_64-linux",
		Builder: bashPath,
		Args:    []string{"-e", "/nix/store/e00000000000000000000000000000ee-builder.sh"},
		Env:     map[string]string{"builder": bashPath, "name": "hello-1", "out": outPath, "system": "x86_64-linux"},
	}
	for name, value := range env {
		d.Env[name] = value
	}
	return d
}

func options() Options {
	return Options{UID: 1000, GID: 1000, HomeDirectory: "/build", StoreDir: store.DefaultDir, Object: objectPath}
}

func mustNew(t *testing.T, d *derivation.Derivation, o Options) *Shell {
	t.Helper()
	if !strings.HasPrefix(d.Builder, o.StoreDir+"/") && o.Shell == "" {
		o.Shell = d.Builder // the machine's own
	}
	s, err := New(d, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// content is that of a file which must be there.
func (s *Shell) content(t *testing.T, path string) string {
	t.Helper()
	for _, f := range s.Files {
		if f.Path == path {
			return f.Content
		}
	}
	t.Fatalf("no file %s", path)
	return ""
}

// variable is the value of one that must be there.
func (s *Shell) variable(t *testing.T, name string) string {
	t.Helper()
	for _, v := range s.Config.Env {
		if value, ok := strings.CutPrefix(v, name+"="); ok {
			return value
		}
	}
	t.Fatalf("no variable %s", name)
	return ""
}

func TestConfig(t *testing.T) {
	s := mustNew(t, hello(nil), options())
	want := Config{
		Cmd: []string{bashPath, "--rcfile", objectPath + "/rc"},
		Env: []string{
			"HOME=/build",
			"NIX_BUILD_CORES=1",
			"NIX_BUILD_TOP=/build",
			"NIX_STORE=/nix/store",
			"PATH=/nix/store/b00000000000000000000000000000bb-bash/bin:" + objectPath + "/bin",
			"PWD=/build",
			"TEMP=/build",
			"TEMPDIR=/build",
			"TERM=xterm-256color",
			"TMP=/build",
			"TMPDIR=/build",
			"builder=" + bashPath,
			"name=hello-1",
			"out=" + outPath,
			"system=x86_64-linux",
		},
		User:       "1000:1000",
		WorkingDir: "/build",
	}
	if !reflect.DeepEqual(s.Config, want) {
		t.Errorf("got  %q\nwant %q", s.Config, want)
	}
}

func TestEnvironment(t *testing.T) {
	const static = "/nix/store/b00000000000000000000000000000bb-bash/bin:" + objectPath + "/bin"
	for _, test := range []struct {
		name    string
		env     map[string]string
		options func(*Options)
		want    map[string]string // "-" for one that is not there
	}{
		{name: "no certificates", want: map[string]string{"SSL_CERT_FILE": "-", "NIX_SSL_CERT_FILE": "-"}},
		{name: "certificates", options: func(o *Options) { o.CACertificates = caPath },
			want: map[string]string{"SSL_CERT_FILE": caPath + "/etc/ssl/certs/ca-bundle.crt", "NIX_SSL_CERT_FILE": caPath + "/etc/ssl/certs/ca-bundle.crt"}},
		{name: "home directory", options: func(o *Options) { o.HomeDirectory = "/homeless-shelter" }, want: map[string]string{"HOME": "/homeless-shelter", "PWD": "/build"}},
		{name: "derivation wins over the first group",
			env:     map[string]string{"HOME": "h", "NIX_BUILD_CORES": "7", "NIX_STORE": "s", "PATH": "p", "SSL_CERT_FILE": "c", "NIX_SSL_CERT_FILE": "n"},
			options: func(o *Options) { o.CACertificates = caPath },
			want:    map[string]string{"HOME": "h", "NIX_BUILD_CORES": "7", "NIX_STORE": "s", "PATH": "p", "SSL_CERT_FILE": "c", "NIX_SSL_CERT_FILE": "n"}},
		{name: "derivation loses against the last group",
			env:  map[string]string{"NIX_BUILD_TOP": "x", "PWD": "x", "TEMP": "x", "TEMPDIR": "x", "TMP": "x", "TMPDIR": "x", "TERM": "x"},
			want: map[string]string{"NIX_BUILD_TOP": "/build", "PWD": "/build", "TEMP": "/build", "TEMPDIR": "/build", "TMP": "/build", "TMPDIR": "/build", "TERM": "xterm-256color"}},
		{name: "any value", env: map[string]string{"a": "x\n\"$y'", "empty": ""}, want: map[string]string{"a": "x\n\"$y'", "empty": ""}},
		{name: "passed as files", env: map[string]string{"passAsFile": "text other missing", "text": "t", "other": "o"},
			want: map[string]string{"text": "-", "other": "-", "missing": "-", "missingPath": "-", "passAsFile": "text other missing",
				"textPath": objectPath + "/attrs/text", "otherPath": objectPath + "/attrs/other"}},
		{name: "passed as a file, but the path is a variable of its own", env: map[string]string{"passAsFile": "text", "text": "t", "textPath": "mine"},
			want: map[string]string{"text": "-", "textPath": "mine"}},
		{name: "placeholder", env: map[string]string{"flag": "--prefix=" + outPlaceholder}, want: map[string]string{"flag": "--prefix=" + outPath}},
		{name: "another shell", options: func(o *Options) { o.Shell = "/opt/bash" }, want: map[string]string{"PATH": "/opt:" + objectPath + "/bin"}},
		{name: "extra packages", env: map[string]string{"nativeBuildInputs": "/x /y"}, options: func(o *Options) { o.ExtraPackages = []store.Path{cowPath, figPath} },
			want: map[string]string{"nativeBuildInputs": "/x /y " + cowPath + " " + figPath, "PATH": static + ":" + cowPath + "/bin:" + figPath + "/bin"}},
		{name: "extra packages alone", options: func(o *Options) { o.ExtraPackages = []store.Path{cowPath} }, want: map[string]string{"nativeBuildInputs": cowPath}},
		{name: "shell hook", options: func(o *Options) { o.ShellHook = "echo hi" }, want: map[string]string{"shellHook": "echo hi"}},
		{name: "shell hook after the derivation's", env: map[string]string{"shellHook": "echo a"}, options: func(o *Options) { o.ShellHook = "echo b" },
			want: map[string]string{"shellHook": "echo a\necho b"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := options()
			if test.options != nil {
				test.options(&o)
			}
			s := mustNew(t, hello(test.env), o)
			if !slices.IsSorted(s.Config.Env) {
				t.Errorf("not sorted: %q", s.Config.Env)
			}
			for name, want := range test.want {
				if want == "-" {
					if slices.ContainsFunc(s.Config.Env, func(v string) bool { return strings.HasPrefix(v, name+"=") }) {
						t.Errorf("%s is there", name)
					}
				} else if got := s.variable(t, name); got != want {
					t.Errorf("%s: got %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestOutputs(t *testing.T) {
	d := hello(map[string]string{"outputs": "out dev"})
	d.Outputs["dev"] = derivation.Output{Path: devPath}
	d.Args = []string{outPlaceholder + ":" + devPlaceholder}
	s := mustNew(t, d, options())
	if s.variable(t, "out") != outPath || s.variable(t, "dev") != devPath || s.variable(t, "outputs") != "out dev" {
		t.Errorf("got %q", s.Config.Env)
	}
	if got, want := s.content(t, "bin/buildDerivation"), "#!"+bashPath+"\nexec "+bashPath+" "+outPath+":"+devPath+"\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if d.Args[0] != outPlaceholder+":"+devPlaceholder {
		t.Error("the derivation was changed")
	}
}

func TestCmdAndUser(t *testing.T) {
	for _, test := range []struct {
		name     string
		options  func(*Options)
		wantCmd  []string
		wantUser string
	}{
		{"neither", func(*Options) {}, []string{bashPath, "--rcfile", objectPath + "/rc"}, "1000:1000"},
		{"command", func(o *Options) { o.Command = "ls" }, []string{bashPath, "--rcfile", objectPath + "/rc"}, "1000:1000"},
		{"run", func(o *Options) { o.Run = "ls" }, []string{bashPath, objectPath + "/rc"}, "1000:1000"},
		{"shell", func(o *Options) { o.Shell = "/opt/bash" }, []string{"/opt/bash", "--rcfile", objectPath + "/rc"}, "1000:1000"},
		{"user", func(o *Options) { o.UID, o.GID = 0, 4294967295 }, []string{bashPath, "--rcfile", objectPath + "/rc"}, "0:4294967295"},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := options()
			test.options(&o)
			s := mustNew(t, hello(nil), o)
			if !slices.Equal(s.Config.Cmd, test.wantCmd) || s.Config.User != test.wantUser {
				t.Errorf("got %q, %s", s.Config.Cmd, s.Config.User)
			}
		})
	}
}

// TestEnvironmentOfNix compares with what Nix gave a builder.
func TestEnvironmentOfNix(t *testing.T) {
	s := shellOfNix(t, "environment")
	if got, want := s.content(t, "attrs/text"), readFixture(t, "environment.text"); got != want {
		t.Errorf("file: got %q, want %q", got, want)
	}
	for line := range strings.Lines(readFixture(t, "environment.env")) {
		if variable := strings.TrimSuffix(line, "\n"); !slices.Contains(s.Config.Env, variable) {
			t.Errorf("no %s in %q", variable, s.Config.Env)
		}
	}
}

// shellOfNix is the shell of a derivation in testdata.
func shellOfNix(t *testing.T, name string) *Shell {
	t.Helper()
	d, err := derivation.Parse([]byte(readFixture(t, name+".drv")))
	if err != nil {
		t.Fatal(err)
	}
	o := options()
	o.StoreDir = d.Outputs["out"].Path.Dir()
	o.Object = store.Path(o.StoreDir + "/c00000000000000000000000000000cc-shell")
	return mustNew(t, d, o)
}

func readFixture(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestErrors(t *testing.T) {
	for _, test := range []struct {
		name    string
		change  func(*derivation.Derivation, *Options)
		wantErr string
	}{
		{"command and run", func(_ *derivation.Derivation, o *Options) { o.Command, o.Run = "a", "b" }, "nix shell: Can't specify both command and run"},
		{"shell", func(_ *derivation.Derivation, o *Options) { o.Shell = "bash" }, `shell "bash": want a plain absolute path`},
		{"home directory", func(_ *derivation.Derivation, o *Options) { o.HomeDirectory = "" }, `home directory "": want a plain absolute path`},
		{"object", func(_ *derivation.Derivation, o *Options) { o.Object = "/tmp/x" }, `the object of the shell's files: "/tmp/x" is not in the store directory /nix/store`},
		{"certificates", func(_ *derivation.Derivation, o *Options) { o.CACertificates = "/etc" }, "CA certificates: "},
		{"extra package", func(_ *derivation.Derivation, o *Options) { o.ExtraPackages = []store.Path{"/usr"} }, "extra package: "},
		{"store directory", func(_ *derivation.Derivation, o *Options) {
			o.StoreDir, o.Object = "/opt", "/opt/c00000000000000000000000000000cc-x"
		},
			"derivation hello-1: its output " + outPath + " is not in the store directory /opt"},
		{"builder", func(d *derivation.Derivation, _ *Options) { d.Builder = "/bin/sh" }, "derivation hello-1: its builder /bin/sh is not a bash: give shell, the path of one"},
		{"builder of the machine", func(d *derivation.Derivation, _ *Options) { d.Builder = "/bin/bash" }, "its builder /bin/bash is not in /nix/store, so that the image does not have it: give shell"},
		{"relative builder", func(d *derivation.Derivation, _ *Options) { d.Builder = "bash" }, "its builder bash is not a bash"},
		{"built-in builder", func(d *derivation.Derivation, _ *Options) { d.Builder = "builtin:buildenv" }, "its builder builtin:buildenv is a part of Nix, which is not in the image"},
		{"system", func(d *derivation.Derivation, _ *Options) { d.System = "aarch64-darwin" }, "it is built on aarch64-darwin, and a container runs Linux"},
		{"fixed-output", func(d *derivation.Derivation, _ *Options) {
			d.Outputs["out"] = derivation.Output{Path: outPath, HashAlgo: "sha256", Hash: "00"}
		}, "derivation hello-1: it is fixed-output, which a shell cannot build: give an input-addressed derivation, such as one that uses it"},
		{"content-addressed", func(d *derivation.Derivation, _ *Options) {
			d.Outputs["out"] = derivation.Output{HashAlgo: "r:sha256"}
		}, "derivation hello-1: it is content-addressed, which a shell cannot build"},
		{"impure", func(d *derivation.Derivation, _ *Options) {
			d.Outputs["out"] = derivation.Output{HashAlgo: "r:sha256", Hash: "impure"}
		}, "derivation hello-1: it is impure, which a shell cannot build"},
		{"deferred", func(d *derivation.Derivation, _ *Options) { d.Outputs["out"] = derivation.Output{} },
			"derivation hello-1: it is deferred, so that the paths of its outputs are not known before its inputs are built"},
		{"variable that is not UTF-8", func(d *derivation.Derivation, _ *Options) { d.Env["a"] = "\xff" }, "the variable a is not UTF-8, as the config of an image is: name it in passAsFile"},
		{"name of a variable", func(d *derivation.Derivation, _ *Options) { d.Env["a=b"] = "" }, `"a=b" cannot be the name of a variable`},
		{"empty name of a variable", func(d *derivation.Derivation, _ *Options) { d.Env[""] = "" }, `"" cannot be the name of a variable`},
		{"name of a file", func(d *derivation.Derivation, _ *Options) { d.Env["passAsFile"], d.Env["../x"] = "../x", "" }, `passAsFile has "../x", which cannot be the name of a file`},
		{"dots as the name of a file", func(d *derivation.Derivation, _ *Options) { d.Env["passAsFile"], d.Env[".."] = "..", "" }, `passAsFile has "..", which`},
		{"structured shellHook", func(d *derivation.Derivation, o *Options) { d.StructuredAttrs, o.ShellHook = `{"shellHook":1}`, "x" },
			"structured attributes: shellHook is not a string, so that no shell hook can be added"},
		{"structured nativeBuildInputs", func(d *derivation.Derivation, o *Options) {
			d.StructuredAttrs, o.ExtraPackages = `{"nativeBuildInputs":1}`, []store.Path{cowPath}
		}, "structured attributes: nativeBuildInputs is neither a list nor a string"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, o := hello(nil), options()
			test.change(d, &o)
			_, err := New(d, o)
			if err == nil || !strings.Contains(err.Error(), test.wantErr) {
				t.Errorf("got  %v\nwant %s", err, test.wantErr)
			}
		})
	}
}

func TestArchitecture(t *testing.T) {
	for _, test := range []struct {
		system, architecture string
		differs              bool
	}{
		{system: "x86_64-linux", architecture: "amd64"},
		{system: "aarch64-linux", architecture: "arm64"},
		{system: "i686-linux", architecture: "386"},
		{system: "armv6l-linux", architecture: "arm"},
		{system: "armv7l-linux", architecture: "arm"},
		{system: "riscv64-linux", architecture: "riscv64"},
		{system: "powerpc64le-linux", architecture: "ppc64le"},
		{system: "s390x-linux", architecture: "s390x"},
		{system: "loongarch64-linux", architecture: "loong64"},
		{system: "x86_64-linux", architecture: ""},
		{system: "x86_64-linux", architecture: "unknown"},
		{system: "x86_64-linux", architecture: "arm64", differs: true},
		{system: "x86_64-linux", architecture: "386", differs: true},
		{system: "x86_64-linux", architecture: "x86_64", differs: true},
		{system: "i686-linux", architecture: "amd64", differs: true},
		{system: "aarch64-linux", architecture: "arm", differs: true},
		{system: "m68k-linux", architecture: "amd64", differs: true},
	} {
		t.Run(test.system+" "+test.architecture, func(t *testing.T) {
			d, o := hello(nil), options()
			d.System, o.Architecture = test.system, test.architecture
			_, err := New(d, o)
			if !test.differs {
				if err != nil {
					t.Error(err)
				}
				return
			}
			want := "derivation hello-1: its system is " + test.system + ", and the image's architecture is " + test.architecture + ": build the image for that platform (attribute platform)"
			if err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		})
	}
}

func TestVariableThatIsNotUTF8AsFile(t *testing.T) {
	s := mustNew(t, hello(map[string]string{"passAsFile": "a", "a": "\xff"}), options())
	if got := s.content(t, "attrs/a"); got != "\xff" {
		t.Errorf("got %q", got)
	}
}

func TestWriteObject(t *testing.T) {
	d := hello(map[string]string{"passAsFile": "text b", "text": "the text\n", "b": ""})
	o := options()
	o.Coreutils = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-coreutils"
	s := mustNew(t, d, o)
	var file bytes.Buffer
	if err := s.WriteObject(&file); err != nil {
		t.Fatal(err)
	}
	var got []string
	r := nar.NewReader(&file)
	for {
		entry, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		line := fmt.Sprintf("%s %q", entry.Type, entry.Path)
		if entry.Type == nar.Regular {
			content, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			if string(content) != s.content(t, entry.Path) {
				t.Errorf("%s: got %q", entry.Path, content)
			}
			line += fmt.Sprintf(" %v", entry.Executable)
		}
		if entry.Type == nar.Symlink {
			line += fmt.Sprintf(" %q", entry.Target)
		}
		got = append(got, line)
	}
	want := []string{
		`directory ""`,
		`directory "attrs"`,
		`regular "attrs/b" false`,
		`regular "attrs/text" false`,
		`directory "bin"`,
		`regular "bin/buildDerivation" true`,
		`regular "bin/nixShell" true`,
		`directory "links"`,
		`symlink "links/env" "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-coreutils/bin/env"`,
		fmt.Sprintf("symlink \"links/sh\" %q", d.Builder),
		`regular "rc" false`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
