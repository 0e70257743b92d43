//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// lockWorkspace is a copy of the workspace e2e/nix_cache with the caches in it.
type lockWorkspace struct {
	bazel  harness.Bazel
	lab    *harness.NixLab
	caches *harness.NixCaches
}

var lockBuilder struct {
	mu    sync.Mutex
	built *lockWorkspace
}

func onCaches(t *testing.T) *lockWorkspace {
	t.Helper()
	lab, caches := harness.Nix(t), harness.Caches(t)
	lockBuilder.mu.Lock()
	defer lockBuilder.mu.Unlock()
	if lockBuilder.built == nil {
		w := &lockWorkspace{bazel: harness.LastingCopy(t, "e2e/nix_cache"), lab: lab, caches: caches}
		// There Bazel has a disk cache.
		w.bazel.Env = []string{"BAZELW_MODE=private"}
		harness.Exec("cp", "-r", caches.Dir, w.at("caches")).Run(t).Must(t)
		harness.WriteFile(t, w.at("action.lock.json"), `{"caches":[],"objects":{},"packages":{},"store_dir":"/nix/store","trusted_public_keys":[],"version":1}`)
		lockBuilder.built = w
	}
	return lockBuilder.built
}

func (w *lockWorkspace) at(name string) string { return filepath.Join(w.bazel.Dir, name) }

// lock writes a lock file as the documentation says.
func (w *lockWorkspace) lock(t *testing.T, file, cache string, packages ...string) {
	t.Helper()
	args := []string{"@rules_strata//tools:nix_lock", "--", "--quiet", "--out", file, "--cache", cache, "--key", w.caches.Key}
	w.bazel.Run(t, "run", append(args, packages...)...).Must(t)
}

// lockConversation locks what //:conversation is of, from one of the caches.
func (w *lockWorkspace) lockConversation(t *testing.T, compression string) {
	t.Helper()
	w.lock(t, "nix.lock.json", "file://%workspace%/caches/"+compression, "conversation="+w.lab.Path(t, "conversation"), w.lab.Path(t, "hello"))
}

func (w *lockWorkspace) image(t *testing.T, name string) image {
	t.Helper()
	return image{bazel: w.bazel, label: "//:" + name, stem: filepath.Join(w.bazel.Bin(t), name), ref: name + ":latest"}
}

// TestTheSameImageFromEveryCache: from a local store and from caches of every
// compression, the closure makes the same image; and it runs.
func TestTheSameImageFromEveryCache(t *testing.T) {
	harness.Lane(t, "nix_cache")
	w := onCaches(t)
	store := nixWorkspace(t, "e2e/nix_store", map[string]string{"result": w.lab.Path(t, "conversation"), "result-2": w.lab.Path(t, "hello")})
	store.Build(t, "//:conversation_100")
	want := harness.ReadFile(t, store.Output(t, "//:conversation_100", ".config.json"))
	for _, compression := range []string{"xz", "zstd", "gzip", "bzip2", "none"} {
		t.Run(compression, func(t *testing.T) {
			w.lockConversation(t, compression)
			w.bazel.Build(t, "//:conversation")
			equal(t, "config", harness.ReadFile(t, w.image(t, "conversation").stem+".config.json"), want)
		})
	}
	i := w.image(t, "conversation")
	file := i.archive(t)
	runsEverywhere(t, harness.ReadArchive(t, file).Name, file, conversation)
}

// TestLayersAreLossless: the store that the layers of an image make has the NARs
// of the objects, byte for byte.
func TestLayersAreLossless(t *testing.T) {
	harness.Lane(t, "nix_cache")
	w := onCaches(t)
	var packages []string
	for path := range w.lab.Objects {
		packages = append(packages, filepath.Base(path)+"="+path)
	}
	slices.Sort(packages)
	w.lock(t, "nix.lock.json", "file://%workspace%/caches/zstd", packages...)
	w.bazel.Build(t, "//:everything")
	root := harness.TempDir(t)
	for i, layer := range harness.ReadArchive(t, w.image(t, "everything").archive(t)).Layers {
		file := filepath.Join(root, fmt.Sprint(i, ".tar"))
		harness.WriteFile(t, file, string(layer))
		harness.Exec("tar", "-C", root, "--no-same-owner", "-xpf", file).Run(t).Must(t)
	}
	for path := range w.lab.Objects {
		got := harness.Exec("nix-store", "--dump", filepath.Join(root, path)).Run(t).Must(t).Stdout
		if got != harness.ReadFile(t, w.lab.NAR(path)) {
			t.Errorf("%s: another NAR than the store's", path)
		}
	}
}

// TestOneEntryRerunsItsOwnActions: when a lock takes one object from elsewhere,
// nothing but its import runs again.
func TestOneEntryRerunsItsOwnActions(t *testing.T) {
	harness.Lane(t, "nix_cache")
	w := onCaches(t)
	w.lockConversation(t, "gzip")
	other := w.readLock(t)
	w.lockConversation(t, "xz")
	w.bazel.Build(t, "//:conversation")
	hello := w.lab.Path(t, "hello")
	w.edit(t, func(lock map[string]any) {
		lock["caches"] = append(lock["caches"].([]any), other["caches"].([]any)...)
		objects(lock)[hello] = objects(other)[hello]
	})
	spawns := names(w.bazel.Spawns(t, "//:conversation"))
	if len(spawns) != 1 || !strings.HasPrefix(spawns[0], "NixNAR ") || !strings.HasSuffix(spawns[0], "//:"+filepath.Base(hello)) {
		t.Errorf("the actions that ran are %q, want NixNAR of %s", spawns, filepath.Base(hello))
	}
}

func objects(lock map[string]any) map[string]any { return lock["objects"].(map[string]any) }

func (w *lockWorkspace) readLock(t *testing.T) map[string]any {
	t.Helper()
	var lock map[string]any
	if err := json.Unmarshal([]byte(harness.ReadFile(t, w.at("nix.lock.json"))), &lock); err != nil {
		t.Fatal(err)
	}
	return lock
}

func (w *lockWorkspace) edit(t *testing.T, change func(lock map[string]any)) {
	t.Helper()
	lock := w.readLock(t)
	change(lock)
	data, err := json.Marshal(lock)
	if err != nil {
		t.Fatal(err)
	}
	harness.WriteFile(t, w.at("nix.lock.json"), string(data))
}

// TestLocksThatWereEdited: what a lock pins cannot be changed by hand.
func TestLocksThatWereEdited(t *testing.T) {
	harness.Lane(t, "nix_cache")
	w := onCaches(t)
	hello := w.lab.Path(t, "hello")
	libc := w.lab.Path(t, "hello")
	for _, reference := range w.lab.Objects[hello].References {
		if reference != hello {
			libc = reference
		}
	}
	// What Bazel's repository cache has would not be downloaded.
	unknown := "sha256-" + strings.Repeat("A", 43) + "="
	entry := func(change func(hello map[string]any)) func(lock map[string]any) {
		return func(lock map[string]any) { change(objects(lock)[hello].(map[string]any)) }
	}
	for _, test := range []struct {
		name  string
		edit  func(lock map[string]any)
		words []string
	}{
		{"a reference is left out", entry(func(o map[string]any) { o["references"] = []string{hello} }), []string{hello, `the signature by "lab-1" does not match`}},
		{"another NAR hash", func(lock map[string]any) {
			objects(lock)[hello].(map[string]any)["nar_hash"] = objects(lock)[libc].(map[string]any)["nar_hash"]
		}, []string{hello, `the signature by "lab-1" does not match`}},
		{"another NAR size", entry(func(o map[string]any) { o["nar_size"] = 5 }), []string{hello, `the signature by "lab-1" does not match`}},
		{"no signature", entry(func(o map[string]any) { o["signatures"] = []string{} }), []string{hello, "not signed", "lab-1"}},
		{"another key is trusted", func(lock map[string]any) { lock["trusted_public_keys"] = []string{w.caches.Other} }, []string{"/nix/store/", `signed by "lab-1"`, `"other-1"`}},
		{"a key that is none", func(lock map[string]any) { lock["trusted_public_keys"] = []string{"abc"} }, []string{"nix.lock.json: trusted_public_keys", `"abc" is not a public key`}},
		{"a cache that is no URL", func(lock map[string]any) { lock["caches"] = []string{"/cache"} }, []string{"nix.lock.json: caches", `"/cache" is not the URL of a binary cache`}},
		{"another compression", entry(func(o map[string]any) { o["compression"] = "zstd" }), []string{hello, "zstd", "xz"}},
		{"another file", entry(func(o map[string]any) { o["file_hash"] = unknown }), []string{"Checksum", ".nar.xz"}},
		{"no such file", entry(func(o map[string]any) { o["file_hash"], o["url"] = unknown, "nar/absent" }), []string{"nar/absent"}},
		{"an object is left out", func(lock map[string]any) { delete(objects(lock), libc) }, []string{"nix.lock.json", libc, "is not in the lock"}},
		{"a circle", func(lock map[string]any) {
			o := objects(lock)[libc].(map[string]any)
			o["references"] = append(o["references"].([]any), hello)
		}, []string{"nix.lock.json", "in a circle", hello, libc}},
		{"a field is missing", entry(func(o map[string]any) { delete(o, "nar_size") }), []string{"nix.lock.json", hello, "nar_size is missing"}},
		{"a field too many", entry(func(o map[string]any) { o["size"] = 1 }), []string{"nix.lock.json", hello, "size is not a field"}},
		{"a field of another type", entry(func(o map[string]any) { o["references"] = "" }), []string{"nix.lock.json", hello, "references: want a list"}},
		{"a later version", func(lock map[string]any) { lock["version"] = 2 }, []string{"nix.lock.json", "version: got 2, want 1"}},
		{"a package without its object", func(lock map[string]any) {
			lock["packages"].(map[string]any)["absent"] = map[string]string{"any": hello + "x"}
		}, []string{"packages: absent", hello + "x"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w.lockConversation(t, "xz")
			w.edit(t, test.edit)
			result := w.bazel.Run(t, "build", "//:conversation").MustFail(t, 1)
			for _, word := range test.words {
				contains(t, "the error", result.Stderr, word)
			}
		})
	}
}

// TestTwoLocksOfOneObject: an object that two locks pin is there once; pinned
// with two contents it is an error that names both locks.
func TestTwoLocksOfOneObject(t *testing.T) {
	harness.Lane(t, "nix_cache")
	w := onCaches(t)
	w.lockConversation(t, "xz")
	second := w.at("action.lock.json")
	before := harness.ReadFile(t, second)
	defer harness.WriteFile(t, second, before)
	harness.WriteFile(t, second, harness.ReadFile(t, w.at("nix.lock.json")))
	w.bazel.Build(t, "//:conversation")
	hello := w.lab.Path(t, "hello")
	query := "labels(actual, @locked//:%[1]s + @by_action//:%[1]s)"
	labels := w.bazel.Run(t, "query", fmt.Sprintf(query, filepath.Base(hello))).Must(t).Stdout
	equal(t, "targets of "+hello+" in two locks", strings.Count(labels, "\n"), 1)
	hash := objects(w.readLock(t))[hello].(map[string]any)["nar_hash"].(string)
	other := "sha256-" + strings.Repeat("A", 43) + "="
	harness.WriteFile(t, second, strings.ReplaceAll(harness.ReadFile(t, second), hash, other))
	result := w.bazel.Run(t, "build", "//:conversation").MustFail(t, 1)
	for _, word := range []string{"//:nix.lock.json", "//:action.lock.json", hello, hash, other} {
		contains(t, "the error", result.Stderr, word)
	}
}

// serve serves the caches over HTTP and counts the files that are asked for.
func (w *lockWorkspace) serve(t *testing.T) (url string, files *atomic.Int64, stop func()) {
	t.Helper()
	files = &atomic.Int64{}
	dir := http.FileServer(http.Dir(w.caches.Dir))
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/nar/") {
			files.Add(1)
		}
		dir.ServeHTTP(rw, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, files, server.Close
}

// TestFetchByAction: an action downloads the object; where a cache has what it
// made, nothing is downloaded.
func TestFetchByAction(t *testing.T) {
	harness.Lane(t, "nix_cache")
	w := onCaches(t)
	docker := harness.Docker(t, harness.ClassicStore)
	url, files, stop := w.serve(t)
	w.lockConversation(t, "none")
	w.lock(t, "action.lock.json", url+"/xz", "busybox="+w.lab.Path(t, "static"))
	w.bazel.Build(t, "//:busybox")
	equal(t, "downloads", files.Load(), 1)
	stop()
	nars, err := filepath.Glob(filepath.Join(w.bazel.Bin(t), "external/*/"+filepath.Base(w.lab.Path(t, "static"))+".nar"))
	if err != nil || len(nars) != 1 {
		t.Fatalf("the NARs are %q, %v", nars, err)
	}
	if err := os.Remove(nars[0]); err != nil {
		t.Fatal(err)
	}
	w.bazel.Build(t, "//:busybox")
	i := w.image(t, "busybox")
	docker.Load(t, i.archive(t))
	defer docker.Remove(t, "by-action:latest")
	equal(t, "the container says", docker.RunImage(t, "by-action:latest").Must(t).Stdout, "fetched\n")
}

// TestRepositoryCacheSuffices: an image fetches the objects of its closure and
// no others of the lock, and after that a clean rebuild needs no network.
func TestRepositoryCacheSuffices(t *testing.T) {
	harness.Lane(t, "nix_cache")
	w := onCaches(t)
	url, files, stop := w.serve(t)
	w.lock(t, "nix.lock.json", url+"/xz", "conversation="+w.lab.Path(t, "conversation"), w.lab.Path(t, "hello"), w.lab.Path(t, "names"))
	repositories := "--repository_cache=" + harness.TempDir(t)
	w.bazel.Build(t, repositories, "//:conversation")
	equal(t, "downloads", int(files.Load()), len(w.lab.Closure(w.lab.Path(t, "conversation"))))
	want := harness.ReadFile(t, w.image(t, "conversation").stem+".config.json")
	stop()
	w.bazel.Run(t, "clean", "--expunge").Must(t)
	w.bazel.Build(t, repositories, "--repository_disable_download", "//:conversation")
	equal(t, "config", harness.ReadFile(t, w.image(t, "conversation").stem+".config.json"), want)
}
