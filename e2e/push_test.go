//go:build e2e

package e2e

import (
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// pushWorkspace is a copy of the workspace e2e/push.
type pushWorkspace struct {
	bazel harness.Bazel
	// first are the actions that its first build ran.
	first []harness.Spawn
}

var pushBuilt struct {
	sync.Mutex
	built *pushWorkspace
}

const allPushes = "//:push //:push_above //:push_on_archive //:push_stamped //:deployment"

func pushes(t *testing.T) *pushWorkspace {
	t.Helper()
	harness.Need(t, harness.TestRoot, harness.RegistryServer)
	pushBuilt.Lock()
	defer pushBuilt.Unlock()
	if pushBuilt.built == nil {
		w := &pushWorkspace{bazel: harness.LastingCopy(t, "e2e/push")}
		w.first = w.bazel.Spawns(t, strings.Fields(allPushes)...)
		pushBuilt.built = w
	}
	return pushBuilt.built
}

// run runs a target with Bazel's flags and arguments of its own after "--", and
// returns the digest that it printed.
func (w *pushWorkspace) run(t *testing.T, to, target string, args ...string) (digest string) {
	t.Helper()
	if !slices.Contains(args, "--") {
		args = append(args, "--")
	}
	said := w.bazel.Run(t, "run", append(append([]string{target}, args...), "--repository", to)...).Must(t).Stdout
	repository, digest, ok := strings.Cut(strings.TrimSpace(said), "@")
	if !ok || repository != to {
		t.Fatalf("%s says %q, want %s@DIGEST", target, said, to)
	}
	return digest
}

// reference is the digest in the file that a build makes of a push.
func (w *pushWorkspace) reference(t *testing.T, target string) string {
	t.Helper()
	_, digest, _ := strings.Cut(harness.ReadFile(t, w.bazel.Output(t, target, ".reference")), "@")
	return strings.TrimSpace(digest)
}

// TestPushKeepsNoCompressedBytes: building all that a push needs makes
// descriptors, and no blob of ours stays in a cache.
func TestPushKeepsNoCompressedBytes(t *testing.T) {
	harness.Lane(t, "push")
	w := pushes(t)
	for _, mnemonic := range []string{"BaseBlobs", "CustomisationBlob", "ImageLayout", "ObjectBlob", "RestBlobs"} {
		equal(t, mnemonic, strings.Join(only(mnemonic, w.first), "\n"), "")
	}
	equal(t, "descriptors", strings.Join(only("BlobInfo", w.first), "\n"), lines(`
		BlobInfo //:above_image
		BlobInfo //:above_image
		BlobInfo //:hello_image
		BlobInfo //:on_archive_image
		BlobInfo //:on_archive_image
		BlobInfo //:on_archive_image
		BlobInfo //:one
		BlobInfo //:one
		BlobInfo //:three
		BlobInfo //:three
		BlobInfo //:two
		BlobInfo //:two`))
	equal(t, "deployment", harness.ReadFile(t, filepath.Join(w.bazel.Bin(t), "deployment.yaml")),
		"image: \"localhost:5000/hello@"+w.reference(t, "//:push")+"\"\n"+
			"others: [\"localhost:5000/above@"+w.reference(t, "//:push_above")+"\", {}]\n")
}

// TestPushSendsWhatIsMissing: nothing the second time, and after an edit the
// one layer that changed, the config and the manifest.
func TestPushSendsWhatIsMissing(t *testing.T) {
	harness.Lane(t, "push")
	w, registry := pushes(t), newPushRegistry(t)
	to := registry.host + "/team/hello"
	digest := w.run(t, to, "//:push")
	equal(t, "digest", digest, w.reference(t, "//:push"))
	blobs, manifests := registry.writes()
	// one, two, the links, the config.
	equal(t, "blobs", len(commits(blobs)), 4)
	equal(t, "manifests", len(manifests), 2)

	equal(t, "digest of the second push", w.run(t, to, "//:push"), digest)
	blobs, manifests = registry.writes()
	equal(t, "writes of the second push", strings.Join(append(blobs, manifests...), "\n"), "")

	harness.WriteFile(t, filepath.Join(w.bazel.Dir, "two.txt"), "edited\n")
	defer harness.WriteFile(t, filepath.Join(w.bazel.Dir, "two.txt"), "two\n")
	changed := w.run(t, to, "//:push")
	if changed == digest {
		t.Error("the edit changed nothing")
	}
	blobs, manifests = registry.writes()
	equal(t, "blobs after an edit, the config among them", len(commits(blobs)), 2)
	equal(t, "manifests after an edit: by digest, and the tag", len(manifests), 2)
	equal(t, "digest that the tag has", registry.inspect(t, "team/hello:latest").Digest, changed)
	equal(t, "digest by which it is there", registry.inspect(t, "team/hello@"+changed).Digest, changed)
}

// TestPushedImagesArePulled: what engines pull is what was built: on bases, and
// with both compressions.
func TestPushedImagesArePulled(t *testing.T) {
	harness.Lane(t, "push")
	w, registry := pushes(t), newPushRegistry(t)
	docker, podman := harness.Docker(t, harness.ClassicStore), harness.Podman(t)
	for _, test := range []struct{ target, image, tag string }{
		{"//:push", "//:hello_image", "latest"},
		{"//:push_above", "//:above_image", "v1"},
		{"//:push_on_archive", "//:on_archive_image", "v1"},
		{"//:push_on_layout", "//:on_layout_image", "v1"},
	} {
		t.Run(test.image, func(t *testing.T) {
			name := registry.host + "/" + strings.TrimPrefix(test.image, "//:")
			digest := w.run(t, name, test.target)
			equal(t, "digest", digest, w.reference(t, test.target))
			id := harness.Digest(t, w.bazel.Output(t, test.image, ".config.json"))
			docker.Run(t, "pull", "--quiet", name+":"+test.tag).Must(t)
			equal(t, "image ID in Docker", docker.Inspect(t, name+":"+test.tag).ID, id)
			podman.Run(t, "pull", "--quiet", "--tls-verify=false", name+"@"+digest).Must(t)
			equal(t, "image ID in Podman", "sha256:"+podman.Inspect(t, name+"@"+digest).ID, id)
		})
	}
	// The layers of a layout are what they are in it.
	below, above := registry.inspect(t, "hello_image:latest").Layers, registry.inspect(t, "on_layout_image:v1").Layers
	if len(above) <= len(below) || !slices.Equal(above[:len(below)], below) {
		t.Errorf("layers %q, want %q first", above, below)
	}
}

// TestPushCommand: any image can be pushed, and is what its manifest says.
func TestPushCommand(t *testing.T) {
	harness.Lane(t, "push")
	w, registry := pushes(t), newPushRegistry(t)
	cache := harness.TempDir(t)
	for _, test := range []struct{ image, tag string }{{"//:hello_image", "latest"}, {"//:on_archive_image", "v1"}, {"//:on_layout_image", "v1"}} {
		w.bazel.Build(t, "--output_groups=+manifest", test.image)
		name := strings.TrimPrefix(test.image, "//:")
		to := registry.host + "/" + name
		digest := harness.DigestOf(harness.ReadFile(t, w.bazel.Output(t, test.image, ".manifest.json")))
		for _, args := range [][]string{{"push", to + ":" + test.tag}, {"push", "--quiet", to + ":" + test.tag}} {
			r := harness.Command{
				Env:  []string{"XDG_CACHE_HOME=" + cache},
				Args: append([]string{w.bazel.Output(t, test.image, "")}, args...),
			}.Run(t).Must(t)
			equal(t, "what "+strings.Join(args, " ")+" says", r.Stdout, to+"@"+digest+"\n")
		}
		equal(t, "digest of the tag", registry.inspect(t, name+":"+test.tag).Digest, digest)
	}
}

// TestPushIndexWithItsImages: an image index is there with an image for each
// platform, of which engines take theirs.
func TestPushIndexWithItsImages(t *testing.T) {
	harness.Lane(t, "push")
	w, registry := pushes(t), newPushRegistry(t)
	docker := harness.Docker(t, harness.ClassicStore)
	to := registry.host + "/index"
	digest := w.run(t, to, "//:push_index")
	equal(t, "digest", digest, w.reference(t, "//:push_index"))
	_, manifests := registry.writes()
	// Two images, the index by its digest, and the tag.
	equal(t, "manifests", len(manifests), 4)
	equal(t, "index", harness.DigestOf(registry.skopeo(t, "inspect", "index:v1", "--raw")), digest)
	for _, architecture := range []string{"amd64", "arm64"} {
		docker.Run(t, "pull", "--quiet", "--platform=linux/"+architecture, to+":v1").Must(t)
		got := docker.Run(t, "image", "inspect", "--format={{.Architecture}}", to+":v1").Must(t).Stdout
		equal(t, "architecture", strings.TrimSpace(got), architecture)
	}
	registry.writes()
	w.run(t, to, "//:push_index")
	blobs, manifests := registry.writes()
	equal(t, "writes of the second push", strings.Join(append(blobs, manifests...), "\n"), "")
}

// TestPushIsStamped: the status of the build is in tags, annotations and
// labels, with --stamp alone.
func TestPushIsStamped(t *testing.T) {
	harness.Lane(t, "push")
	w, registry := pushes(t), newPushRegistry(t)
	to := registry.host + "/stamped"
	status := "--workspace_status_command=" + filepath.Join(w.bazel.Dir, "status.sh")
	refused := w.bazel.Run(t, "run", status, "//:push_stamped", "--", "--repository", to)
	if refused.Status == 0 || !strings.Contains(refused.Stderr, "bazel run --stamp") {
		t.Errorf("without --stamp: %s", refused)
	}
	unstamped := w.run(t, to, "//:push_stamped", "--", "--tag=plain")
	if labels := registry.inspect(t, "stamped:plain").Labels; len(labels) != 0 {
		t.Errorf("labels without stamping: %v", labels)
	}
	digest := w.run(t, to, "//:push_stamped", "--stamp", status, "--")
	if digest == unstamped {
		t.Error("stamping changed nothing")
	}
	// Path mapping has no place for Bazel's status files.
	equal(t, "digest with path mapping", w.run(t, to, "//:push_stamped", "--stamp", status, "--experimental_output_paths=strip", "--"), digest)
	for _, tag := range []string{"latest", "r1-17"} {
		image := registry.inspect(t, "stamped:"+tag)
		equal(t, "digest of "+tag, image.Digest, digest)
		equal(t, "label of "+tag, image.Labels["revision"], "r1")
	}
	manifest := registry.skopeo(t, "inspect", "stamped:latest", "--raw")
	if want := `"annotations":{"org.opencontainers.image.revision":"r1","plain":"{}"}`; !strings.Contains(manifest, want) {
		t.Errorf("manifest %s, want %s", manifest, want)
	}
}

// TestPushLogsIn: credentials are those of the Docker command line.
func TestPushLogsIn(t *testing.T) {
	harness.Lane(t, "push")
	w, registry := pushes(t), newPushRegistry(t, "tester", "a secret")
	w.bazel.Build(t, "//:push")
	to := registry.host + "/private/hello"
	push := func(config string) harness.Result {
		return harness.Command{
			Env:  []string{"DOCKER_CONFIG=" + config, "HOME=" + harness.TempDir(t), "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "REGISTRY_AUTH_FILE"},
			Args: []string{w.bazel.Output(t, "//:push", ""), "--repository", to},
		}.Run(t)
	}
	refused := push(harness.TempDir(t)).MustFail(t, 1)
	if !strings.Contains(refused.Stderr, "docker login "+registry.host) {
		t.Errorf("without credentials: %s", refused)
	}
	pushed := push(registry.dockerConfig(t)).Must(t)
	equal(t, "digest", registry.inspect(t, "private/hello:latest").Digest, w.reference(t, "//:push"))
	if strings.Contains(refused.String()+pushed.String(), registry.password) {
		t.Error("the password is shown")
	}
}
