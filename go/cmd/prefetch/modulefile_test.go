package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestUpdateOfAnIncludedFile: its dependencies are those of MODULE.bazel.
func TestUpdateOfAnIncludedFile(t *testing.T) {
	host, index, _ := served(t)
	dependency, extension, _ := strings.Cut(preamble, "\n\n")
	file := inWorkspace(t, dependency+"\ninclude(\"//sub:images.MODULE.bazel\")\n")
	images := filepath.Join(filepath.Dir(file), "sub", "images.MODULE.bazel")
	if err := os.Mkdir(filepath.Dir(images), 0o755); err != nil {
		t.Fatal(err)
	}
	before := extension + fmt.Sprintf("pull.image(name = \"hello\", image_name = \"%s/hello\", image_digest = \"%s\")\n", host, oldDigest)
	if err := os.WriteFile(images, []byte(before), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, want string }{
		{"hello", images + ":2: hello: changed: image_digest = \"" + index + "\"\n"},
		{"other", images + ":3: other: added\n"},
	} {
		status, stdout, stderr := call(t, host+"/hello:v1", "--name", test.name, "--update", "--module-file", "images.MODULE.bazel")
		if status != 0 || stdout != test.want {
			t.Errorf("%d %s%s, want %s", status, stdout, stderr, test.want)
		}
	}
}

// TestUpdateOfAnotherFile: a path counts from the folder that the user is in.
func TestUpdateOfAnotherFile(t *testing.T) {
	host, _, _ := served(t)
	file := inWorkspace(t, preamble)
	other := filepath.Join(filepath.Dir(file), "sub", "images.MODULE.bazel")
	if err := os.Mkdir(filepath.Dir(other), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(other, []byte(preamble), 0o644); err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr := call(t, host+"/hello:v1", "--update", "--module-file", "images.MODULE.bazel")
	if status != 0 || !strings.HasPrefix(stdout, other+":4: hello: added") {
		t.Errorf("%d %s%s", status, stdout, stderr)
	}
	wantFile(t, file, preamble)
}
