//go:build e2e

package e2e

import (
	"archive/tar"
	"bytes"
	"debug/elf"
	"errors"
	"io"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// machines are the programs in an image, by the names of their files, and what
// they are for.
func machines(t *testing.T, img v1.Image) map[string]elf.Machine {
	t.Helper()
	content := mutate.Extract(img)
	defer content.Close()
	found := map[string]elf.Machine{}
	for r := tar.NewReader(content); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if program, err := elf.NewFile(bytes.NewReader(data)); err == nil {
			found[path.Base(header.Name)] = program.Machine
		}
	}
}

// archived is the image that a program writes to its standard output.
func archived(t *testing.T, program string, args ...string) v1.Image {
	t.Helper()
	data := harness.Command{Args: append([]string{program}, args...)}.Run(t).Must(t).Stdout
	img, err := tarball.Image(func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(data)), nil }, nil)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func wantMachines(t *testing.T, img v1.Image, want map[string]elf.Machine) {
	t.Helper()
	got := machines(t, img)
	for file, machine := range want {
		if got[file] != machine {
			t.Errorf("%s is for %v, want %v", file, got[file], machine)
		}
	}
}

// TestPushedIndexHasItsPlatforms: the images' objects have the same names for
// both platforms, and each image has the bytes for its own.
func TestPushedIndexHasItsPlatforms(t *testing.T) {
	harness.Lane(t, "index")
	w, registry := indexes(t), newPushRegistry(t)
	to := registry.host + "/index"
	r := w.bazel.Run(t, "run", "//push", "--", "--repository", to).Must(t)
	contains(t, "stdout", r.Stdout, to+"@"+line(t, w.image("split").stem+".digest"))
	ref, err := name.ParseReference(to+":v1", name.Insecure)
	if err != nil {
		t.Fatal(err)
	}
	for arch, machine := range map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64} {
		img, err := remote.Image(ref, remote.WithPlatform(v1.Platform{OS: "linux", Architecture: arch}))
		if err != nil {
			t.Fatal(err)
		}
		wantMachines(t, img, map[string]elf.Machine{"hello": machine})
	}
}

// TestOneTargetForTwoPlatforms: what a target makes for two platforms has one
// name in runfiles. In an image, and in a program with several images, it is
// what each needs.
func TestOneTargetForTwoPlatforms(t *testing.T) {
	harness.Lane(t, "index")
	w := indexes(t)
	w.bazel.Build(t, "//push:both_images", "//push:of_one_object", "//push:of_two_objects")
	for _, name := range []string{"of_one_object", "of_two_objects"} {
		t.Run(name, func(t *testing.T) {
			wantMachines(t, archived(t, filepath.Join(w.bin, "push", name+".stream")),
				map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64})
		})
	}
	for arch, machine := range map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64} {
		t.Run("image for "+arch, func(t *testing.T) {
			wantMachines(t, archived(t, filepath.Join(w.bin, "push", "both_images"), "images/hello_"+arch, "stream"),
				map[string]elf.Machine{"hello": machine})
		})
	}
}

// TestReferenceAlone: the file of a push that others need is made without the
// files of the program that pushes.
func TestReferenceAlone(t *testing.T) {
	harness.Lane(t, "index")
	w := indexes(t)
	w.bazel.Build(t, "//push:reference_alone.reference")
	contains(t, "reference", line(t, filepath.Join(w.bin, "push", "reference_alone.reference")), "localhost:5000/alone@sha256:")
	found, err := filepath.Glob(filepath.Join(w.bin, "push", "reference_alone*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range found {
		if strings.Contains(file, ".runfiles") || strings.HasSuffix(file, ".push.json") {
			t.Errorf("%s was made", file)
		}
	}
}

// TestIndexLayoutCompressesOnce: the layout of an index needs no digest of a
// layer before it has the bytes.
func TestIndexLayoutCompressesOnce(t *testing.T) {
	harness.Lane(t, "index")
	w := indexes(t)
	ran := w.bazel.Spawns(t, "--output_groups=oci_layout", "//push:layout_alone")
	equal(t, "actions that find digests alone", strings.Join(only("BlobInfo", ran), "\n"), "")
	equal(t, "layouts of an index", strings.Join(only("ImageIndexLayout", ran), "\n"), "ImageIndexLayout //push:layout_alone")
	i := image{bazel: w.bazel, label: "//push:layout_alone", stem: filepath.Join(w.bin, "push", "layout_alone")}
	inLayout := indexDigest(t, i)
	w.bazel.Build(t, "--output_groups=digest,image_tag", i.label)
	equal(t, "digest of the index in the layout", inLayout, line(t, i.stem+".digest"))
	said := harness.Exec("skopeo", "inspect", "oci:"+i.stem+".oci:"+line(t, i.stem+".tag")).Run(t).Must(t).Stdout
	contains(t, "the image by its tag", said, `"Architecture": "amd64"`)
}

// indexDigest is the digest of the index in a layout.
func indexDigest(t *testing.T, i image) string {
	t.Helper()
	digest, err := openIndex(t, i).Digest()
	if err != nil {
		t.Fatal(err)
	}
	return digest.String()
}
