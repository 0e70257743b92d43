package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/nixlock"
	"github.com/rules-strata/rules_strata/go/nixlock/locktest"
	"github.com/rules-strata/rules_strata/go/store"
)

// fakeNix puts a program nix into the PATH that writes down its arguments and
// answers.
func fakeNix(t *testing.T, l *lab, script string) (arguments func() string) {
	t.Helper()
	log := filepath.Join(l.workspace, "arguments")
	text := "#!/bin/sh\nfor a in \"$@\"; do printf '[%s]' \"$a\" >> '" + log + "'; done\n" + script
	if err := os.WriteFile(filepath.Join(l.workspace, "nix"), []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return func() string {
		data, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		os.Remove(log)
		return string(data)
	}
}

func TestInstallables(t *testing.T) {
	l := newLab(t)
	arguments := fakeNix(t, l, `echo '{"path":"`+string(l.app)+`","system":"aarch64-linux"}'; echo evaluating >&2`)
	lead := "[--extra-experimental-features][nix-command flakes][eval][--json][--apply][" + describe + "]"
	for _, test := range []struct {
		name        string
		args        []string
		want        string
		pkg, system string
	}{
		{"flake", []string{"nixpkgs#app"}, "[nixpkgs#app]", "app", "aarch64-linux"},
		{"flake with a name", []string{"x=github:a/b?ref=c#app"}, "[github:a/b?ref=c#app]", "x", "aarch64-linux"},
		{"flake with parameters", []string{"github:a/b?ref=c#app"}, "[github:a/b?ref=c#app]", "app", "aarch64-linux"},
		{"attribute", []string{"app"}, "[--file][<nixpkgs>][app]", "app", "aarch64-linux"},
		{"attribute of a file", []string{"-f", "default.nix", "a.b"}, "[--file][" + l.folder + "/default.nix][a.b]", "app", "aarch64-linux"},
		{"system", []string{"--system", "x86_64-linux", "nixpkgs#app"}, "[--option][system][x86_64-linux][nixpkgs#app]", "app", "x86_64-linux"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := call(append([]string{"--cache", l.url, "--key", l.Key.String()}, test.args...)...)
			want(t, r, 0, "evaluating")
			if got := arguments(); got != lead+test.want {
				t.Errorf("got %s, want %s", got, lead+test.want)
			}
			lock, err := nixlock.Parse([]byte(r.stdout))
			if err != nil || lock.Packages[test.pkg][test.system] != l.app {
				t.Errorf("got %s, %v", r.stdout, err)
			}
		})
	}
}

func TestInstallableErrors(t *testing.T) {
	for _, test := range []struct{ name, script, want string }{
		{"failure", "echo error: attribute app is missing >&2; exit 1", "error: attribute app is missing\nnix_lock: \"nixpkgs#app\": nix eval: exit status 1: see its message above"},
		{"no JSON", "echo hello", "nix eval: invalid character"},
		{"system", `echo '{"path":"/nix/store/0123456789abcdfghijklmnpqrsvwxyz-app","system":"i686-linux"}'`,
			`"nixpkgs#app": nix eval: "i686-linux" is not a system that packages are locked for: want one of aarch64-darwin, aarch64-linux, any, x86_64-darwin, x86_64-linux: give it with --system`},
		{"no store path", `echo '{"path":"/etc/passwd","system":""}'`, "not in the store directory /nix/store"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLab(t)
			fakeNix(t, l, test.script)
			want(t, call("--cache", l.url, "--key", l.Key.String(), "nixpkgs#app"), command.ExitBadInput, test.want)
		})
	}
}

// TestAttributesOfNix takes attributes of a file through the Nix that is
// installed.
func TestAttributesOfNix(t *testing.T) {
	n := locktest.NewNix(t)
	app := n.Build("app")
	url, key := n.Cache("zstd", app)
	byPath := call("--store-dir", n.StoreDir, "--cache", url, "--key", key, "--system", "x86_64-linux", app, n.Build("libc"))
	want(t, byPath, 0)
	byName := call("--store-dir", n.StoreDir, "--cache", url, "--key", key, "--system", "x86_64-linux", "-f", "default.nix", "app", "libc")
	want(t, byName, 0)
	if byName.stdout != byPath.stdout {
		t.Errorf("got %s, want %s", byName.stdout, byPath.stdout)
	}
	here := call("--store-dir", n.StoreDir, "--cache", url, "--key", key, "-f", "default.nix", "app")
	want(t, here, 0)
	lock, err := nixlock.Parse([]byte(here.stdout))
	if err != nil || lock.Packages["app"][n.Run("nix", "eval", "--impure", "--raw", "--expr", "builtins.currentSystem")] != store.Path(app) {
		t.Errorf("got %s, %v", here.stdout, err)
	}
	want(t, call("--store-dir", n.StoreDir, "--cache", url, "--key", key, "-f", "default.nix", "nothing"), command.ExitBadInput, "nothing", "nix eval: exit status 1")

	flake := `{ outputs = { self }: { packages.x86_64-linux = import ./default.nix; }; }`
	text := strings.Replace(n.Run("cat", "default.nix"), "builtins.currentSystem", `"x86_64-linux"`, 1)
	folder := filepath.Join(n.Folder, "flake")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{"flake.nix": flake, "default.nix": text} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r := call("--store-dir", n.StoreDir, "--cache", url, "--key", key, "--system", "x86_64-linux", "path:flake#app")
	want(t, r, 0)
	if lock, err = nixlock.Parse([]byte(r.stdout)); err != nil || len(lock.Objects) != 4 {
		t.Errorf("got %s, %v", r.stdout, err)
	}
}
