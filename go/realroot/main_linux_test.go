//go:build linux && (amd64 || arm64)

package realroot

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/rootfs"
)

// The test program is also the init process and the program in the images.
func TestMain(m *testing.M) {
	Init()
	rootfs.Init()
	if filepath.Base(os.Args[0]) == "program" {
		os.Exit(program(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// entry is one entry of a tar that a test makes.
type entry struct {
	tar.Header
	content string
}

func file(name, content string, mode int64) entry {
	return entry{tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: mode}, content}
}

func dir(name string, mode int64) entry {
	return entry{tar.Header{Name: name + "/", Typeflag: tar.TypeDir, Mode: mode}, ""}
}

func symlink(name, target string) entry {
	return entry{tar.Header{Name: name, Typeflag: tar.TypeSymlink, Linkname: target, Mode: 0o777}, ""}
}

// owned gives an entry an owner.
func (e entry) owned(uid, gid int) entry {
	e.Uid, e.Gid = uid, gid
	return e
}

// tarOf writes entries as a tar.
func tarOf(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, e := range entries {
		h := e.Header
		h.Size = int64(len(e.content))
		h.ModTime = time.Unix(1, 0)
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, e.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// layerOf is a tar as a layer.
func layerOf(data []byte) archive.Layer {
	return archive.Layer{Write: func(_ context.Context, w io.Writer) error {
		_, err := w.Write(data)
		return err
	}}
}

// hostPrograms remembers what programs need, as asking takes long.
var hostPrograms sync.Map // path -> []entry

// hostFiles are programs of the host and all that they need, as entries: the
// tests' images are made of them. The test is skipped if one is not there.
func hostFiles(t testing.TB, names ...string) []entry {
	t.Helper()
	files := map[string]entry{}
	for _, name := range append([]string{"bash", "env"}, names...) {
		from, err := lookPath(name)
		if err != nil {
			t.Skipf("the host has no %s to make an image of", name)
		}
		known, ok := hostPrograms.Load(from)
		if !ok {
			needed := map[string]entry{}
			addHostFile(t, needed, "usr/bin/"+filepath.Base(name), from)
			known, _ = hostPrograms.LoadOrStore(from, slices.Collect(maps.Values(needed)))
		}
		for _, e := range known.([]entry) {
			files[e.Name] = e
		}
	}
	list := []entry{
		dir("usr", 0o755), dir("usr/bin", 0o755), symlink("bin", "usr/bin"), symlink("sbin", "usr/bin"), symlink("usr/sbin", "bin"),
		symlink("usr/bin/sh", "bash"), dir("tmp", 0o1777), dir("etc", 0o755), dir("var", 0o755), dir("srv", 0o755), dir("root", 0o700),
		dir("home", 0o755),
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		list = append(list, files[name])
	}
	return list
}

// lookPath finds a program, also those of administrators.
func lookPath(name string) (string, error) {
	for _, dir := range append(filepath.SplitList(os.Getenv("PATH")), "/usr/sbin", "/sbin") {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return filepath.EvalSymlinks(path)
		}
	}
	return "", os.ErrNotExist
}

// addHostFile adds a file of the host, and the libraries that it needs.
func addHostFile(t testing.TB, files map[string]entry, name, from string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	files[name] = file(name, string(data), 0o755)
	out, err := exec.Command("ldd", from).Output()
	if err != nil {
		return // linked statically, or a script
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		at := slices.IndexFunc(fields, func(f string) bool { return strings.HasPrefix(f, "/") })
		if at < 0 {
			continue
		}
		library := strings.TrimPrefix(fields[at], "/")
		if files[library].Name == "" {
			data, err := os.ReadFile(fields[at])
			if err != nil {
				t.Fatal(err)
			}
			files[library] = file(library, string(data), 0o755)
		}
	}
}

// coreutils are what most scripts of the tests use.
var coreutils = []string{
	"cat", "chmod", "chown", "chgrp", "cp", "id", "install", "ln", "ls", "readlink", "mkdir", "mkfifo", "mknod", "mv", "rm", "rmdir", "sleep",
	"stat", "touch", "true", "chroot", "dd", "head", "seq", "find", "tr", "tar", "grep", "sort", "mktemp", "xargs", "test", "uname", "date", "kill", "du",
}

// baseOf is an image of host files and other entries.
func baseOf(t testing.TB, entries ...entry) []archive.Layer {
	return []archive.Layer{layerOf(tarOf(t, append(hostFiles(t, coreutils...), entries...)...))}
}

// runMachine runs a machine and returns its changes, one line an entry.
func runMachine(t testing.TB, m Machine) (changes []string, output string, err error) {
	t.Helper()
	data, output, err := runBytes(t, m)
	if err != nil {
		return nil, output, err
	}
	return listing(t, data), output, nil
}

func runBytes(t testing.TB, m Machine) (changes []byte, output string, err error) {
	t.Helper()
	var out, text bytes.Buffer
	m.Output = &text
	if m.Name == "" {
		m.Name = "run_as_root"
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	err = Run(ctx, m, &out)
	var unavailable *UnavailableError
	if errors.As(err, &unavailable) {
		t.Skipf("this machine does not allow what the test needs: %v", err)
	}
	return out.Bytes(), text.String(), err
}

// listing shows a tar: mode, owner, name and what there is to say of each kind.
func listing(t testing.TB, data []byte) []string {
	t.Helper()
	var lines []string
	for r := tar.NewReader(bytes.NewReader(data)); ; {
		h, err := r.Next()
		if err == io.EOF {
			return lines
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		line := fmt.Sprintf("%c %04o %d:%d %s", h.Typeflag, h.Mode, h.Uid, h.Gid, h.Name)
		switch h.Typeflag {
		case tar.TypeSymlink, tar.TypeLink:
			line += " -> " + h.Linkname
		case tar.TypeChar, tar.TypeBlock:
			line += fmt.Sprintf(" %d,%d", h.Devmajor, h.Devminor)
		case tar.TypeReg:
			if len(content) > 0 && len(content) < 40 {
				line += fmt.Sprintf(" %q", content)
			} else if len(content) > 0 {
				line += fmt.Sprintf(" %d bytes", len(content))
			}
		}
		for _, key := range slices.Sorted(maps.Keys(h.PAXRecords)) {
			if name, ok := strings.CutPrefix(key, xattrRecord); ok {
				line += fmt.Sprintf(" %s=%x", name, h.PAXRecords[key])
			}
		}
		if h.ModTime.Unix() != 0 {
			line += " " + h.ModTime.String()
		}
		lines = append(lines, line)
	}
}

// check runs a script and compares its changes and output.
func check(t *testing.T, m Machine, wantOutput string, want ...string) {
	t.Helper()
	changes, output, err := runMachine(t, m)
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	if output != wantOutput {
		t.Errorf("output:\n%s\nwant:\n%s", output, wantOutput)
	}
	if !slices.Equal(changes, want) {
		t.Errorf("changes:\n%s\nwant:\n%s", strings.Join(changes, "\n"), strings.Join(want, "\n"))
	}
}
