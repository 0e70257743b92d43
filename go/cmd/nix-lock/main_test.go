package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/nixlock"
	"github.com/rules-strata/rules_strata/go/nixlock/locktest"
	"github.com/rules-strata/rules_strata/go/store"
)

// TestMain runs the program itself when a test starts it as a process.
func TestMain(m *testing.M) {
	if os.Getenv("STRATA_TEST_RUN_MAIN") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

type outcome struct {
	status         int
	stdout, stderr string
}

func call(args ...string) outcome {
	var stdout, stderr bytes.Buffer
	status := run(context.Background(), args, &command.Streams{Out: &stdout, Err: &stderr})
	return outcome{status, stdout.String(), stderr.String()}
}

// lab is a folder in which the user is, and a workspace around it that has a
// cache: app refers to lib.
type lab struct {
	*locktest.Cache
	folder, workspace, url string
	app, lib               store.Path
}

func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{Cache: locktest.New("lab-1"), workspace: t.TempDir(), url: "file://%workspace%/cache"}
	l.folder = filepath.Join(l.workspace, "folder")
	l.lib = l.Add("lib-1.0")
	l.app = l.Add("app-1.0", l.lib)
	l.WriteTo(t, filepath.Join(l.workspace, "cache"))
	if err := os.Mkdir(l.folder, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("BUILD_WORKSPACE_DIRECTORY", l.workspace)
	t.Setenv("BUILD_WORKING_DIRECTORY", l.folder)
	t.Setenv("NETRC", filepath.Join(l.workspace, "netrc"))
	t.Setenv("PATH", l.workspace)
	return l
}

func (l *lab) read(t *testing.T, name string) *nixlock.Lock {
	t.Helper()
	lock, err := nixlock.Read(filepath.Join(l.folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return lock
}

func want(t *testing.T, r outcome, status int, stderr ...string) {
	t.Helper()
	if r.status != status {
		t.Fatalf("got %+v", r)
	}
	for _, phrase := range stderr {
		if !strings.Contains(r.stderr, phrase) {
			t.Errorf("got %+v, want %q", r, phrase)
		}
	}
}

func TestLock(t *testing.T) {
	l := newLab(t)
	key := l.Key.String()
	r := call("--cache", l.url, "--key", key, string(l.app))
	want(t, r, 0, "1 package, 2 objects")
	lock, err := nixlock.Parse([]byte(r.stdout))
	if err != nil {
		t.Fatal(err)
	}
	if lock.Packages["app"]["any"] != l.app || len(lock.Objects) != 2 {
		t.Errorf("got %s", r.stdout)
	}
	quiet := call("lock", "-q", "--cache="+l.url+"/", "--key="+key, string(l.app))
	if quiet.status != 0 || quiet.stdout != r.stdout || quiet.stderr != "" {
		t.Errorf("got %+v", quiet)
	}
	file := call("lock", "--out", "x.json", "--cache", l.url, "--key", key, string(l.app))
	if data, err := os.ReadFile(filepath.Join(l.folder, "x.json")); file.status != 0 || file.stdout != "" || string(data) != r.stdout {
		t.Errorf("got %+v, %v", file, err)
	}
}

func TestPackageNames(t *testing.T) {
	l := newLab(t)
	if err := os.Symlink(string(l.lib), filepath.Join(l.folder, "result")); err != nil {
		t.Fatal(err)
	}
	r := call("--cache", l.url, "--key", l.Key.String(), "--system", "x86_64-linux", "tool="+string(l.app), "result", "again=result")
	want(t, r, 0)
	lock, err := nixlock.Parse([]byte(r.stdout))
	if err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]store.Path{"tool": l.app, "lib": l.lib, "again": l.lib} {
		if lock.Packages[name]["x86_64-linux"] != path {
			t.Errorf("%s: got %s", name, r.stdout)
		}
	}
}

// An object can be a link to another one.
func TestObjectThatIsALink(t *testing.T) {
	l := newLab(t)
	storeDir := t.TempDir()
	link, target := filepath.Join(storeDir, l.app.Base()), filepath.Join(storeDir, l.lib.Base())
	result := filepath.Join(l.folder, "result")
	for from, to := range map[string]string{link: target, result: link} {
		if err := os.Symlink(to, from); err != nil {
			t.Fatal(err)
		}
	}
	for _, arg := range []string{link, result, "result"} {
		var p nixlock.Package
		if err := new(packageFlags).find(t.Context(), &p, storeDir, arg, &command.Streams{}); err != nil || string(p.Path) != link {
			t.Errorf("%s: got %s, %v", arg, p.Path, err)
		}
	}
}

func TestSchemaFieldIsKept(t *testing.T) {
	l := newLab(t)
	file := filepath.Join(l.folder, "nix.lock.json")
	want(t, call("--cache", l.url, "--key", l.Key.String(), "--out", "nix.lock.json", string(l.lib)), 0)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append([]byte(`{"$schema": "nix-lock.schema.json",`), data[1:]...), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"verify"}, {"add", string(l.app)}, {"update"}} {
		want(t, call(args...), 0)
		if schema := l.read(t, "nix.lock.json").Schema; schema != "nix-lock.schema.json" {
			t.Errorf("%s: got %q", args[0], schema)
		}
	}
}

func TestAddToAny(t *testing.T) {
	l := newLab(t)
	want(t, call("--cache", l.url, "--key", l.Key.String(), "--out", "nix.lock.json", string(l.app)), 0)
	want(t, call("add", "--system", "aarch64-linux", string(l.app)), command.ExitBadInput, `packages: app: "any" stands alone`, "lock it again with --system")
	want(t, call("--cache", l.url, "--key", l.Key.String(), "--system", "x86_64-linux", "--out", "nix.lock.json", string(l.app)), 0)
	want(t, call("add", "--system", "any", string(l.app)), command.ExitBadInput, `packages: app: "any" stands alone`, "lock it again with --system")
	want(t, call("add", string(l.app)), 0, "1 package, 2 objects")
	want(t, call("add", "--system", "aarch64-linux", string(l.app)), 0, "1 package, 2 objects")
}

func TestAddUpdateVerify(t *testing.T) {
	l := newLab(t)
	file := filepath.Join(l.folder, "nix.lock.json")
	want(t, call("--cache", l.url, "--key", l.Key.String(), "--out", "nix.lock.json", string(l.lib)), 0)
	want(t, call("add", string(l.app)), 0, "2 packages, 2 objects")
	want(t, call("verify"), 0, "2 packages, 2 objects")
	want(t, call("verify", "--online"), 0)
	if lock := l.read(t, "nix.lock.json"); lock.Packages["app"]["any"] != l.app || lock.Packages["lib"]["any"] != l.lib {
		t.Errorf("got %+v", lock)
	}

	// By hand: a package is taken out, and an object damaged.
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	packages := `"app": {
      "any": "` + string(l.app) + `"
    },`
	edited := strings.Replace(string(data), packages, "", 1)
	edited = strings.Replace(edited, `"nar_hash": "sha256-`, `"nar_hash": "sha256-A`, 1)
	if edited == string(data) {
		t.Fatalf("got %s", data)
	}
	if err := os.WriteFile(file, []byte(edited), 0o644); err != nil {
		t.Fatal(err)
	}
	want(t, call("verify"), command.ExitBadInput, file, "nar_hash:")
	want(t, call("add", string(l.app)), command.ExitBadInput, file, "nar_hash:")
	want(t, call("update"), 0, "1 package, 1 object")
	want(t, call("verify"), 0)

	// Another cache and another key.
	other := locktest.New("other-1")
	other.Add("lib-1.0")
	url := other.Serve(t).URL
	want(t, call("update", "--cache", url), command.ExitBadInput, "cache "+url, `signed by "other-1"`, `trusted are "lab-1"`)
	want(t, call("update", "--cache", url, "--key", other.Key.String()), 0)
	want(t, call("verify", "--online", "--lock", file), 0)
	want(t, call("add", "--cache", l.url, "--key", l.Key.String(), string(l.app)), 0)
	if lock := l.read(t, "nix.lock.json"); len(lock.Caches) != 2 || lock.Objects[l.lib].Cache != url || lock.Objects[l.app].Cache != l.url {
		t.Errorf("got %+v", lock)
	}
}

func TestAFailureLeavesTheLock(t *testing.T) {
	l := newLab(t)
	file := filepath.Join(l.folder, "nix.lock.json")
	want(t, call("--cache", l.url, "--key", l.Key.String(), "--out", "nix.lock.json", string(l.app)), 0)
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(l.workspace, "cache", locktest.NARInfo(l.lib))); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"update"},
		{"add", string(locktest.Path("none"))},
		{"--out", "nix.lock.json", "--cache", l.url, "--key", l.Key.String(), string(l.app)},
	} {
		want(t, call(args...), command.ExitBadInput, "is in none of the caches ("+l.url+")")
		if now, err := os.ReadFile(file); err != nil || !bytes.Equal(now, before) {
			t.Errorf("%q: the lock changed: %v", args, err)
		}
	}
	want(t, call("verify", "--online"), command.ExitBadInput, "nix.lock.json: cache "+l.url+": "+string(l.lib), "any more")
	if left, err := os.ReadDir(l.folder); err != nil || len(left) != 1 {
		t.Errorf("files were left: %v, %v", left, err)
	}
}

func TestFetch(t *testing.T) {
	l := newLab(t)
	want(t, call("--cache", l.url, "--key", l.Key.String(), "--out", "nix.lock.json", string(l.app)), 0)
	o := l.read(t, "nix.lock.json").Objects[l.app]
	args := []string{"fetch", "--url", "file://%workspace%/nowhere", "--url", o.Cache + "/" + o.URL, "--file-hash", o.FileHash, "--out", "app.nar", "--info-out", "info.json",
		"--store-path", string(l.app), "--compression", string(o.Compression), "--nar-hash", o.NARHash, "--nar-size", fmt.Sprint(o.NARSize),
		"--reference", string(l.lib), "--signature", o.Signatures[0], "--trusted-public-key", l.Key.String()}
	nar := locktest.NAR("content of app-1.0")
	r := call(args...)
	if got, err := os.ReadFile(filepath.Join(l.folder, "app.nar")); r.status != 0 || r.stdout != "" || err != nil || !bytes.Equal(got, nar) {
		t.Errorf("got %+v, %v", r, err)
	}
	if _, err := os.Stat(filepath.Join(l.folder, "info.json")); err != nil {
		t.Error(err)
	}
	if err := os.Remove(filepath.Join(l.folder, "app.nar")); err != nil {
		t.Fatal(err)
	}
	for i, arg := range args {
		if arg == o.FileHash {
			args[i] = o.NARHash
		}
	}
	want(t, call(args...), command.ExitBadInput, string(l.app), "file hash is "+o.FileHash+", want "+o.NARHash)
	if _, err := os.Stat(filepath.Join(l.folder, "app.nar")); !os.IsNotExist(err) {
		t.Errorf("there is an output: %v", err)
	}
}

// A cache that wants a login gets it from the step of a build, too, but only when
// it is named.
func TestFetchWithLogin(t *testing.T) {
	l := newLab(t)
	server := l.Serve(t)
	server.SetFault(func(w http.ResponseWriter, r *http.Request, _ int) bool {
		_, password, _ := r.BasicAuth()
		if password != "secret" {
			w.WriteHeader(http.StatusUnauthorized)
		}
		return password != "secret"
	})
	if err := os.WriteFile(os.Getenv("NETRC"), []byte("machine 127.0.0.1 login me password secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	want(t, call("--cache", server.URL, "--key", l.Key.String(), "--out", "nix.lock.json", string(l.lib)), 0)
	o := l.read(t, "nix.lock.json").Objects[l.lib]
	args := []string{"fetch", "--url", server.URL + "/" + o.URL, "--file-hash", o.FileHash, "--out", "lib.nar", "--store-path", string(l.lib),
		"--compression", string(o.Compression), "--nar-hash", o.NARHash, "--nar-size", fmt.Sprint(o.NARSize), "--signature", o.Signatures[0], "--trusted-public-key", l.Key.String()}
	want(t, call(args...), command.ExitBadInput, "401 Unauthorized: no login was sent", "not the server of the cache")
	want(t, call(append(args, "--cache", server.URL)...), 0)
}

func TestUsage(t *testing.T) {
	l := newLab(t)
	key := l.Key.String()
	for _, test := range []struct {
		name   string
		args   []string
		status int
		stderr string
	}{
		{"help", []string{"--help"}, 0, "Usage: nix_lock <command>"},
		{"help of lock", []string{"lock", "--help"}, 0, "--store-dir"},
		{"help of add", []string{"add", "--help"}, 0, "takes the place of"},
		{"help of update", []string{"update", "--help"}, 0, "keep their store paths"},
		{"help of verify", []string{"verify", "--help"}, 0, "--online"},
		{"help of fetch", []string{"fetch", "--help"}, 0, "--file-hash"},
		{"nothing", nil, command.ExitUsage, "--cache"},
		{"no package", []string{"--cache", l.url}, command.ExitUsage, "<package>"},
		{"no cache", []string{string(l.app)}, command.ExitUsage, "missing flags: --cache"},
		{"unknown flag", []string{"verify", "--fast"}, command.ExitUsage, "unknown flag --fast"},
		{"no URL", []string{"--cache", "cache.example.org", "--key", key, string(l.app)}, command.ExitBadInput, "want https://, http:// or file://"},
		{"no key", []string{"--cache", l.url, "--key", "abc", string(l.app)}, command.ExitBadInput, "trusted_public_keys: "},
		{"no trusted key", []string{"--cache", l.url, string(l.app)}, command.ExitBadInput, string(l.app)},
		{"system", []string{"--cache", l.url, "--system", "Linux", string(l.app)}, command.ExitBadInput, `--system: "Linux" is not a system that packages are locked for`},
		{"system that Bazel has no word for", []string{"--cache", l.url, "--key", key, "--system", "i686-linux", string(l.app)}, command.ExitBadInput, "aarch64-darwin, aarch64-linux, any, x86_64-darwin, x86_64-linux"},
		{"name", []string{"--cache", l.url, "closure=" + string(l.app)}, command.ExitBadInput, "it stands for all packages"},
		{"store path", []string{"--cache", l.url, "/nix/store/x"}, command.ExitBadInput, "not a store path"},
		{"other store", []string{"--cache", l.url, "--store-dir", "/gnu/store", string(l.app)}, command.ExitBadInput, "not in the store directory /gnu/store"},
		{"cache of another store", []string{"--cache", l.url, "--key", key, "--store-dir", "/gnu/store", "/gnu/store/" + l.app.Base()}, command.ExitBadInput, "has objects of the store directory \"/nix/store\", want \"/gnu/store\""},
		{"no such lock", []string{"verify", "--lock", "none.json"}, command.ExitBadInput, l.folder + "/none.json"},
		{"no Nix", []string{"--cache", l.url, "nixpkgs#hello"}, command.ExitBadInput, `"nixpkgs#hello" is not a store path, and there is no Nix here`},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := call(test.args...)
			if test.status == 0 { // help was asked for
				r.stdout, r.stderr = r.stderr, r.stdout
			}
			want(t, r, test.status, test.stderr)
			if r.stdout != "" {
				t.Errorf("got %+v", r)
			}
		})
	}
}

// TestInterrupt interrupts the program while a cache keeps it waiting.
func TestInterrupt(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			l := newLab(t)
			server := l.Serve(t)
			asked := make(chan bool)
			server.SetFault(func(w http.ResponseWriter, r *http.Request, n int) bool {
				if r.URL.Path != "/"+locktest.NARInfo(l.lib) {
					return false
				}
				asked <- true
				<-r.Context().Done()
				return true
			})
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(self, "--out", "nix.lock.json", "--cache", server.URL, "--key", l.Key.String(), string(l.app))
			cmd.Env = append(os.Environ(), "STRATA_TEST_RUN_MAIN=1")
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			<-asked
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			cmd.Wait()
			r := outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
			want(t, r, command.ExitInterrupted, "interrupted: nothing was written")
			if left, err := os.ReadDir(l.folder); err != nil || len(left) != 0 || r.stdout != "" {
				t.Errorf("got %+v; files were left: %v, %v", r, left, err)
			}
		})
	}
}
