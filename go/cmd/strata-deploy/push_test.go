package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/ocilayout"
	"github.com/rules-strata/rules_strata/go/registry/faulty"
)

// pushing is an image and a registry, with a cache and no credentials.
type pushing struct {
	program string
	cache   string
	server  *faulty.Server
}

func newPushing(t *testing.T) *pushing {
	t.Helper()
	home := t.TempDir()
	for name, value := range map[string]string{
		"HOME": home, "DOCKER_CONFIG": home, "XDG_CACHE_HOME": home + "/cache", "XDG_CONFIG_HOME": home, "XDG_RUNTIME_DIR": home, "REGISTRY_AUTH_FILE": "",
	} {
		t.Setenv(name, value)
	}
	program, _ := makeImage(t)
	return &pushing{program, home + "/cache", faulty.New(t)}
}

// must pushes, or fails the test, and returns the digest.
func (p *pushing) must(t *testing.T, args ...string) (digest, stderr string) {
	t.Helper()
	r := call(append([]string{p.program}, args...)...)
	repository, digest, ok := strings.Cut(strings.TrimSuffix(r.stdout, "\n"), "@")
	if r.status != 0 || !ok || !strings.HasPrefix(repository, p.server.Host+"/") {
		t.Fatalf("%q: %+v\n%s", args, r, p.server)
	}
	return digest, r.stderr
}

// writes is how many requests changed blobs, and how many manifests.
func (p *pushing) writes() (blobs, manifests int) {
	for _, method := range []string{"POST", "PUT", "PATCH"} {
		n, _, _ := p.server.Count(method, faulty.Upload)
		blobs += n
	}
	manifests, _, _ = p.server.Count("PUT", faulty.Manifest)
	return blobs, manifests
}

func (p *pushing) wantWrites(t *testing.T, name string, blobs bool, manifests int) {
	t.Helper()
	if b, m := p.writes(); (b > 0) != blobs || m != manifests {
		t.Errorf("%s: %d requests changed blobs, %d manifests, want %v and %d\n%s", name, b, m, blobs, manifests, p.server)
	}
	p.server.Forget()
}

func (p *pushing) manifest(t *testing.T, repository, reference string) *ocilayout.Manifest {
	t.Helper()
	data := p.server.Tag(repository, reference)
	m, err := ocilayout.ParseManifest(data)
	if err != nil {
		t.Fatalf("%s:%s: %v\n%s", repository, reference, err, data)
	}
	return m
}

func TestPush(t *testing.T) {
	p := newPushing(t)
	digest, stderr := p.must(t, "push", p.server.Host+"/team/hello")
	for _, want := range []string{"compressing 1 of 1 layers to find their digests\n", "1 of 1 layer sent, ", " to " + p.server.Host + "/team/hello: v1\n"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("stderr %q, want %q", stderr, want)
		}
	}
	m := p.manifest(t, "team/hello", "v1")
	if got := ocilayout.Digest(p.server.Tag("team/hello", "v1")); got != digest {
		t.Errorf("the image's own tag is %s, want %s", got, digest)
	}
	if p.server.Tag("team/hello", digest) == nil || len(m.Layers) != 1 || m.Layers[0].MediaType != compress.Gzip.LayerMediaType() {
		t.Errorf("got %+v", m)
	}
	for _, blob := range append(m.Layers, m.Config) {
		if data := p.server.Blob("team/hello", blob.Digest); ocilayout.Digest(data) != blob.Digest || int64(len(data)) != blob.Size {
			t.Errorf("%+v is not there", blob)
		}
	}
	p.wantWrites(t, "first", true, 2)

	again, stderr := p.must(t, "push", p.server.Host+"/team/hello")
	if again != digest || strings.Contains(stderr, "compressing") || !strings.Contains(stderr, "0 of 1 layer sent, 0 B, ") {
		t.Errorf("again: %s, %s", again, stderr)
	}
	p.wantWrites(t, "again", false, 0)

	if _, stderr = p.must(t, "push", "--quiet", p.server.Host+"/team/hello:other", "--tag=third"); stderr != "" {
		t.Errorf("--quiet says %q", stderr)
	}
	p.wantWrites(t, "two other tags", false, 2)
	if other, _ := p.must(t, "push", "--compression=zstd", "--repository", p.server.Host+"/zstd", "--tag=v1"); other == digest {
		t.Error("another compression has the same digest")
	}
	if m := p.manifest(t, "zstd", "v1"); m.Layers[0].MediaType != compress.Zstd.LayerMediaType() {
		t.Errorf("got %+v", m)
	}
}

// TestPushRepairsTheCache: a digest that is not that of the bytes is found out
// when they are sent.
func TestPushRepairsTheCache(t *testing.T) {
	p := newPushing(t)
	want, _ := p.must(t, "push", p.server.Host+"/first")
	var file string
	err := filepath.WalkDir(p.cache, func(path string, entry os.DirEntry, err error) error {
		if entry.Type().IsRegular() {
			file = path
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	right := p.manifest(t, "first", "v1").Layers[0]
	for name, wrong := range map[string]string{
		"digest": strings.Replace(string(data), right.Digest, "sha256:"+strings.Repeat("a", 64), 1),
		"size":   strings.Replace(string(data), fmt.Sprintf(`"size":%d`, right.Size), fmt.Sprintf(`"size":%d`, right.Size-1), 1),
		"more":   strings.Replace(string(data), fmt.Sprintf(`"size":%d`, right.Size), fmt.Sprintf(`"size":%d`, right.Size+1), 1),
	} {
		t.Run(name, func(t *testing.T) {
			if wrong == string(data) {
				t.Fatalf("nothing to change in %s", data)
			}
			if err := os.WriteFile(file, []byte(wrong), 0o644); err != nil {
				t.Fatal(err)
			}
			got, stderr := p.must(t, "push", p.server.Host+"/"+name)
			if got != want || !strings.Contains(stderr, "a remembered digest is wrong") {
				t.Errorf("pushed %s, want %s: %s", got, want, stderr)
			}
			if now, err := os.ReadFile(file); err != nil || string(now) != string(data) {
				t.Errorf("the cache still has %s, %v", now, err)
			}
			if p.server.Blob(name, right.Digest) == nil {
				t.Error("the layer is not there")
			}
		})
	}
}

// withTarget makes the program that of an image_push.
func (p *pushing) withTarget(t *testing.T, tags string, change func(map[string]any)) {
	t.Helper()
	runfiles := p.program + ".runfiles"
	config, err := os.ReadFile(runfiles + "/config.json")
	if err != nil {
		t.Fatal(err)
	}
	p.must(t, "push", p.server.Host+"/built")
	m := p.manifest(t, "built", "v1")
	m.Annotations = map[string]string{"built": "by Bazel"}
	manifest, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"manifest.json": manifest, "tags": []byte(tags), "push-config.json": config} {
		if err := os.WriteFile(filepath.Join(runfiles, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	target := map[string]any{
		"config": "push-config.json", "insecure": false, "manifest": "manifest.json", "repository": p.server.Host + "/target", "tags": "tags", "version": 1,
	}
	change(target)
	if err := jsonfile.Write(p.program+".push.json", target); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(p.cache); err != nil {
		t.Fatal(err)
	}
	p.server.Forget()
}

// TestPushTarget: what Bazel built is pushed as it is, to where it says.
func TestPushTarget(t *testing.T) {
	p := newPushing(t)
	p.withTarget(t, "a\nb\n", func(map[string]any) {})
	digest, stderr := p.must(t)
	if strings.Contains(stderr, "compressing") {
		t.Errorf("digests are known: %s", stderr)
	}
	p.wantWrites(t, "first", true, 3)
	for _, tag := range []string{"a", "b"} {
		if m := p.manifest(t, "target", tag); m.Annotations["built"] != "by Bazel" || ocilayout.Digest(p.server.Tag("target", tag)) != digest {
			t.Errorf("tag %s is %+v", tag, m)
		}
	}
	if _, err := os.Stat(p.cache); !os.IsNotExist(err) {
		t.Errorf("the cache is not needed: %v", err)
	}
	if again, _ := p.must(t); again != digest {
		t.Errorf("again %s", again)
	}
	p.wantWrites(t, "again", false, 0)
	if _, stderr = p.must(t, "--repository", p.server.Host+"/elsewhere", "--tag", "c", "--quiet"); stderr != "" || p.server.Tag("elsewhere", "c") == nil || p.server.Tag("elsewhere", "a") != nil {
		t.Errorf("with flags: %s", p.server)
	}
}

// TestPushIndex: an index is pushed with its images.
func TestPushIndex(t *testing.T) {
	p := newPushing(t)
	p.withTarget(t, "a\n", func(map[string]any) {})
	runfiles := p.program + ".runfiles"
	m := p.manifest(t, "built", "v1")
	index := map[string]any{"schemaVersion": 2, "mediaType": ocilayout.IndexMediaType}
	var entries, images []any
	for _, name := range []string{"one", "two"} {
		m.Annotations = map[string]string{"name": name}
		data, err := m.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(runfiles, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
		description, err := os.ReadFile(p.program + ".image.json")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(runfiles, name+".image.json"), description, 0o644); err != nil {
			t.Fatal(err)
		}
		entries = append(entries, map[string]any{"mediaType": ocilayout.ManifestMediaType, "digest": ocilayout.Digest(data), "size": len(data)})
		images = append(images, map[string]any{"config": "push-config.json", "description": name + ".image.json", "manifest": name})
	}
	index["manifests"] = entries
	data, err := jsonfile.Marshal(index)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(runfiles, "index.json"), data, 0o644); err != nil {
		t.Fatal(err)
	}
	target := map[string]any{"images": images, "insecure": false, "manifest": "index.json", "repository": p.server.Host + "/index", "tags": "tags", "version": 1}
	if err := jsonfile.Write(p.program+".push.json", target); err != nil {
		t.Fatal(err)
	}
	digest, stderr := p.must(t)
	if digest != ocilayout.Digest(data) || string(p.server.Tag("index", "a")) != string(data) {
		t.Errorf("pushed %s: %s", digest, p.server.Tag("index", "a"))
	}
	for _, entry := range entries {
		digest := entry.(map[string]any)["digest"].(string)
		if got := ocilayout.Digest(p.server.Tag("index", digest)); got != digest {
			t.Errorf("%s is not there: %s", digest, stderr)
		}
	}
	// Two images, the index by its digest, and the tag.
	p.wantWrites(t, "first", true, 4)
	p.must(t)
	p.wantWrites(t, "again", false, 0)

	target["config"] = "push-config.json"
	if err := jsonfile.Write(p.program+".push.json", target); err != nil {
		t.Fatal(err)
	}
	if r := call(p.program); r.status != exitFailure || !strings.Contains(r.stderr, `want either "config" or "images"`) {
		t.Errorf("both: %+v", r)
	}
}

func TestPushErrors(t *testing.T) {
	p := newPushing(t)
	host := p.server.Host
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"nowhere", nil, "nothing says where to push to: -- push REGISTRY/REPOSITORY:TAG"},
		{"capital letters", []string{host + "/Hello"}, `capital letters, which are not possible: write "hello"`},
		{"a long tag", []string{host + "/hello:" + strings.Repeat("x", 129)}, "the tag has 129 characters, at most 128"},
		{"a digest", []string{host + "/hello@sha256:" + strings.Repeat("a", 64)}, "it has a digest: give REPOSITORY or REPOSITORY:TAG"},
		{"two places", []string{host + "/hello", "--repository=x"}, "give one"},
		{"an empty tag", []string{host + "/hello:"}, "the tag is empty"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := call(append([]string{p.program, "push"}, test.args...)...)
			if r.status != exitFailure || r.stdout != "" || !strings.Contains(r.stderr, test.want) {
				t.Errorf("got %+v", r)
			}
		})
	}
	if p.server.String() != "" && len(p.server.Requests("", "")) > 0 {
		t.Errorf("the registry was asked: %s", p.server)
	}
	if r := call(p.program, "push", host+"/hello", "--compression=xz"); r.status != exitUsage || !strings.Contains(r.stderr, `unknown compression "xz"`) {
		t.Errorf("got %+v", r)
	}
}

func TestPushTargetErrors(t *testing.T) {
	for _, test := range []struct {
		name, tags string
		change     func(map[string]any)
		args       []string
		want       string
	}{
		{"a variable", "v{STABLE_COMMIT}\n", nil, nil, `the tag "v{STABLE_COMMIT}" has a variable of a build with stamping: bazel run --stamp, or -- --tag TAG`},
		{"no tag", "", nil, nil, "push.json: no tag in "},
		{"another compression", "a\n", nil, []string{"--compression=zstd"}, "set layer_compression of the image"},
		{"no manifest", "a\n", func(target map[string]any) { target["manifest"] = "" }, nil, `push.json: no "manifest"`},
		{"a file that is not there", "a\n", func(target map[string]any) { target["manifest"] = "absent" }, nil, "absent: no such file"},
		{"a manifest that is none", "a\n", func(target map[string]any) { target["manifest"] = "tags" }, nil, "not an image manifest"},
		{"another version", "a\n", func(target map[string]any) { target["version"] = 2 }, nil, "version 2, want 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := newPushing(t)
			p.withTarget(t, test.tags, func(target map[string]any) {
				if test.change != nil {
					test.change(target)
				}
			})
			r := call(append([]string{p.program}, test.args...)...)
			if r.status != exitFailure || r.stdout != "" || !strings.Contains(r.stderr, test.want) {
				t.Errorf("got %+v, want %s", r, test.want)
			}
		})
	}
}

// TestPushWithCredentials: those of Docker's config are used, and never shown.
func TestPushWithCredentials(t *testing.T) {
	p := newPushing(t)
	p.server.Require(faulty.Auth{User: "me", Password: "secret word"})
	r := call(p.program, "push", p.server.Host+"/private/hello")
	if r.status != exitFailure || !strings.Contains(r.stderr, "docker login "+p.server.Host) {
		t.Fatalf("without credentials: %+v", r)
	}
	auths := map[string]any{"auths": map[string]any{p.server.Host: map[string]string{"username": "me", "password": "secret word"}}}
	data, err := json.Marshal(auths)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(os.Getenv("DOCKER_CONFIG"), "config.json"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stderr := p.must(t, "push", p.server.Host+"/private/hello"); strings.Contains(stderr, "secret") {
		t.Errorf("stderr %q", stderr)
	}
}

// TestPushOfAnIndex: the program of an index has one image of it, which is not
// what its user wants to push.
func TestPushOfAnIndex(t *testing.T) {
	program, _ := makeImage(t)
	if err := os.WriteFile(program+".index", []byte("//:index\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	r := call(program, "push", "localhost:1/hello")
	if r.status != exitFailure || r.stdout != "" || !strings.Contains(r.stderr, "//:index is an index, of which this program has one image: push it with an image_push target") {
		t.Errorf("got %+v", r)
	}
}

// TestPushHelp: the program of an image_push is the command push.
func TestPushHelp(t *testing.T) {
	p := newPushing(t)
	if err := os.WriteFile(p.program+".push.json", []byte(`{"repository":"`+p.server.Host+`/team/hello","version":1}`), 0o644); err != nil {
		t.Fatal(err)
	}
	r := call(p.program, "--help")
	if r.status != 0 || !strings.HasPrefix(r.stdout, "Usage: hello [<ref>] [flags]") || !strings.Contains(r.stdout, "--repository") || r.stderr != "" {
		t.Errorf("got %+v", r)
	}
}

func TestPushTags(t *testing.T) {
	p := newPushing(t)
	if _, stderr := p.must(t, "push", "--repository="+p.server.Host+"/team/hello", "--tag=a", "--tag=b"); !strings.Contains(stderr, "/team/hello: a, b\n") {
		t.Errorf("stderr %q", stderr)
	}
	if r := call(p.program, "push", "--repository="+p.server.Host+"/x:y"); r.status != exitFailure || !strings.Contains(r.stderr, "has a tag: --repository "+p.server.Host+"/x --tag y") {
		t.Errorf("got %+v", r)
	}
}
