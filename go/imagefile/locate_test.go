package imagefile

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// makeFiles makes a folder of files: "dir/", "dir/file", "dir/link -> target".
// Programs are what has no dot in its name, and *.stream.
func makeFiles(t *testing.T, list ...string) string {
	t.Helper()
	folder, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range list {
		name, target, isLink := strings.Cut(item, " -> ")
		path := filepath.Join(folder, name)
		err := os.MkdirAll(filepath.Dir(path), 0o755)
		switch {
		case err != nil:
		case isLink:
			err = os.Symlink(strings.ReplaceAll(target, "$FOLDER", folder), path)
		case strings.HasSuffix(name, "/"):
			err = os.MkdirAll(path, 0o755)
		default:
			err = os.WriteFile(path, nil, 0o755)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestLocate(t *testing.T) {
	built := []string{"out/pkg/hello", "out/pkg/hello.stream", "out/pkg/hello.image.json", "out/pkg/hello.runfiles/_main/x"}
	for _, test := range []struct {
		name  string
		files []string
		argv0 string
		// description is out/pkg/hello.image.json and runfiles is
		// out/pkg/hello.runfiles unless they are given.
		description, runfiles string
		stream                bool
	}{
		{name: "NAME", argv0: "out/pkg/hello"},
		{name: "NAME.stream", argv0: "out/pkg/hello.stream", stream: true},
		{name: "absolute path", argv0: "$FOLDER/out/pkg/hello"},
		{name: "path with dots", argv0: "./out/../out/pkg/hello.stream", stream: true},
		{name: "absolute link", files: []string{"my -> $FOLDER/out/pkg/hello"}, argv0: "./my"},
		{name: "relative link", files: []string{"bin/my -> ../out/pkg/hello.stream"}, argv0: "bin/my", stream: true},
		{name: "link named .stream to NAME", files: []string{"my.stream -> out/pkg/hello"}, argv0: "./my.stream"},
		{name: "chain of links", files: []string{"1 -> b/2", "b/2 -> ../c/3", "c/3 -> $FOLDER/4", "4 -> out/pkg/hello.stream"}, argv0: "./1", stream: true},
		{name: "folder that is a link", files: []string{"bazel-bin -> out"}, argv0: "bazel-bin/pkg/hello",
			description: "bazel-bin/pkg/hello.image.json", runfiles: "bazel-bin/pkg/hello.runfiles"},
		{name: "relative link in a folder that is a link", files: []string{"deep/er/bin/my -> ../../../out/pkg/hello", "bin -> deep/er/bin"}, argv0: "bin/my"},
		{name: "relative link through a folder that is a link", files: []string{"l -> out/pkg", "my -> l/../pkg/hello"}, argv0: "./my"},
		{name: "the programs are links", argv0: "x/pkg/hello.stream", stream: true,
			files:       []string{"deploy", "x/pkg/hello.stream -> $FOLDER/deploy", "x/pkg/hello.image.json", "x/pkg/hello.runfiles/"},
			description: "x/pkg/hello.image.json", runfiles: "x/pkg/hello.runfiles"},
		{name: "in PATH", argv0: "hello", files: []string{"path/hello -> ../out/pkg/hello"}},
		{name: "in PATH, NAME.stream", argv0: "hello.stream", files: []string{"path/hello.stream -> ../out/pkg/hello.stream"}, stream: true},
		{name: "among the runfiles of a test", argv0: "test.runfiles/_main/pkg/hello",
			files:       []string{"test.runfiles/_main/pkg/hello -> $FOLDER/out/pkg/hello", "test.runfiles/_main/pkg/hello.image.json -> $FOLDER/out/pkg/hello.image.json"},
			description: "test.runfiles/_main/pkg/hello.image.json", runfiles: "test.runfiles"},
		{name: "the nearest runfiles", argv0: "a.runfiles/m/b.runfiles/m/hello",
			files:       []string{"a.runfiles/m/b.runfiles/m/hello", "a.runfiles/m/b.runfiles/m/hello.image.json"},
			description: "a.runfiles/m/b.runfiles/m/hello.image.json", runfiles: "a.runfiles/m/b.runfiles"},
		{name: "RUNFILES_DIR", argv0: "x/pkg/hello", files: []string{"x/pkg/hello", "x/pkg/hello.image.json", "runfiles_dir/"},
			description: "x/pkg/hello.image.json", runfiles: "runfiles_dir"},
		{name: "own runfiles before RUNFILES_DIR", argv0: "out/pkg/hello", files: []string{"runfiles_dir/"}},
		{name: "NAME ends in .stream", argv0: "x/a.stream", files: []string{"x/a.stream", "x/a.stream.image.json", "x/a.stream.runfiles/"},
			description: "x/a.stream.image.json", runfiles: "x/a.stream.runfiles"},
		{name: "NAME.stream.stream", argv0: "x/a.stream.stream", files: []string{"x/a.stream.stream", "x/a.stream.image.json", "x/a.stream.runfiles/"},
			description: "x/a.stream.image.json", runfiles: "x/a.stream.runfiles", stream: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := makeFiles(t, append(built, test.files...)...)
			t.Chdir(folder)
			t.Setenv("PATH", filepath.Join(folder, "path"))
			t.Setenv("RUNFILES_DIR", filepath.Join(folder, "runfiles_dir"))
			want := Program{filepath.Join(folder, "out/pkg/hello.image.json"), filepath.Join(folder, "out/pkg/hello.runfiles"), test.stream}
			if test.description != "" {
				want.Description, want.Runfiles = filepath.Join(folder, test.description), filepath.Join(folder, test.runfiles)
			}
			got, err := Locate(strings.ReplaceAll(test.argv0, "$FOLDER", folder))
			if err != nil {
				t.Fatal(err)
			}
			if got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

func TestLocateErrors(t *testing.T) {
	for _, test := range []struct {
		name, argv0 string
		files       []string
		wantErr     string
	}{
		{"no image", "./tool", []string{"tool"}, "$FOLDER/tool: no image beside it (tool.image.json): run it where Bazel made it, or through a link to there"},
		{"no image where a link leads", "./my.stream", []string{"my.stream -> a/tool", "a/tool"}, "$FOLDER/my.stream: no image beside it (my.image.json)"},
		{"the image is a folder", "./tool", []string{"tool", "tool.image.json/"}, "$FOLDER/tool: no image beside it"},
		{"no runfiles", "./hello", []string{"hello", "hello.image.json"}, "$FOLDER/hello.runfiles: not found: build the image without --nobuild_runfile_links"},
		{"runfiles that are a file", "./hello", []string{"hello", "hello.image.json", "hello.runfiles"}, "$FOLDER/hello.runfiles: not found"},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := makeFiles(t, test.files...)
			t.Chdir(folder)
			t.Setenv("RUNFILES_DIR", filepath.Join(folder, "absent"))
			_, err := Locate(test.argv0)
			if want := strings.ReplaceAll(test.wantErr, "$FOLDER", folder); err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
	t.Run("no program", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		for _, argv0 := range []string{"absent", "./absent", ""} {
			if _, err := Locate(argv0); !errors.Is(err, exec.ErrNotFound) && !errors.Is(err, os.ErrNotExist) {
				t.Errorf("%q: got %v", argv0, err)
			}
		}
	})
}
