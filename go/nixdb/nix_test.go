package nixdb

import (
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/store"
)

// nix runs a program of Nix on the store that is below a directory.
func nix(t *testing.T, root, stdin string, args ...string) string {
	t.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin = strings.NewReader(stdin)
	cmd.Env = append(os.Environ(), "NIX_REMOTE=local?root="+root,
		"NIX_CONFIG=build-users-group =\nsandbox = false\n", "HOME="+t.TempDir(), "USER=nobody")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%q: %v\n%s%s", args, err, out, &stderr)
	}
	return string(out)
}

// dumped reads what nix-store --dump-db prints: path, hash in base16, size, deriver, number of references, references.
func dumped(t *testing.T, text string) []Registration {
	t.Helper()
	var registrations []Registration
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for len(lines) >= 5 {
		r := Registration{Path: store.Path(lines[0])}
		sum, err := hex.DecodeString(lines[1])
		if err != nil {
			t.Fatal(err)
		}
		copy(r.NARHash[:], sum)
		if r.NARSize, err = strconv.ParseInt(lines[2], 10, 64); err != nil {
			t.Fatal(err)
		}
		n, err := strconv.Atoi(lines[4])
		if err != nil {
			t.Fatal(err)
		}
		for _, reference := range lines[5 : 5+n] {
			r.References = append(r.References, store.Path(reference))
		}
		registrations, lines = append(registrations, r), lines[5+n:]
	}
	return registrations
}

// TestAgainstNix makes store objects with Nix, and our database of them; Nix must find in it what it finds in its own.
func TestAgainstNix(t *testing.T) {
	if _, err := exec.LookPath("nix-store"); err != nil {
		t.Skip("Nix is not installed: nothing to compare with (BAZELW_ROOT=test ./bazelw --exec go test ./go/nixdb has one)")
	}
	theirs, ours := t.TempDir(), t.TempDir()
	const expression = `let
		leaf = builtins.toFile "leaf" "x";
		middle = builtins.toFile "middle" "${leaf}";
	in builtins.toFile "top" "${middle} ${leaf}"`
	top := strings.Trim(strings.TrimSpace(nix(t, theirs, "", "nix-instantiate", "--eval", "--read-write-mode", "--expr", expression)), `"`)
	if err := os.WriteFile(filepath.Join(theirs, "file"), []byte("alone"), 0o644); err != nil {
		t.Fatal(err)
	}
	nix(t, theirs, "", "nix-store", "--add", filepath.Join(theirs, "file"))
	registration := nix(t, theirs, "", "nix-store", "--dump-db")
	registrations := dumped(t, registration)
	if len(registrations) < 3 {
		t.Fatalf("Nix made only %d objects: %s", len(registrations), registration)
	}
	db := filepath.Join(ours, "nix/var/nix/db")
	if err := os.MkdirAll(db, 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("cp", "-a", filepath.Join(theirs, "nix/store"), filepath.Join(ours, "nix")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data := written(t, registrations)
	for name, content := range map[string]string{"db.sqlite": string(data), "schema": SchemaVersion, "big-lock": ""} {
		if err := os.WriteFile(filepath.Join(db, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	nix(t, ours, "", "nix-store", "--verify", "--check-contents")
	for _, query := range [][]string{{"-qR", top}, {"-q", "--references", top},
		{"-q", "--referrers", top}, {"-q", "--hash", top}, {"-q", "--size", top}} {
		args := append([]string{"nix-store"}, query...)
		if got, want := nix(t, ours, "", args...), nix(t, theirs, "", args...); got != want {
			t.Errorf("%q: got %q, want %q", args, got, want)
		}
	}
	// What --load-db makes of the same registration has the same tables.
	loaded := t.TempDir()
	nix(t, loaded, nix(t, ours, "", "nix-store", "--dump-db"), "nix-store", "--load-db")
	fresh := filepath.Join(t.TempDir(), "db.sqlite")
	if err := os.WriteFile(fresh, data, 0o644); err != nil {
		t.Fatal(err)
	}
	if got, want := tables(t, fresh, false), tables(t, filepath.Join(loaded, "nix/var/nix/db/db.sqlite"), false); got != want {
		t.Errorf("tables: got\n%s\nwant\n%s", got, want)
	}
	if got, err := os.ReadFile(filepath.Join(loaded, "nix/var/nix/db/schema")); err != nil || string(got) != SchemaVersion {
		t.Errorf("Nix's schema is %q, %v", got, err)
	}
	nix(t, ours, "", "nix-store", "--delete", top)
}
