package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/nar"
)

const (
	shellObject  = "/nix/store/c00000000000000000000000000000cc-shell"
	shellBuilder = "/nix/store/b00000000000000000000000000000bb-lib/bin/bash"
	shellDrv     = `Derive([("out","/nix/store/a00000000000000000000000000000aa-app","","")],[],[],"x86_64-linux","/nix/store/b00000000000000000000000000000bb-lib/bin/bash",["-e","build it"],[("name","app"),("out","/nix/store/a00000000000000000000000000000aa-app"),("shellHook","one")])`
	shellJSON    = `{"version":4,"derivations":{"d00000000000000000000000000000dd-app.drv":{"name":"app","version":4,"outputs":{"out":{"path":"a00000000000000000000000000000aa-app"}},` +
		`"inputs":{"srcs":[],"drvs":{}},"system":"x86_64-linux","builder":"/nix/store/b00000000000000000000000000000bb-lib/bin/bash","args":["-e","build it"],` +
		`"env":{"name":"app","out":"/nix/store/a00000000000000000000000000000aa-app","shellHook":"one"}}}}`
)

// shellFiles runs "strata shell" and gives its outputs.
func shellFiles(t *testing.T, args ...string) (config map[string]any, files map[string]string) {
	t.Helper()
	dir := t.TempDir()
	configOut, objectOut := filepath.Join(dir, "config.json"), filepath.Join(dir, "shell.nar")
	var stdout, stderr bytes.Buffer
	all := slices.Concat([]string{"shell", "--object", shellObject, "--config-out", configOut, "--object-out", objectOut}, args)
	if status := program.Run(all, &stdout, &stderr); status != 0 {
		t.Fatalf("status %d: %s", status, &stderr)
	}
	data, err := os.ReadFile(configOut)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &config); err != nil {
		t.Fatal(err)
	}
	archive, err := os.Open(objectOut)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	files = map[string]string{}
	r := nar.NewReader(archive)
	for {
		entry, err := r.Next()
		if err == io.EOF {
			return config, files
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[entry.Path] = string(content)
	}
}

func list(t *testing.T, config map[string]any, field string) []string {
	t.Helper()
	var out []string
	for _, v := range config[field].([]any) {
		out = append(out, v.(string))
	}
	return out
}

func TestShellCommand(t *testing.T) {
	drv, shown := writeFile(t, "app.drv", shellDrv), writeFile(t, "app.json", shellJSON)
	text := writeFile(t, "text", "two\nthree\n")
	for _, test := range []struct {
		name    string
		args    []string
		wantCmd []string
		wantEnv []string
		wantRc  string // what the rcfile ends with
	}{
		{"drv", []string{"--drv", drv}, []string{shellBuilder, "--rcfile", shellObject + "/rc"}, []string{"HOME=/build", "shellHook=one", "name=app"}, "execfail\n"},
		{"JSON", []string{"--drv", shown, "--json"}, []string{shellBuilder, "--rcfile", shellObject + "/rc"}, []string{"HOME=/build", "shellHook=one", "name=app"}, "execfail\n"},
		{"command", []string{"--drv", drv, "--command=-x"}, []string{shellBuilder, "--rcfile", shellObject + "/rc"}, nil, "execfail\n-x\nexit\n"},
		{"command in a file", []string{"--drv", drv, "--command-file", text}, []string{shellBuilder, "--rcfile", shellObject + "/rc"}, nil, "execfail\ntwo\nthree\n\nexit\n"},
		{"run", []string{"--drv", drv, "--run", "two"}, []string{shellBuilder, shellObject + "/rc"}, nil, "execfail\ntwo\nexit\n"},
		{"run in a file", []string{"--drv", drv, "--run-file", text}, []string{shellBuilder, shellObject + "/rc"}, nil, "execfail\ntwo\nthree\n\nexit\n"},
		{"shell hook", []string{"--drv", drv, "--shell-hook", "two"}, []string{shellBuilder, "--rcfile", shellObject + "/rc"}, []string{"shellHook=one\ntwo"}, "execfail\n"},
		{"shell hook in a file", []string{"--drv", drv, "--shell-hook-file", text}, []string{shellBuilder, "--rcfile", shellObject + "/rc"}, []string{"shellHook=one\ntwo\nthree\n"}, "execfail\n"},
		{"inputs", []string{"--drv", drv, "@" + writeFile(t, "params", "--inputs-known\n--input\n"+libPath+"\n--input\n"+otherPath+"\n")}, []string{shellBuilder, "--rcfile", shellObject + "/rc"}, nil, "execfail\n"},
		{"architecture", []string{"--drv", drv, "--architecture", "amd64"}, []string{shellBuilder, "--rcfile", shellObject + "/rc"}, nil, "execfail\n"},
		{"the rest", []string{"--drv", drv, "--shell", "/opt/bash", "--home-directory", "/home/x", "--ca-certificates", libPath, "--extra-package", otherPath, "--extra-package", appPath},
			[]string{"/opt/bash", "--rcfile", shellObject + "/rc"},
			[]string{"HOME=/home/x", "SSL_CERT_FILE=" + libPath + "/etc/ssl/certs/ca-bundle.crt", "nativeBuildInputs=" + otherPath + " " + appPath}, "execfail\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			config, files := shellFiles(t, test.args...)
			if got := list(t, config, "Cmd"); !slices.Equal(got, test.wantCmd) {
				t.Errorf("Cmd: got %q, want %q", got, test.wantCmd)
			}
			for _, want := range test.wantEnv {
				if got := list(t, config, "Env"); !slices.Contains(got, want) {
					t.Errorf("Env: got %q, want %q in it", got, want)
				}
			}
			if config["User"] != "1000:1000" || config["WorkingDir"] != "/build" || len(config) != 4 {
				t.Errorf("got %v", config)
			}
			if !strings.HasSuffix(files["rc"], test.wantRc) {
				t.Errorf("rc: got %s, want %s at its end", files["rc"], test.wantRc)
			}
			if !strings.HasSuffix(files["bin/buildDerivation"], "\nexec "+shellBuilder+" -e 'build it'\n") {
				t.Errorf("got %q", files["bin/buildDerivation"])
			}
		})
	}
}

func TestShellUser(t *testing.T) {
	config, _ := shellFiles(t, "--drv", writeFile(t, "app.drv", shellDrv), "--uid", "0", "--gid", "100")
	if config["User"] != "0:100" {
		t.Errorf("got %v", config["User"])
	}
}

func TestShellErrors(t *testing.T) {
	drv := writeFile(t, "app.drv", shellDrv)
	needs := writeFile(t, "needs.drv", shellDrv)
	fixed := writeFile(t, "fixed.drv", strings.Replace(shellDrv, `"",""`, `"sha256","00"`, 1))
	dir := t.TempDir()
	for _, test := range []struct {
		name       string
		args       []string
		wantStatus int
		want       string
	}{
		{"no derivation", nil, command.ExitUsage, "strata shell: missing flags: --drv=FILE\n"},
		{"two texts", []string{"--drv", drv, "--run", "x", "--run-file", drv}, command.ExitUsage, "strata shell: --run and --run-file can't be used together\n"},
		{"user", []string{"--drv", drv, "--uid=-1"}, command.ExitUsage, `strata shell: --uid: "-1" is not a number`},
		{"command and run", []string{"--drv", drv, "--run", "x", "--command", "y"}, command.ExitBadInput, "strata shell: nix shell: Can't specify both command and run\n"},
		{"missing file", []string{"--drv", filepath.Join(dir, "missing")}, command.ExitBadInput, "strata shell: open " + dir},
		{"missing text", []string{"--drv", drv, "--run-file", filepath.Join(dir, "missing")}, command.ExitBadInput, "strata shell: open " + dir},
		{"not JSON", []string{"--drv", drv, "--json"}, command.ExitBadInput, "strata shell: " + drv + ": derivation as JSON: byte 1: "},
		{"fixed-output", []string{"--drv", fixed}, command.ExitBadInput, "strata shell: derivation app: it is fixed-output, which a shell cannot build"},
		{"another architecture", []string{"--drv", drv, "--architecture", "arm64"}, command.ExitBadInput, "strata shell: derivation app: its system is x86_64-linux, and the image's architecture is arm64: build the image for that platform (attribute platform)"},
		{"no input", []string{"--drv", needs, "--inputs-known"}, command.ExitBadInput, "strata shell: derivation app: it needs " + libPath + " (in its builder), which the image does not have: add it to inputs of the nix_derivation\n"},
		{"another input", []string{"--drv", needs, "--input", otherPath}, command.ExitBadInput, "strata shell: derivation app: it needs " + libPath + " (in its builder)"},
		{"not an input", []string{"--drv", needs, "--input", "/bin"}, command.ExitBadInput, `strata shell: input: "/bin" is not in the store directory /nix/store`},
		{"no folder", []string{"--drv", drv, "--object-out", filepath.Join(dir, "missing", "x")}, command.ExitBadInput, "strata shell: write " + dir},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			args := []string{"shell", "--object", shellObject, "--config-out", filepath.Join(dir, "config")}
			if !slices.Contains(test.args, "--object-out") {
				args = append(args, "--object-out", filepath.Join(dir, "object"))
			}
			if status := program.Run(append(args, test.args...), &stdout, &stderr); status != test.wantStatus || !strings.HasPrefix(stderr.String(), test.want) {
				t.Errorf("status %d: got %s, want %s", status, &stderr, test.want)
			}
		})
	}
}
