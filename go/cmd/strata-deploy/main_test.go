package main

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/customisation"
	"github.com/rules-strata/rules_strata/go/image"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/symlinkjoin"
)

// makeImage writes the files of an image of links alone, and returns the path
// of its program and the image ID.
func makeImage(t *testing.T) (program, id string) {
	t.Helper()
	folder := t.TempDir()
	program = filepath.Join(folder, "hello")
	runfiles := program + ".runfiles"
	if err := os.Mkdir(runfiles, 0o755); err != nil {
		t.Fatal(err)
	}
	var layer bytes.Buffer
	m, err := customisation.Write(&layer, []symlinkjoin.Entry{{Path: ""}, {Path: "greeting", Target: "/nowhere"}}, 1)
	if err != nil {
		t.Fatal(err)
	}
	layers := []image.Layer{{DiffID: m.DiffID, Entries: m.Entries, Kind: image.CustomisationLayer, Size: m.Size}}
	config, err := image.Config(image.Settings{User: []byte(`{"Cmd":["/greeting"]}`), Created: time.Unix(1, 0), OS: "linux", Architecture: "amd64"}, layers)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"layer.tar": layer.Bytes(), "config.json": config, "tag": []byte("v1\n"), "objects": nil} {
		if err := os.WriteFile(filepath.Join(runfiles, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := jsonfile.Write(filepath.Join(runfiles, "layers.json"), image.Layers{Layers: layers, Version: jsonfile.Version}); err != nil {
		t.Fatal(err)
	}
	description := map[string]any{
		"config": "config.json", "customisation": "layer.tar", "gid": 0, "gname": "root", "layers": "layers.json", "mtime": "1", "name": "hello",
		"objects": "objects", "store_dir": "/nix/store", "tag": "tag", "uid": 0, "uname": "root", "version": jsonfile.Version,
	}
	if err := jsonfile.Write(program+".image.json", description); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{program, program + ".stream"} {
		if err := os.WriteFile(name, nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return program, image.ID(config)
}

type outcome struct {
	status         int
	stdout, stderr string
}

func call(argv ...string) outcome {
	var stdout, stderr bytes.Buffer
	status := run(context.Background(), argv, &streams{in: strings.NewReader(""), out: &stdout, err: &stderr})
	return outcome{status, stdout.String(), stderr.String()}
}

func TestStream(t *testing.T) {
	program, id := makeImage(t)
	for _, argv := range [][]string{{program + ".stream"}, {program, "stream"}, {program + ".stream", "stream", "--quiet"}, {program + ".stream", "--quiet"}} {
		r := call(argv...)
		if r.status != 0 {
			t.Fatalf("%q: %+v", argv, r)
		}
		var names []string
		in := tar.NewReader(strings.NewReader(r.stdout))
		for {
			h, err := in.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, h.Name)
		}
		if want := strings.TrimPrefix(id, "sha256:") + ".json"; !slices.Contains(names, want) || !slices.Contains(names, "manifest.json") {
			t.Errorf("%q: members %q, want %s and manifest.json", argv, names, want)
		}
		if quiet := slices.Contains(argv, "--quiet"); quiet != (r.stderr == "") {
			t.Errorf("%q: stderr %q", argv, r.stderr)
		}
	}
}

func TestUsage(t *testing.T) {
	program, _ := makeImage(t)
	for _, test := range []struct {
		name   string
		args   []string
		status int
		said   string
	}{
		{"help", []string{"--help"}, 0, "Usage: hello <command>"},
		{"help of a command", []string{"run", "--help"}, 0, "--sandbox"},
		{"unknown command", []string{"fly"}, exitUsage, "unexpected argument fly"},
		{"unknown flag", []string{"stream", "--fast"}, exitUsage, "unknown flag --fast"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := call(append([]string{program}, test.args...)...)
			said, silent := r.stderr, r.stdout
			if test.status == 0 {
				said, silent = silent, said
			}
			if r.status != test.status || !strings.Contains(said, test.said) || silent != "" {
				t.Errorf("got %+v", r)
			}
		})
	}
}

func TestNoImageBesideTheProgram(t *testing.T) {
	program := filepath.Join(t.TempDir(), "hello")
	if err := os.WriteFile(program, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	if r := call(program); r.status != exitFailure || !strings.Contains(r.stderr, "no image beside it") {
		t.Errorf("got %+v", r)
	}
}

func TestLoadWithoutDaemonNamesTheWaysOut(t *testing.T) {
	program, _ := makeImage(t)
	t.Setenv("DOCKER_HOST", "unix://"+filepath.Join(t.TempDir(), "none.sock"))
	r := call(program)
	if r.status != exitFailure || r.stdout != "" || !strings.Contains(r.stderr, "-- run") || !strings.Contains(r.stderr, "-- stream") {
		t.Errorf("got %+v", r)
	}
}

// fakeDaemon answers as a daemon of the classic store that loads every archive
// as the image with the ID.
func fakeDaemon(t *testing.T, id string) {
	t.Helper()
	loaded, named := false, false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Api-Version", "1.44")
		_, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		switch {
		case r.URL.Path == "/_ping":
			io.WriteString(w, "OK")
		case path == "info":
			io.WriteString(w, `{"Driver":"overlay2"}`)
		case path == "images/load":
			io.Copy(io.Discard, r.Body)
			loaded = true
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"stream":"Loaded image ID: `+id+`\n"}`)
		case path == "images/"+id+"/tag":
			named = true
			w.WriteHeader(http.StatusCreated)
		case loaded && path == "images/"+id+"/json" || named && path == "images/hello:v1/json":
			io.WriteString(w, `{"Id":"`+id+`"}`)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(server.Close)
	t.Setenv("DOCKER_HOST", "tcp://"+strings.TrimPrefix(server.URL, "http://"))
}

func TestLoad(t *testing.T) {
	program, id := makeImage(t)
	fakeDaemon(t, id)
	for _, argv := range [][]string{{program}, {program, "--quiet"}, {program + ".stream", "load"}} {
		if r := call(argv...); r.status != 0 || r.stdout != "Loaded image: hello:v1\n" {
			t.Errorf("%q: got %+v", argv, r)
		}
	}
}

func TestLoadChecksWhatArrived(t *testing.T) {
	program, _ := makeImage(t)
	fakeDaemon(t, "sha256:0000")
	if r := call(program); r.status != exitFailure || r.stdout != "" || !strings.Contains(r.stderr, "does not have all of the image") {
		t.Errorf("got %+v", r)
	}
}
