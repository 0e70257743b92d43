//go:build e2e

package e2e

import (
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// interop is what the images of the examples are given to.
type interop struct {
	// classic has images loaded, contained has them pulled.
	classic, contained *harness.DockerEngine
	podman             *harness.PodmanStorage
	// registries are addresses by the programs' names.
	registries map[string]string
	// env are the settings of the programs that push: no logins, no memory.
	env []string
}

func newInterop(t *testing.T) *interop {
	t.Helper()
	home := harness.TempDir(t)
	return &interop{
		classic:    harness.Docker(t, harness.ClassicStore),
		contained:  harness.Docker(t, harness.ContainerdStore),
		podman:     harness.Podman(t),
		registries: map[string]string{"docker-registry": harness.StartRegistry(t).Address, "crane registry": harness.CraneRegistry(t)},
		env:        []string{"DOCKER_CONFIG=" + home, "XDG_CACHE_HOME=" + home, "XDG_RUNTIME_DIR", "REGISTRY_AUTH_FILE"},
	}
}

// TestExamplesInOtherTools: every image and index of the examples, and what
// every image_push of them pushes, is valid to go-containerregistry (what
// `crane validate` does) in its layout and in two registries, is inspected and
// copied by skopeo and unpacked by umoci, and runs in Podman and Docker, loaded
// and pulled. An example that is added is in it by itself.
func TestExamplesInOtherTools(t *testing.T) {
	harness.Lane(t)
	with := newInterop(t)
	t.Run("examples", func(t *testing.T) {
		bazel := harness.Lasting(t, ".")
		with.examples(t, builtExamples(t, bazel, "//examples/..."), "")
	})
	for _, dir := range exampleWorkspaces(t) {
		t.Run(dir, func(t *testing.T) {
			with.examples(t, builtExamples(t, exampleWorkspace(t, dir), "//..."), dir)
		})
	}
}

func (w *interop) examples(t *testing.T, targets []exampleTarget, workspace string) {
	t.Helper()
	if len(targets) == 0 {
		t.Fatal("the examples have no images")
	}
	for _, e := range targets {
		t.Run(strings.TrimLeft(e.Label, "/"), func(t *testing.T) {
			says, documented := exampleSays[workspace+e.Label]
			ran := func(r harness.Result) {
				t.Helper()
				if r.Must(t); documented {
					equal(t, "the container says", r.Stdout, says)
				}
			}
			if e.Kind != examplePush {
				w.layout(t, e, ran)
				w.load(t, e, ran)
			}
			for program, address := range w.registries {
				t.Run(program, func(t *testing.T) {
					repository := address + "/" + strings.ToLower(path.Base(strings.ReplaceAll(e.Label, ":", "/")))
					w.registry(t, e.push(t, repository, w.env), ran)
				})
			}
		})
	}
}

// load is `bazel run`, and docker run.
func (w *interop) load(t *testing.T, e exampleTarget, ran func(harness.Result)) {
	t.Helper()
	e.bazel.Env = append(e.bazel.Env, "DOCKER_HOST="+w.classic.Host)
	refs := harness.LoadedNames(e.bazel.Run(t, "run", e.Label).Must(t).Stdout)
	if len(refs) == 0 {
		t.Fatal("bazel run names no image that it loaded")
	}
	for _, ref := range refs {
		defer w.classic.Remove(t, ref)
		ran(w.classic.RunImage(t, ref))
	}
}

// layout has the tools read the layout.
func (w *interop) layout(t *testing.T, e exampleTarget, ran func(harness.Result)) {
	t.Helper()
	top, err := layout.ImageIndexFromPath(e.Layout)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(top); err != nil {
		t.Error(err)
	}
	oci, dir := "oci:"+e.Layout+":"+e.entry(t).Annotations["org.opencontainers.image.ref.name"], harness.TempDir(t)
	harness.Exec("skopeo", "inspect", oci).Run(t).Must(t)
	harness.Exec("skopeo", "--insecure-policy", "copy", "--quiet", "--all", oci, "dir:"+filepath.Join(dir, "copy")).Run(t).Must(t)
	if e.Kind == exampleImage { // umoci takes no index
		bundle := filepath.Join(dir, "bundle")
		harness.Exec("umoci", "unpack", "--image", strings.TrimPrefix(oci, "oci:"), bundle).Run(t).Must(t)
		ran(harness.Exec(append([]string{"unshare", "--mount", "sh", "-ec", inRootfs, filepath.Join(bundle, "rootfs")}, e.command(t)...)...).Run(t))
	}
	id := w.podman.Run(t, "pull", "--quiet", oci).Must(t).Stdout
	ran(w.podman.RunImage(t, strings.TrimSpace(id)))
}

// inRootfs runs a command in an unpacked image, with what every container has.
const inRootfs = `
	mkdir -p "$0/dev" "$0/proc"
	mount --rbind /dev "$0/dev"
	mount -t proc proc "$0/proc"
	exec chroot "$0" "$@"`

// entry is the layout's only image or index.
func (e exampleTarget) entry(t *testing.T) v1.Descriptor {
	t.Helper()
	entries := ociFile[v1.IndexManifest](t, e.Layout, "index.json").Manifests
	if len(entries) != 1 {
		t.Fatalf("want one entry in the layout: %+v", entries)
	}
	return entries[0]
}

// command is what a container of the image runs.
func (e exampleTarget) command(t *testing.T) []string {
	t.Helper()
	blobs := filepath.Join(e.Layout, "blobs", "sha256")
	manifest := ociFile[v1.Manifest](t, blobs, e.entry(t).Digest.Hex)
	config := ociFile[v1.ConfigFile](t, blobs, manifest.Config.Digest.Hex).Config
	return append(config.Entrypoint, config.Cmd...)
}

// push brings the target to a repository and returns what is there then.
func (e exampleTarget) push(t *testing.T, repository string, env []string) (ref name.Digest) {
	t.Helper()
	var pushed string
	switch e.Kind {
	case exampleImage:
		pushed = pushCommand(env, e.Run, "push", repository+":v1").Run(t).Must(t).Stdout
	case examplePush:
		pushed = pushCommand(env, e.Run, "--repository", repository).Run(t).Must(t).Stdout
	case exampleIndex: // which image_push pushes; here it is what `crane push` does
		top, err := layout.ImageIndexFromPath(e.Layout)
		if err != nil {
			t.Fatal(err)
		}
		index, err := top.ImageIndex(e.entry(t).Digest)
		if err != nil {
			t.Fatal(err)
		}
		tag, err := name.NewTag(repository+":v1", name.Insecure)
		if err == nil {
			err = remote.WriteIndex(tag, index, remote.WithContext(t.Context()))
		}
		if err != nil {
			t.Fatal(err)
		}
		pushed = repository + "@" + e.entry(t).Digest.String()
	}
	ref, err := name.NewDigest(strings.TrimSpace(pushed), name.Insecure)
	if err != nil {
		t.Fatal(err)
	}
	if e.Kind == exampleImage {
		equal(t, "digest that was pushed", ref.DigestStr(), e.entry(t).Digest.String())
	}
	return ref
}

// pushCommand runs where Bazel does, whose own files may be in the image.
func pushCommand(env []string, args ...string) harness.Command {
	command := harness.Exec(args...)
	command.Env = env
	return command
}

// registry has the tools read what a registry has.
func (w *interop) registry(t *testing.T, ref name.Digest, ran func(harness.Result)) {
	t.Helper()
	there, err := remote.Get(ref, remote.WithContext(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	if there.MediaType.IsIndex() {
		index, indexErr := there.ImageIndex()
		if err = indexErr; err == nil {
			err = validate.Index(index)
		}
	} else {
		img, imageErr := there.Image()
		if err = imageErr; err == nil {
			err = validate.Image(img)
		}
	}
	if err != nil {
		t.Error(err)
	}
	at := "docker://" + ref.Name()
	harness.Exec("skopeo", "inspect", "--tls-verify=false", at).Run(t).Must(t)
	harness.Exec("skopeo", "--insecure-policy", "copy", "--quiet", "--all", "--src-tls-verify=false", at, "dir:"+filepath.Join(harness.TempDir(t), "copy")).Run(t).Must(t)
	w.podman.Run(t, "pull", "--quiet", "--tls-verify=false", ref.Name()).Must(t)
	ran(w.podman.RunImage(t, ref.Name()))
	w.contained.Run(t, "pull", "--quiet", ref.Name()).Must(t)
	defer w.contained.Remove(t, ref.Name())
	ran(w.contained.RunImage(t, ref.Name()))
}
