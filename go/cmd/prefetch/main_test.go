package main

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	memory "github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/rules-strata/rules_strata/go/command"
)

// imageFor is an image without layers for a platform.
func imageFor(t *testing.T, os, arch string) v1.Image {
	t.Helper()
	img, err := mutate.ConfigFile(empty.Image, &v1.ConfigFile{OS: os, Architecture: arch, RootFS: v1.RootFS{Type: "layers"}})
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// served is a registry with hello:v1, an index for two platforms, arm:v1 and
// hello:latest, one for linux/arm64 alone, and team/plain-image:latest, an image.
func served(t *testing.T) (host, index, plain string) {
	t.Helper()
	server := httptest.NewServer(memory.New(memory.Logger(log.New(io.Discard, "", 0))))
	t.Cleanup(server.Close)
	host = strings.TrimPrefix(server.URL, "http://")
	arm := imageFor(t, "linux", "arm64")
	amd := imageFor(t, "linux", "amd64")
	list := mutate.AppendManifests(empty.Index,
		mutate.IndexAddendum{Add: amd, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "amd64"}}},
		mutate.IndexAddendum{Add: arm, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "arm64", Variant: "v8"}}},
	)
	at := func(text string) name.Reference {
		ref, err := name.ParseReference(host + "/" + text)
		if err != nil {
			t.Fatal(err)
		}
		return ref
	}
	if err := remote.WriteIndex(at("hello:v1"), list); err != nil {
		t.Fatal(err)
	}
	armAlone := mutate.AppendManifests(empty.Index, mutate.IndexAddendum{Add: arm, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "arm64"}}})
	if err := remote.WriteIndex(at("arm:v1"), armAlone); err != nil {
		t.Fatal(err)
	}
	if err := remote.WriteIndex(at("hello:latest"), armAlone); err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(at("team/plain-image:latest"), amd); err != nil {
		t.Fatal(err)
	}
	digest, err := list.Digest()
	if err != nil {
		t.Fatal(err)
	}
	ofImage, err := amd.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return host, digest.String(), ofImage.String()
}

// call runs the program on an amd64 machine.
func call(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	return callOn(t, "amd64", args...)
}

func callOn(t *testing.T, arch string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	status = runOn(t.Context(), arch, args, &command.Streams{Out: &out, Err: &err})
	return status, out.String(), err.String()
}

// TestPrefetch: the registry is on localhost and has no TLS, which needs no
// flag here, but Bazel wants to be told.
func TestPrefetch(t *testing.T) {
	host, index, plain := served(t)
	const before, after = "pull = use_extension(\"@rules_strata//rules:extensions.bzl\", \"pull\")\npull.image(\n", ")\nuse_repo(pull, %q)\n"
	hello := fmt.Sprintf(before+`    name = "hello",
    image_name = "%s/hello",
    image_digest = "%s",
    os = "linux",
    arch = "arm64",
    final_image_tag = "v1",
    tls_verify = False,
`+after, host, index, "hello")
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"of an index", []string{host + "/hello:v1", "--arch=arm64"}, hello},
		{"by flags", []string{"--image-name", host + "/hello", "--image-tag=v1", "--os=linux", "--arch=arm64", "--quiet"}, hello},
		{"an image", []string{host + "/team/plain-image"}, fmt.Sprintf(before+`    name = "plain_image",
    image_name = "%s/team/plain-image",
    image_digest = "%s",
    tls_verify = False,
`+after, host, plain, "plain_image")},
		{"by digest, with other names", []string{"--image-name", host + "/hello", "--image-digest", index, "--final-image-name=mine", "--final-image-tag=2", "--insecure"},
			fmt.Sprintf(before+`    name = "hello",
    image_name = "%s/hello",
    image_digest = "%s",
    os = "linux",
    arch = "amd64",
    final_image_name = "mine",
    final_image_tag = "2",
    tls_verify = False,
`+after, host, index, "hello")},
		{"JSON", []string{host + "/team/plain-image:latest", "--json"}, fmt.Sprintf(`{
  "name": "plain_image",
  "image_name": "%s/team/plain-image",
  "image_digest": "%s",
  "tls_verify": false
}
`, host, plain)},
		{"JSON without TLS", []string{host + "/hello@" + index, "--json", "--insecure"}, fmt.Sprintf(`{
  "name": "hello",
  "image_name": "%s/hello",
  "image_digest": "%s",
  "os": "linux",
  "arch": "amd64",
  "tls_verify": false
}
`, host, index)},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, stdout, stderr := call(t, test.args...)
			if status != 0 || stdout != test.want {
				t.Errorf("status %d, stderr %s, got\n%s\nwant\n%s", status, stderr, stdout, test.want)
			}
			if quiet := strings.Contains(strings.Join(test.args, " "), "--quiet"); quiet != (stderr == "") {
				t.Errorf("stderr %q", stderr)
			}
		})
	}
	if _, _, stderr := call(t, host+"/hello:v1", "--arch=arm64"); !strings.Contains(stderr, "linux/arm64, of an index with linux/amd64, linux/arm64/v8") {
		t.Errorf("got %s", stderr)
	}
}

func TestPrefetchErrors(t *testing.T) {
	host, _, _ := served(t)
	for _, test := range []struct {
		name   string
		args   []string
		status int
		want   string
	}{
		{"nothing", nil, command.ExitBadInput, "no image: prefetch IMAGE, or --image-name NAME"},
		{"two images", []string{"a", "--image-name=b"}, command.ExitBadInput, "both name the image"},
		{"a tag and a digest", []string{"--image-name=b", "--image-tag=c", "--image-digest=d"}, command.ExitBadInput, "both choose the image"},
		{"capitals", []string{"UPPER/x"}, command.ExitBadInput, "UPPER"},
		{"no such platform", []string{host + "/hello:v1", "--arch=s390x"}, command.ExitBadInput, "linux/arm64"},
		{"no such image", []string{host + "/absent"}, command.ExitBadInput, "absent"},
		{"unknown flag", []string{"--fast"}, command.ExitUsage, "unknown flag"},
		{"help", []string{"--help"}, 0, "Usage: prefetch"},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, stdout, stderr := call(t, test.args...)
			if test.status == 0 { // help was asked for
				stdout, stderr = stderr, stdout
			}
			if status != test.status || stdout != "" || !strings.Contains(stderr, test.want) {
				t.Errorf("status %d: %s%s, want %s", status, stdout, stderr, test.want)
			}
		})
	}
}
