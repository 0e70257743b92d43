//go:build e2e

package e2e

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
	"github.com/rules-strata/rules_strata/go/nar"
)

// lazyCache is a remote cache that machines share, with a way to it that notes
// which blobs are read.
type lazyCache struct {
	// flag is the address that Bazel gets, read the one that images get.
	flag, read string
	// http is the server of an HTTP cache.
	http *harness.HTTPCacheServer

	mu    sync.Mutex
	blobs []string
}

func (c *lazyCache) note(blob string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.blobs = append(c.blobs, blob)
}

// asked are the hashes of the blobs that were read since the last call, sorted.
func (c *lazyCache) asked() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	blobs := c.blobs
	c.blobs = nil
	slices.Sort(blobs)
	return strings.Join(blobs, "\n")
}

// lazyHTTPCache is nginx.
func lazyHTTPCache(t *testing.T) *lazyCache {
	t.Helper()
	server := harness.StartHTTPCache(t)
	c := &lazyCache{flag: server.Address, http: server}
	to, err := url.Parse(c.flag)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	noted := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.note(path.Base(r.URL.Path))
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(noted.Close)
	c.read = noted.URL
	return c
}

// lazyMachines are two checkouts of the workspace of lazy images: what the first
// builds is in the cache, and the second runs it without the bytes.
type lazyMachines struct {
	first, second harness.Bazel
	docker        *harness.DockerEngine
	cache         *lazyCache
}

func newLazyMachines(t *testing.T, cache *lazyCache) *lazyMachines {
	t.Helper()
	m := &lazyMachines{docker: harness.Docker(t, harness.ContainerdStore), cache: cache}
	m.first = harness.Temporary(t, harness.CopyWorkspace(t, "e2e/lazy"))
	m.second = harness.Temporary(t, harness.CopyWorkspace(t, "e2e/lazy"))
	m.first.Flags = []string{"--disk_cache=", "--remote_cache=" + cache.flag}
	m.second.Flags = append(slices.Clone(m.first.Flags), "--remote_download_minimal")
	m.write(t, "busybox", harness.Exec("cat", "/usr/bin/busybox").Run(t).Must(t).Stdout)
	m.write(t, "archive.nar", lazyNAR(t, "in a NAR\n"))
	m.write(t, "quelle ü.txt", "source, too\n")
	return m
}

// write changes a file in both checkouts.
func (m *lazyMachines) write(t *testing.T, name, text string) {
	t.Helper()
	for _, dir := range []string{m.first.Dir, m.second.Dir} {
		harness.WriteFile(t, filepath.Join(dir, name), text)
	}
}

// blob is the hash of a file that is made of a file of the workspace.
func (m *lazyMachines) blob(t *testing.T, name string, more ...string) string {
	t.Helper()
	text := harness.ReadFile(t, filepath.Join(m.first.Dir, name)) + strings.Join(more, "")
	return fmt.Sprintf("%x", sha256.Sum256([]byte(text)))
}

// run runs a target on the second machine, which reads from the cache at an
// address.
func (m *lazyMachines) run(t *testing.T, cache, target string, args ...string) harness.Result {
	t.Helper()
	var flags []string
	for len(args) > 0 && args[0] != "--" {
		flags, args = append(flags, args[0]), args[1:]
	}
	command := m.second.Command("run", slices.Concat(flags, []string{target}, args)...)
	command.Env = append(command.Env, "DOCKER_HOST="+m.docker.Host, "STRATA_REMOTE_CACHE="+cache)
	return command.Run(t)
}

// objects are the blobs of the objects of the image.
func (m *lazyMachines) objects(t *testing.T) []string {
	t.Helper()
	return []string{
		m.blob(t, "left.txt"), m.blob(t, "right.txt"), m.blob(t, "busybox"), m.blob(t, "archive.nar"),
		m.blob(t, "many.txt"), m.blob(t, "many.txt", "again\n"),
	}
}

// top is the blob of the top layer of an image that Docker has.
func (m *lazyMachines) top(t *testing.T, ref string) string {
	t.Helper()
	layers := m.docker.Inspect(t, ref).RootFS.Layers
	return strings.TrimPrefix(layers[len(layers)-1], "sha256:")
}

// blobList are hashes as asked has them.
func blobList(hashes ...string) string {
	slices.Sort(hashes)
	return strings.Join(hashes, "\n")
}

// lazyNAR is an object in a NAR, with a second file that is long.
func lazyNAR(t *testing.T, text string) string {
	t.Helper()
	var archive bytes.Buffer
	w := nar.NewWriter(&archive)
	for _, e := range []struct{ path, text string }{{"", ""}, {"narred.txt", text}, {"zeros", strings.Repeat("\x00", 3<<20)}} {
		header := nar.Entry{Path: e.path, Type: nar.Regular, Size: int64(len(e.text))}
		if e.path == "" {
			header.Type = nar.Directory
		}
		err := w.WriteHeader(header)
		if err == nil {
			_, err = io.WriteString(w, e.text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return archive.String()
}

// downloaded are the names of the files of a name that the second machine has in
// its output tree.
func (m *lazyMachines) downloaded(t *testing.T, names ...string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(filepath.Join(m.second.OutputBase, "execroot/_main/bazel-out"), func(file string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && slices.Contains(names, entry.Name()) {
			found = append(found, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestLazyImagesOverGRPC: the same where the cache is one of the Remote Execution
// API.
func TestLazyImagesOverGRPC(t *testing.T) {
	harness.Lane(t)
	harness.Need(t, harness.TestRoot)
	newLazyMachines(t, lazyGRPCCache(t)).testImages(t)
}

// madeFiles are the files that the objects' bytes are in.
var madeFiles = []string{
	"copied.nar", "left.out", "program.out", "right.out", "first.txt", "last.txt", "umlaut.out", "tool", "built.tar.gz", "single.tar.gz", "single.layer.tar",
	"image.customisation.tar", "built.customisation.tar", "above.customisation.tar", "tool_image.customisation.tar",
}

// TestLazyImages: a machine that has none of an image's bytes reads from the
// remote cache those that the engine lacks, and no others.
func TestLazyImages(t *testing.T) {
	harness.Lane(t)
	harness.Need(t, harness.TestRoot)
	m := newLazyMachines(t, lazyHTTPCache(t))
	t.Run("HTTP", m.testImages)
	if t.Failed() {
		return
	}
	t.Run("other images", m.testOtherImages)
	t.Run("push", m.testPush)
	t.Run("faults", m.testFaults)
	t.Run("image_test", m.testTest)
	t.Run("eager image on a lazy one", m.testEagerAbove)
}

func (m *lazyMachines) testImages(t *testing.T) {
	m.first.Build(t, "//:image")
	says := func(left string) string { return "source\n" + left + "right\nmany\nmany\nagain\nin a NAR\n" }

	r := m.run(t, m.cache.read, "//:image").Must(t)
	contains(t, "stderr", r.Stderr, "6 of 6 layers sent")
	equal(t, "the container says", m.docker.RunImage(t, "lazy:stream").Must(t).Stdout, says("left\n"))
	equal(t, "blobs read", m.cache.asked(), blobList(append(m.objects(t), m.top(t, "lazy:stream"))...))
	if found := m.downloaded(t, madeFiles...); len(found) > 0 {
		t.Errorf("downloaded: %q", found)
	}

	r = m.run(t, m.cache.read, "//:image").Must(t)
	contains(t, "stderr", r.Stderr, "0 of 6 layers sent")
	equal(t, "blobs read of what is there", m.cache.asked(), "")

	m.write(t, "left.txt", "edited\n")
	m.first.Build(t, "//:image")
	r = m.run(t, m.cache.read, "//:image").Must(t)
	contains(t, "stderr", r.Stderr, "1 of 6 layers sent")
	equal(t, "blobs read after an edit", m.cache.asked(), m.blob(t, "left.txt"))
	equal(t, "the container says", m.docker.RunImage(t, "lazy:stream").Must(t).Stdout, says("edited\n"))

	id := m.docker.Inspect(t, "lazy:stream").ID
	m.docker.Remove(t, "lazy:stream")
	m.first.Flags = append(m.first.Flags, "--remote_download_all")
	defer func() { m.first.Flags = m.first.Flags[:len(m.first.Flags)-1] }()
	command := m.first.Command("run", "//:image")
	command.Env = append(command.Env, "DOCKER_HOST="+m.docker.Host, "STRATA_REMOTE_CACHE="+m.cache.read)
	command.Run(t).Must(t)
	equal(t, "ID where all bytes are here", m.docker.Inspect(t, "lazy:stream").ID, id)
	equal(t, "blobs read where all bytes are here", m.cache.asked(), "")
}

// testOtherImages: layers of several objects, one layer of files, an image on top
// of a lazy one, an index, and a program.
func (m *lazyMachines) testOtherImages(t *testing.T) {
	const says = "source\nedited\nright\nmany\nmany\nagain\nin a NAR\n"
	tests := []struct {
		target, ref, says string
		// blobs are those that Docker lacks after the tests before, but for the top
		// layer.
		blobs  []string
		hasTop bool
	}{
		{"//:built", "lazy:built", says, m.objects(t), false},
		{"//:single", "lazy:single", "source\nright\n", nil, false},
		{"//:above", "lazy:above", says, nil, false},
		{"//:index", "lazy:stream", says, nil, true},
		{
			// One file is in two layers.
			"//:tool_image", "lazy:tool", "umlaut\numlaut\numlaut\nsource, too\n",
			[]string{m.blob(t, "busybox"), m.blob(t, "umlaut.txt"), m.blob(t, "umlaut.txt")}, false,
		},
	}
	for _, test := range tests {
		m.first.Build(t, test.target)
	}
	m.cache.asked()
	for _, test := range tests {
		t.Run(test.target, func(t *testing.T) {
			m.run(t, m.cache.read, test.target).Must(t)
			equal(t, "the container says", m.docker.RunImage(t, test.ref).Must(t).Stdout, test.says)
			want := test.blobs
			if !test.hasTop {
				want = append(want, m.top(t, test.ref))
			}
			equal(t, "blobs read", m.cache.asked(), blobList(want...))
			if found := m.downloaded(t, madeFiles...); len(found) > 0 {
				t.Errorf("downloaded: %q", found)
			}
		})
	}
}

// testPush: of a lazy image the registry gets what it lacks.
func (m *lazyMachines) testPush(t *testing.T) {
	registry := harness.StartRegistry(t)
	m.first.Build(t, "//:push", "//:push_index")
	to := []string{"--", "--repository", registry.Address + "/lazy"}
	m.cache.asked()
	m.run(t, m.cache.read, "//:push", to...).Must(t)
	equal(t, "blobs read", m.cache.asked(), blobList(append(m.objects(t), m.top(t, "lazy:stream"))...))
	m.run(t, m.cache.read, "//:push_index", to...).Must(t)
	equal(t, "blobs read of what the registry has", m.cache.asked(), "")
	m.docker.Remove(t, "lazy:stream")
	m.docker.Run(t, "pull", registry.Address+"/lazy:pushed").Must(t)
	defer m.docker.Remove(t, registry.Address+"/lazy:pushed")
	contains(t, "the container says", m.docker.RunImage(t, registry.Address+"/lazy:pushed").Must(t).Stdout, "source\nedited\n")
}

// testTest: a test has all bytes, and does not ask a cache that it is told of.
func (m *lazyMachines) testTest(t *testing.T) {
	m.first.Build(t, "//:image_test")
	m.cache.asked()
	m.second.Run(t, "test", "//:image_test", "--test_env=STRATA_REMOTE_CACHE="+m.cache.read).Must(t)
	equal(t, "blobs that a test reads", m.cache.asked(), "")
}

// testEagerAbove: an image that is not lazy has all bytes at hand, those of a lazy
// one that it is built on, too.
func (m *lazyMachines) testEagerAbove(t *testing.T) {
	m.first.Build(t, "//:eager_above")
	archive := m.run(t, "", "//:eager_above", "--", "stream").Must(t).Stdout
	contains(t, "archive", archive, "in a NAR\n")
}

// testFaults: errors say what to do, that helps, and nothing is loaded.
func (m *lazyMachines) testFaults(t *testing.T) {
	before := m.docker.Inspect(t, "lazy:built").ID
	m.write(t, "right.txt", "edited right\n")
	m.first.Build(t, "//:built")
	lost := m.blob(t, "right.txt")
	kept := []byte("edited right\n")
	for _, test := range []struct {
		name, cache, want string
		content           []byte
	}{
		{"no address", "", " of //:archive: it is not on this machine", kept},
		{"not an address", "ftp://x", `the remote cache "ftp://x": unknown scheme "ftp"`, kept},
		{"nobody there", "http://127.0.0.1:1", "connection refused (tried 5 times)", kept},
		{"nobody there, gRPC", "grpc://127.0.0.1:1", "connection refused", kept},
		{"another protocol", strings.Replace(m.cache.read, "http:", "grpc:", 1), "is STRATA_REMOTE_CACHE or --remote-cache right?", kept},
		{"other bytes", m.cache.read, "digest mismatch", []byte("edited wrong\n")},
		{"fewer bytes", m.cache.read, "digest mismatch", []byte("edited\n")},
		{"evicted", m.cache.read, "does not have the blob " + lost, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			m.cache.http.Replace(t, lost, test.content)
			r := m.run(t, test.cache, "//:built")
			if r.Status == 0 {
				t.Errorf("it worked: %s", r)
			}
			contains(t, "stderr", r.Stderr, test.want)
			equal(t, "image after the fault", m.docker.Inspect(t, "lazy:built").ID, before)
			equal(t, "names that it printed", strings.Join(harness.LoadedNames(r.Stdout), " "), "")
		})
	}
	m.run(t, m.cache.read, "//:built", allOutputs).Must(t)
	contains(t, "the container says", m.docker.RunImage(t, "lazy:built").Must(t).Stdout, "edited right\n")
}
