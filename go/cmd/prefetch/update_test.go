package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/command"
)

const (
	oldDigest = "sha256:0000000000000000000000000000000000000000000000000000000000000000"
	preamble  = "bazel_dep(name = \"rules_strata\", version = \"1\")\n\npull = use_extension(\"@rules_strata//rules:extensions.bzl\", \"pull\")\n"
)

// inWorkspace makes the workspace that bazel run starts the program for.
func inWorkspace(t *testing.T, module string) (file string) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("BUILD_WORKSPACE_DIRECTORY", dir)
	t.Setenv("BUILD_WORKING_DIRECTORY", filepath.Join(dir, "sub"))
	file = filepath.Join(dir, "MODULE.bazel")
	if err := os.WriteFile(file, []byte(module), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestUpdate(t *testing.T) {
	host, index, plain := served(t)
	hello := func(digest, rest string) string {
		return preamble + fmt.Sprintf("pull.image(\n    name = \"hello\",  # it\n    image_name = \"%s/hello\",\n    image_digest = \"%s\",\n%s)\nuse_repo(pull, \"hello\")\n", host, digest, rest)
	}
	for _, test := range []struct {
		name, before, args, after string
		stdout                    string // after FILE:
		stderr                    string
	}{
		{
			name: "added", before: preamble, args: host + "/hello:v1 --arch arm64",
			after: preamble + fmt.Sprintf("pull.image(\n    name = \"hello\",\n    image_name = \"%s/hello\",\n    image_digest = \"%s\",\n    os = \"linux\",\n    arch = \"arm64\",\n"+
				"    final_image_tag = \"v1\",\n    tls_verify = False,\n)\nuse_repo(pull, \"hello\")\n", host, index),
			stdout: "4: hello: added\n", stderr: "hello:v1: linux/arm64, of an index",
		},
		{
			name: "added under another name", before: preamble, args: host + "/team/plain-image --name base.image",
			after:  preamble + fmt.Sprintf("pull.image(\n    name = \"base.image\",\n    image_name = \"%s/team/plain-image\",\n    image_digest = \"%s\",\n    tls_verify = False,\n)\nuse_repo(pull, \"base.image\")\n", host, plain),
			stdout: "4: base.image: added\n",
		},
		{
			name: "the digest alone, with the platform and the tag that are there", before: hello(oldDigest, "    arch = \"arm64\",\n    final_image_tag = \"v1\",\n"),
			args: host + "/hello:v1", after: hello(index, "    arch = \"arm64\",\n    final_image_tag = \"v1\",\n"),
			stdout: "4: hello: changed: image_digest = \"" + index + "\"\n", stderr: "hello:v1: linux/arm64, of an index",
		},
		{
			name: "the name and the registry's tag", before: hello(oldDigest, "    final_image_tag = \"v1\",\n"),
			args: "--name hello --image-tag v1", after: hello(index, "    final_image_tag = \"v1\",\n"),
			stdout: "4: hello: changed: image_digest = \"" + index + "\"\n", stderr: "hello:v1: linux/amd64, of an index",
		},
		{
			name: "what the flags say", before: hello(oldDigest, "    arch = \"amd64\",\n"),
			args:   host + "/hello:v1 --os linux --arch arm64 --variant v8 --final-image-name mine --final-image-tag v1 --insecure",
			after:  hello(index, "    arch = \"arm64\",\n    os = \"linux\",\n    variant = \"v8\",\n    final_image_name = \"mine\",\n    final_image_tag = \"v1\",\n    tls_verify = False,\n"),
			stdout: "4: hello: changed: image_digest = \"" + index + "\", os = \"linux\", arch = \"arm64\", variant = \"v8\", final_image_name = \"mine\", final_image_tag = \"v1\", tls_verify = False\n",
		},
		{
			name: "the image without a tag, as it was added", before: strings.ReplaceAll(preamble+fmt.Sprintf("pull.image(name = \"x\", image_name = \"%s/team/plain-image\", image_digest = \"DIGEST\")\n", host), "DIGEST", oldDigest),
			args: host + "/team/plain-image --name x", after: preamble + fmt.Sprintf("pull.image(name = \"x\", image_name = \"%s/team/plain-image\", image_digest = \"%s\")\n", host, plain),
			stdout: "4: x: changed: image_digest = \"" + plain + "\"\n", stderr: "plain-image:latest: linux/amd64",
		},
		{
			name: "the names here stay", before: hello(oldDigest, "    final_image_name = \"mine\",\n    final_image_tag = \"prod\",\n"), args: host + "/hello:v1",
			after:  hello(index, "    final_image_name = \"mine\",\n    final_image_tag = \"prod\",\n"),
			stdout: "4: hello: changed: image_digest = \"" + index + "\"\n", stderr: "final_image_tag of hello stays prod: --final-image-tag v1 changes it too\n",
		},
		{
			name: "no name here appears", before: hello(oldDigest, ""), args: host + "/hello:v1", after: hello(index, ""),
			stdout: "4: hello: changed: image_digest = \"" + index + "\"\n", stderr: "final_image_tag of hello stays latest: --final-image-tag v1 changes it too\n",
		},
		{
			name: "the name here, as the flag says", before: hello(index, "    final_image_tag = \"prod\",\n"), args: "--name hello --image-tag v1 --final-image-tag v1",
			after: hello(index, "    final_image_tag = \"v1\",\n"), stdout: "4: hello: changed: final_image_tag = \"v1\"\n",
		},
		{
			name: "by the name and a digest", before: hello(oldDigest, ""), args: "--name hello --image-digest " + index,
			after: hello(index, ""), stdout: "4: hello: changed: image_digest = \"" + index + "\"\n",
		},
		{
			name: "up to date", before: hello(index, "    final_image_tag = \"v1\",\n"), args: host + "/hello:v1",
			after: hello(index, "    final_image_tag = \"v1\",\n"), stdout: "4: hello: already up to date\n",
		},
		{
			name: "by digest, without a look at the tag", before: hello(oldDigest, "    final_image_tag = \"mine\",\n"), args: host + "/hello@" + index,
			after: hello(index, "    final_image_tag = \"mine\",\n"), stdout: "4: hello: changed: image_digest = \"" + index + "\"\n",
		},
		{
			name: "plain HTTP as it is there", before: hello(oldDigest, "    final_image_tag = \"v1\",\n    tls_verify = False,\n"), args: "--name=hello --image-tag=v1",
			after: hello(index, "    final_image_tag = \"v1\",\n    tls_verify = False,\n"), stdout: "4: hello: changed: image_digest = \"" + index + "\"\n",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := inWorkspace(t, test.before)
			status, stdout, stderr := call(t, append(strings.Fields(test.args), "--update")...)
			if status != 0 || stdout != file+":"+test.stdout || !strings.Contains(stderr, test.stderr) {
				t.Errorf("status %d, got\n%s%s\nwant\n%s:%s%s", status, stdout, stderr, file, test.stdout, test.stderr)
			}
			wantFile(t, file, test.after)
			_, stdout, _ = call(t, append(strings.Fields(test.args), "--update")...)
			if !strings.HasSuffix(stdout, ": already up to date\n") {
				t.Errorf("a second time: %s", stdout)
			}
			wantFile(t, file, test.after)
		})
	}
}

func wantFile(t *testing.T, file, want string) {
	t.Helper()
	if got, err := os.ReadFile(file); err != nil || string(got) != want {
		t.Errorf("%v, got\n%s\nwant\n%s", err, got, want)
	}
}

// TestUpdateSaysJSON: the attributes are those in the file.
func TestUpdateSaysJSON(t *testing.T) {
	host, index, _ := served(t)
	file := inWorkspace(t, preamble+fmt.Sprintf("pull.image(name = \"hello\", image_name = \"%s/hello\", image_digest = \"%s\", final_image_name = \"mine\", final_image_tag = \"v1\")\n", host, oldDigest))
	for _, change := range []string{"changed", "already up to date"} {
		_, stdout, stderr := call(t, "--name=hello", "--image-tag=v1", "--update", "--json", "--quiet")
		var got map[string]any
		if err := json.Unmarshal([]byte(stdout), &got); err != nil {
			t.Fatalf("%v: %s%s", err, stdout, stderr)
		}
		want := map[string]any{
			"name": "hello", "image_name": host + "/hello", "image_digest": index, "final_image_name": "mine", "final_image_tag": "v1",
			"module_file": file, "line": 4.0, "change": change,
		}
		if fmt.Sprint(got) != fmt.Sprint(want) || stderr != "" {
			t.Errorf("got %v%s, want %v", got, stderr, want)
		}
	}
}

func TestUpdateErrors(t *testing.T) {
	host, index, _ := served(t)
	tag := fmt.Sprintf("pull.image(name = \"hello\", image_name = \"%s/hello\", image_digest = \"%s\")\n", host, oldDigest)
	tagged := func(final string) string {
		return strings.Replace(tag, ")", fmt.Sprintf(", final_image_tag = %q)", final), 1)
	}
	for _, test := range []struct {
		name, before string
		args         []string
		want         string
	}{
		{"a file that cannot be parsed", "pull.image(", []string{host + "/hello:v1", "--update"}, "MODULE.bazel:2:1: syntax error: mend the file first"},
		{"another image", preamble + tag, []string{host + "/team/hello", "--update"}, "is of " + host + "/hello, not of " + host + "/team/hello: give --name for a tag of its own"},
		{"an image that is a variable", preamble + "pull.image(name = \"hello\", image_name = NAME)\n", []string{"--name", "hello", "--update"}, "no image_name is written out there"},
		{"no such tag", preamble, []string{"--name", "hello", "--update"}, "no tag pull.image(name = \"hello\"): name the image"},
		{"no such version", preamble + tag, []string{"--name", "hello", "--image-tag", "v0", "--update"}, "hello:v0"},
		{"no tag of the registry", preamble + tag, []string{"--name", "hello", "--update"},
			"MODULE.bazel:4: pull.image(name = \"hello\") does not say which tag of " + host + "/hello is meant: prefetch " + host + "/hello:TAG --name hello --update"},
		{"the tag is another here", preamble + tagged("prod"), []string{"--name", "hello", "--update"},
			"MODULE.bazel:4: pull.image(name = \"hello\") does not say which tag of " + host + "/hello is meant: prefetch " + host + "/hello:prod --name hello --update if the registry too calls it prod, which is its final_image_tag, else another tag in its place"},
		{"the tag here is latest, which it was given", preamble + tagged("latest"), []string{"--name", "hello", "--update", "--module-file", "../MODULE.bazel"},
			"prefetch " + host + "/hello:latest --name hello --update --module-file ../MODULE.bazel if"},
		{"the image without a tag, which is another here", preamble + tagged("v1"), []string{host + "/hello", "--update"},
			"does not say which tag of " + host + "/hello is meant: prefetch " + host + "/hello:v1 --name hello --update if"},
		{"the tag here is a variable", preamble + strings.Replace(tag, ")", ", final_image_tag = TAG)", 1), []string{host + "/hello", "--update"},
			"prefetch " + host + "/hello:TAG --name hello --update"},
		{"a name that is computed", preamble + "pull.image(name = NAME)\n", []string{host + "/hello:v1", "--update"}, "MODULE.bazel:4: the name of a pull.image is not written out there"},
		{"no extension", "module(name = \"app\")\n", []string{host + "/hello:v1", "--update"}, "no bazel_dep of rules_strata: add bazel_dep(name = \"rules_strata\", version = \"…\") first: the digest is " + index},
		{"a file and no --update", preamble, []string{host + "/hello:v1", "--module-file", "x"}, "--module-file x is of no use without --update"},
		{"a name that is none", preamble, []string{host + "/hello:v1", "--name", "1/2", "--update"}, "--name \"1/2\" is not the name of a repository"},
		{"no such file", preamble, []string{host + "/hello:v1", "--update", "--module-file", "/none/MODULE.bazel"}, "/none/MODULE.bazel: there is no such file"},
		{"no image", preamble, []string{"--update"}, "no image: prefetch IMAGE"},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := inWorkspace(t, test.before)
			status, stdout, stderr := call(t, test.args...)
			if status != command.ExitBadInput || stdout != "" || !strings.Contains(stderr, test.want) {
				t.Errorf("status %d: %s%s, want %s", status, stdout, stderr, test.want)
			}
			wantFile(t, file, test.before)
		})
	}
}

// TestUpdateOfAReadOnlyFile: it says which file, and what to do.
func TestUpdateOfAReadOnlyFile(t *testing.T) {
	host, index, _ := served(t)
	file := inWorkspace(t, preamble)
	if err := os.Chmod(file, 0o444); err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr := call(t, host+"/hello:v1", "--update")
	if want := "write " + file + ": it is read-only: make it writable (chmod u+w), or change it by hand: the digest is " + index; status != command.ExitBadInput || stdout != "" || !strings.Contains(stderr, want) {
		t.Errorf("%d %s%s, want %s", status, stdout, stderr, want)
	}
	wantFile(t, file, preamble)
}
