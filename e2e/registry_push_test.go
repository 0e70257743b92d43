//go:build e2e

package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// blobTraffic is what happened to blobs at a registry: downloads and mounts are
// their digests, sent what had bytes or might have.
type blobTraffic struct{ downloads, mounts, sent []string }

func trafficOf(requests []string) blobTraffic {
	var b blobTraffic
	for _, request := range requests {
		method, path, _ := strings.Cut(request, " ")
		_, digest, _ := strings.Cut(path, "/blobs/")
		switch _, mount, mounts := strings.Cut(path, "mount="); {
		case method == "HEAD" || !strings.Contains(path, "/blobs/"):
		case mounts:
			digest, _, _ := strings.Cut(mount, "&")
			b.mounts = append(b.mounts, strings.Replace(digest, "%3A", ":", 1))
		case method == "GET" && strings.HasPrefix(digest, "sha256:"):
			b.downloads = append(b.downloads, digest)
		default:
			b.sent = append(b.sent, request)
		}
	}
	return b
}

// inOrder is a list of digests for comparison.
func inOrder(lists ...[]string) string {
	all := slices.Concat(lists...)
	slices.Sort(all)
	return strings.Join(all, "\n")
}

func configOf(t *testing.T, img v1.Image) []string {
	t.Helper()
	name, err := img.ConfigName()
	if err != nil {
		t.Fatal(err)
	}
	return []string{name.String()}
}

// push runs an image_push with an empty repository cache.
func (w *pullWorkspace) push(t *testing.T, target, to string) harness.Result {
	t.Helper()
	return w.bazel.Run(t, "run", append(slices.Clone(w.fresh), target, "--", "--repository", to)...)
}

// TestPulledImageIsPushedByReference: a push to the registry that has the
// layers moves no byte of them, neither to Bazel nor back, and builds nothing
// that a build of the image does not.
func TestPulledImageIsPushedByReference(t *testing.T) {
	harness.Lane(t, "registry")
	w := onRegistry(t)
	registry := beforeRegistry(t, w.registry)
	digest, images := w.twoPlatforms(t)
	w.pull(t, map[string]string{
		"app":     plain(registry.host, "app", digest, `arch = "amd64", final_image_name = "pulled/app"`),
		"app_arm": plain(registry.host, "app", digest, `arch = "arm64"`),
	})
	img := images["amd64"]
	pinned, err := img.Digest()
	if err != nil {
		t.Fatal(err)
	}
	layers, config := digestsOf(t, img), configOf(t, img)
	to := registry.host + "/copied"
	equal(t, "pushed", w.push(t, "//:push_app", to).Must(t).Stdout, to+"@"+pinned.String()+"\n")
	traffic := trafficOf(registry.all())
	equal(t, "downloads", inOrder(traffic.downloads), inOrder(config))
	equal(t, "mounts", inOrder(traffic.mounts), inOrder(layers, config))
	equal(t, "sent", inOrder(traffic.sent), "")
	equal(t, "layers in the registry", inOrder(registry.inspect(t, "copied:v1").Layers), inOrder(layers))
	harness.Exec("skopeo", "--insecure-policy", "copy", "--quiet", "--src-tls-verify=false", "docker://"+to+":v1", "dir:"+harness.TempDir(t)).Run(t).Must(t)

	t.Run("again", func(t *testing.T) {
		registry.all()
		w.push(t, "//:push_app", to).Must(t)
		blobs, manifests := registry.writes()
		equal(t, "writes", inOrder(blobs, manifests), "")
	})
	t.Run("with a label", func(t *testing.T) {
		registry.all()
		w.push(t, "//:push_labelled_app", registry.host+"/labelled").Must(t)
		traffic := trafficOf(registry.all())
		equal(t, "downloads", inOrder(traffic.downloads), "")
		equal(t, "mounts", inOrder(traffic.mounts), inOrder(layers))
		equal(t, "blobs sent: the config", len(commits(traffic.sent)), 1)
		equal(t, "label", registry.inspect(t, "labelled:v1").Labels["by"], "us")
	})
	t.Run("in an index", func(t *testing.T) {
		registry.all()
		w.push(t, "//:push_app_index", registry.host+"/index").Must(t)
		traffic := trafficOf(registry.all())
		other := images["arm64"]
		equal(t, "downloads", inOrder(traffic.downloads), inOrder(configOf(t, other)))
		all := slices.Concat(layers, digestsOf(t, other), config, configOf(t, other))
		slices.Sort(all)
		equal(t, "mounts", inOrder(traffic.mounts), inOrder(slices.Compact(all)))
		equal(t, "sent", inOrder(traffic.sent), "")
	})
	t.Run("the program of the push", func(t *testing.T) {
		r := w.bazel.Run(t, "run", append(slices.Clone(w.fresh), "//:push_app", "--", "stream")...).MustFail(t, 1)
		contains(t, "the error", r.Stderr, "its layers are in "+registry.host+"/app and not here: run the image's own target")
	})
	t.Run("the image itself", func(t *testing.T) {
		registry.all()
		copied := registry.host + "/by_command"
		equal(t, "pushed", w.bazel.Run(t, "run", append(slices.Clone(w.fresh), "@app//:image", "--", "push", copied+":v1")...).Must(t).Stdout, copied+"@"+pinned.String()+"\n")
		traffic := trafficOf(registry.all())
		equal(t, "downloads by Bazel", inOrder(traffic.downloads), inOrder(layers))
		equal(t, "mounts", inOrder(traffic.mounts), inOrder(layers, config))
		equal(t, "sent", inOrder(traffic.sent), "")
	})
}

// TestPulledImageIsPushedElsewhere: to another registry each layer goes
// straight from where it was pulled, which goes on where it breaks off.
func TestPulledImageIsPushedElsewhere(t *testing.T) {
	harness.Lane(t, "registry")
	w := onRegistry(t)
	from, to := beforeRegistry(t, w.registry), newPushRegistry(t)
	img := w.images.image(t, amd64, types.OCIManifestSchema1, "one", "two")
	w.pull(t, map[string]string{"app": plain(from.host, "app", w.registry.Push(t, layoutWith(t, img), "app"))})
	w.bazel.Build(t, append(w.fresh, "//:push_app")...)
	from.all()
	from.cut = 1
	w.push(t, "//:push_app", to.host+"/copied").Must(t)
	var whole, parts []string
	for _, request := range from.all() {
		method, path, _ := strings.Cut(request, " ")
		path, part, _ := strings.Cut(path, " bytes=")
		if _, digest, ok := strings.Cut(path, "/blobs/"); ok && method == "GET" {
			if part == "" {
				whole = append(whole, digest)
			} else {
				parts = append(parts, digest+" "+part)
			}
		}
	}
	equal(t, "layers read", inOrder(whole), inOrder(digestsOf(t, img)))
	busybox, err := w.images.busybox.Size()
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "read again", inOrder(parts), fmt.Sprintf("%s %d-%d", digestsOf(t, img)[0], busybox/2, busybox-1))
	equal(t, "layers in the registry", inOrder(to.inspect(t, "copied:v1").Layers), inOrder(digestsOf(t, img)))

	w.registry.Stop()
	failed := w.push(t, "//:push_app", newPushRegistry(t).host+"/copied")
	if failed.Status == 0 {
		t.Error("pushed without the registry that has the layers")
	}
	for _, want := range []string{"was pulled from " + from.host + "/app", "502"} {
		contains(t, "the error", failed.Stderr, want)
	}
}

// TestImageOnAPulledOneIsPushed: layers of the base are mounted, those of the
// image's own sent.
func TestImageOnAPulledOneIsPushed(t *testing.T) {
	harness.Lane(t, "registry")
	w := onRegistry(t)
	registry := beforeRegistry(t, w.registry)
	img := w.images.image(t, amd64, types.OCIManifestSchema1, "below")
	w.pull(t, map[string]string{"app": plain(registry.host, "app", w.registry.Push(t, layoutWith(t, img), "app"))})
	for to, args := range map[string][]string{"target": {"//:push_on_app", "--", "--repository", registry.host + "/target"}, "command": {"//:on_app", "--", "push", registry.host + "/command:v1"}} {
		t.Run(to, func(t *testing.T) {
			w.bazel.Build(t, append(slices.Clone(w.fresh), args[0])...)
			registry.all()
			w.bazel.Run(t, "run", append(slices.Clone(w.fresh), args...)...).Must(t)
			traffic := trafficOf(registry.all())
			equal(t, "downloads", inOrder(traffic.downloads), "")
			equal(t, "mounts", inOrder(traffic.mounts), inOrder(digestsOf(t, img)))
			// The version, the links, the config.
			equal(t, "blobs sent", len(commits(traffic.sent)), 3)
			equal(t, "layers in the registry", inOrder(registry.inspect(t, to+":v1").Layers[:2]), inOrder(digestsOf(t, img)))
		})
	}
}

// TestPushesBuildInOneConfiguration: what an image is made of is built once, for
// the image and for the push of it.
func TestPushesBuildInOneConfiguration(t *testing.T) {
	harness.Lane(t, "registry")
	w := onRegistry(t)
	digest, _ := w.twoPlatforms(t)
	w.pull(t, map[string]string{
		"app":     plain(w.registry.Address, "app", digest, `arch = "amd64"`),
		"app_arm": plain(w.registry.Address, "app", digest, `arch = "arm64"`),
	})
	actions := func(target string) map[string]bool {
		found := map[string]bool{}
		mnemonic := ""
		for line := range strings.Lines(w.bazel.Run(t, "aquery", append(slices.Clone(w.fresh), "deps("+target+")", "--output=text")...).Must(t).Stdout) {
			if value, ok := strings.CutPrefix(line, "  Mnemonic: "); ok {
				mnemonic = strings.TrimSpace(value)
			} else if value, ok := strings.CutPrefix(line, "  Configuration: "); ok {
				found[mnemonic+" in "+strings.TrimSpace(value)] = true
			}
		}
		return found
	}
	image, push, index := actions("//:on_app"), actions("//:push_on_app"), actions("//:push_app_index")
	if len(image) == 0 || len(push) <= len(image) {
		t.Fatalf("%d kinds of actions for the image, %d for the push", len(image), len(push))
	}
	for what, more := range map[string]map[string]bool{"push": push, "index": index} {
		for action := range more {
			// What describes a pulled image by reference has no use for others.
			mnemonic, _, _ := strings.Cut(action, " ")
			small := slices.Contains([]string{"FileWrite", "ImageIndex", "PushManifest", "ExecutableSymlink", "Symlink", "SymlinkTree", "SourceSymlinkManifest", "RepoMappingManifest", "Middleman"}, mnemonic)
			if !image[action] && !small {
				t.Errorf("%s: %s", what, action)
			}
		}
	}
}
