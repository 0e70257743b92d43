package main

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/registry/faulty"
)

// pulling is a registry with app:v1, an index for two platforms, and a program
// that belongs to no image.
type pulling struct {
	*pushing
	program string
	index   v1.ImageIndex
	images  map[string]v1.Image
}

func newPulling(t *testing.T) *pulling {
	t.Helper()
	p := &pulling{pushing: newPushing(t), program: filepath.Join(t.TempDir(), "pull"), index: empty.Index, images: map[string]v1.Image{}}
	if err := os.WriteFile(p.program, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, arch := range []string{"amd64", "arm64"} {
		img, err := random.Image(1000, 2)
		if err != nil {
			t.Fatal(err)
		}
		config, err := img.ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		config.OS, config.Architecture = "linux", arch
		if img, err = mutate.ConfigFile(img, config); err != nil {
			t.Fatal(err)
		}
		p.images[arch] = img
		p.index = mutate.AppendManifests(p.index, mutate.IndexAddendum{Add: img, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: arch}}})
	}
	ref, err := name.ParseReference(p.server.Host + "/app:v1")
	if err == nil {
		err = remote.WriteIndex(ref, p.index)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// digest is an image's, or the index's for "".
func (p *pulling) digest(t *testing.T, arch string) string {
	t.Helper()
	var of interface{ Digest() (v1.Hash, error) } = p.index
	if arch != "" {
		of = p.images[arch]
	}
	digest, err := of.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return digest.String()
}

func TestPull(t *testing.T) {
	p := newPulling(t)
	for _, test := range []struct {
		name, arch string
		args       []string
		stderr     string
	}{
		{"an image of an index", "arm64", []string{"--arch", "arm64"}, "3 of 3 blobs downloaded"},
		{"the whole index", "", []string{"--all"}, "6 of 6 blobs downloaded"},
		{"quietly", "amd64", []string{"--os=linux", "--arch=amd64", "--quiet"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "layout")
			r := call(append([]string{p.program, p.server.Host + "/app:v1", dir}, test.args...)...)
			if want := p.server.Host + "/app@" + p.digest(t, test.arch) + "\n"; r.status != 0 || r.stdout != want {
				t.Fatalf("%+v, want %s", r, want)
			}
			if !strings.Contains(r.stderr, test.stderr) || test.stderr == "" && r.stderr != "" {
				t.Errorf("stderr %s", r.stderr)
			}
			index, err := layout.ImageIndexFromPath(dir)
			if err == nil {
				err = validate.Index(index)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// TestPullIntoTheUsersFolder: bazel run starts the program elsewhere. An image's
// own program pulls too.
func TestPullIntoTheUsersFolder(t *testing.T) {
	p := newPulling(t)
	folder := t.TempDir()
	t.Setenv("BUILD_WORKING_DIRECTORY", folder)
	r := call(p.pushing.program, "pull", "--arch=amd64", p.server.Host+"/app:v1", "layout")
	if r.status != 0 {
		t.Fatalf("%+v", r)
	}
	if _, err := os.Stat(filepath.Join(folder, "layout", "index.json")); err != nil {
		t.Error(err)
	}
}

func TestPullErrors(t *testing.T) {
	p := newPulling(t)
	dir := filepath.Join(t.TempDir(), "layout")
	for _, test := range []struct {
		name   string
		args   []string
		status int
		want   string
	}{
		{"nothing", nil, exitUsage, `expected "<ref> <dir>"`},
		{"no folder", []string{p.server.Host + "/app:v1"}, exitUsage, `expected "<dir>"`},
		{"a bad reference", []string{"UPPER/x", dir}, exitFailure, "capital letters"},
		{"all of one", []string{p.server.Host + "/app:v1", dir, "--all", "--arch=amd64"}, exitFailure, "leave out --os, --arch and --variant"},
		{"all of one system", []string{p.server.Host + "/app:v1", dir, "--all", "--os=linux"}, exitFailure, "leave out --os, --arch and --variant"},
		{"all of one variant", []string{p.server.Host + "/app:v1", dir, "--all", "--variant=v8"}, exitFailure, "leave out --os, --arch and --variant"},
		{"no such platform", []string{p.server.Host + "/app:v1", dir, "--arch=s390x"}, exitFailure, "it has linux/amd64, linux/arm64"},
		{"not there", []string{p.server.Host + "/absent", dir}, exitFailure, "absent"},
		{"not empty", []string{p.server.Host + "/app:v1", "/"}, exitFailure, "the directory is not empty"},
		{"help", []string{"--help"}, 0, "an OCI layout, and prints REPOSITORY@DIGEST"},
		{"usage", []string{"--help"}, 0, "Usage: pull <ref> <dir> [flags]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := call(append([]string{p.program}, test.args...)...)
			said, silent := r.stderr, r.stdout
			if test.status == 0 {
				said, silent = silent, said
			}
			if r.status != test.status || silent != "" || !strings.Contains(said, test.want) {
				t.Errorf("%+v, want %s", r, test.want)
			}
			if test.status == 0 && strings.Count(said, test.want) > 1 {
				t.Errorf("it is said more than once: %s", said)
			}
		})
	}
}

// TestInterrupted: the status is that of a program that a signal ended, and what
// a pull leaves behind is told.
func TestInterrupted(t *testing.T) {
	for _, test := range []struct {
		name   string
		skip   int // answers for blobs before the signal
		args   func(p *pulling, dir string) []string
		stderr string
	}{
		{"pull, at first", 0, func(p *pulling, dir string) []string {
			return []string{p.program, "--quiet", "--arch=amd64", p.server.Host + "/app:v1", dir}
		}, "pull: interrupted\n"},
		{"pull", 2, func(p *pulling, dir string) []string {
			return []string{p.program, "--quiet", "--arch=amd64", p.server.Host + "/app:v1", dir}
		}, "pull: interrupted: what has arrived is in DIR/.layout.partial: pull again to go on\n"},
		{"push", 0, func(p *pulling, _ string) []string {
			return []string{p.pushing.program, "push", "--quiet", p.server.Host + "/new:v1"}
		}, "hello: interrupted\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := newPulling(t)
			t.Setenv("XDG_CACHE_HOME", t.TempDir())
			dir := filepath.Join(t.TempDir(), "layout")
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			p.server.When("", faulty.Blob).Skip(test.skip).Do(func(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
				// One blob of those that are fetched at once arrives.
				arrived := filepath.Join(filepath.Dir(dir), ".layout.partial", "blobs", "sha256", "[0-9a-f]*")
				for test.skip > 0 && r.Context().Err() == nil {
					if names, _ := filepath.Glob(arrived); len(names) > 0 {
						break
					}
					time.Sleep(5 * time.Millisecond)
				}
				cancel()
				panic(http.ErrAbortHandler)
			})
			var stdout, stderr bytes.Buffer
			status := run(ctx, test.args(p, dir), &streams{in: strings.NewReader(""), out: &stdout, err: &stderr})
			got := strings.ReplaceAll(stderr.String(), filepath.Dir(dir), "DIR")
			if status != command.ExitInterrupted || stdout.String() != "" || got != test.stderr {
				t.Errorf("status %d, %q, %q", status, stdout.String(), got)
			}
		})
	}
}

// TestStatusOfTheContainer: it is passed on, whatever the signal did.
func TestStatusOfTheContainer(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stderr bytes.Buffer
	if got := statusOf(ctx, "hello", exitStatus(3), &streams{err: &stderr}); got != 3 || stderr.Len() > 0 {
		t.Errorf("%d, %s", got, &stderr)
	}
}
