package locktest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Nix is a store of its own of an installed Nix.
type Nix struct {
	t        testing.TB
	Folder   string // of all files, and of default.nix
	StoreDir string
}

// expression has a closure: app refers to lib, lib to libc, which refers to
// itself, and to settings, which is content-addressed.
const expression = `rec {
  make = name: script: derivation {
    inherit name;
    system = builtins.currentSystem;
    builder = "/bin/sh";
    args = [ "-c" script ];
    PATH = "/bin:/usr/bin";
  };
  settings = builtins.toFile "settings.json" "{}";
  libc = make "libc-2.36" "mkdir $out; echo $out > $out/self";
  lib = make "lib-1.0" "echo ${libc} ${settings} > $out";
  app = make "app-1.0" "mkdir $out; echo ${lib} ${libc} > $out/run; chmod +x $out/run";
}
`

// NewNix makes a store for Nix in a folder, and a file default.nix with the
// attributes app, lib, libc and settings. The test is skipped where there is no
// Nix.
func NewNix(t testing.TB) *Nix {
	t.Helper()
	if _, err := exec.LookPath("nix"); err != nil {
		t.Skip("Nix is not installed: nothing to compare with (BAZELW_ROOT=test ./bazelw --exec go test ./go/nixlock/... has one)")
	}
	folder, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	n := &Nix{t: t, Folder: folder, StoreDir: filepath.Join(folder, "store")}
	for name, value := range map[string]string{
		"HOME":                    folder,
		"NIX_CONF_DIR":            filepath.Join(folder, "conf"),
		"NIX_LOG_DIR":             filepath.Join(folder, "log"),
		"NIX_STATE_DIR":           filepath.Join(folder, "state"),
		"NIX_STORE_DIR":           n.StoreDir,
		"NIX_REMOTE":              "local",
		"NIX_CONFIG":              "sandbox = false\nbuild-users-group =\nsubstituters =\nexperimental-features = nix-command flakes\n",
		"BUILD_WORKING_DIRECTORY": folder,
	} {
		t.(interface{ Setenv(name, value string) }).Setenv(name, value)
	}
	if err := os.WriteFile(filepath.Join(folder, "default.nix"), []byte(expression), 0o644); err != nil {
		t.Fatal(err)
	}
	// What Nix leaves cannot be written to.
	t.Cleanup(func() { exec.Command("chmod", "-R", "u+w", folder).Run() })
	return n
}

// Run runs a program of Nix in the folder and gives what it prints.
func (n *Nix) Run(args ...string) string {
	n.t.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = n.Folder
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		n.t.Fatalf("%q: %v\n%s%s", args, err, out, &stderr)
	}
	return strings.TrimSpace(string(out))
}

// Build builds an attribute and gives its store path.
func (n *Nix) Build(attribute string) string {
	return n.Run("nix-build", "--no-out-link", "-A", attribute)
}

// Cache copies the closure of a path into a binary cache, signed by the key
// whose public half it gives with the cache's URL.
func (n *Nix) Cache(compression, path string) (url, key string) {
	n.t.Helper()
	name := "lab-" + compression
	private, public := filepath.Join(n.Folder, name+".sec"), filepath.Join(n.Folder, name+".pub")
	n.Run("nix-store", "--generate-binary-cache-key", name, private, public)
	url = "file://" + filepath.Join(n.Folder, "cache-"+compression)
	n.Run("nix", "copy", "--to", url+"?compression="+compression+"&secret-key="+private, path)
	data, err := os.ReadFile(public)
	if err != nil {
		n.t.Fatal(err)
	}
	return url, strings.TrimSpace(string(data))
}
