package rootfs

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

// image is a root folder that holds /bin/program and these entries.
func image(t *testing.T, entries ...entry) string {
	t.Helper()
	needNamespaces(t)
	root, _, err := unpack(t, append(programFiles(t), entries...))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// programFiles are /bin/program, which is the test program, and the libraries
// that it needs if it is not linked statically.
func programFiles(t *testing.T) []entry {
	t.Helper()
	paths := map[string]string{"bin/program": "/proc/self/exe"}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if loader := interpreterOf(self); loader != "" {
		paths[loader] = loader
		maps, err := os.ReadFile("/proc/self/maps")
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(maps)) {
			if f := strings.Fields(line); len(f) == 6 && strings.HasPrefix(f[5], "/") && f[5] != self {
				paths[f[5]] = f[5]
			}
		}
	}
	var files []entry
	for name, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, executable(name, string(data)))
	}
	return files
}

func executable(name, content string) entry {
	return file(name, content).with(func(h *tar.Header) { h.Mode = 0o755 })
}

// needNamespaces skips a test where the kernel allows no namespaces.
func needNamespaces(t *testing.T) {
	t.Helper()
	code, err := Run(background, t.TempDir(), Spec{Args: []string{"/absent"}})
	var unavailable *UnavailableError
	if errors.As(err, &unavailable) {
		t.Skipf("this machine does not allow what the test needs: %v", err)
	}
	if code != ExitNotFound {
		t.Fatalf("got %d, %v", code, err)
	}
}

// runIn runs the program in an image and returns its standard output.
func runIn(t *testing.T, root string, spec Spec) (stdout, stderr string, code int, err error) {
	t.Helper()
	var out, errs bytes.Buffer
	spec.Stdout, spec.Stderr = &out, &errs
	ctx, cancel := context.WithTimeout(background, time.Minute)
	defer cancel()
	code, err = Run(ctx, root, spec)
	return out.String(), errs.String(), code, err
}

// lookIn runs the program and returns what it sees.
func lookIn(t *testing.T, root string, spec Spec) seen {
	t.Helper()
	if spec.Args == nil {
		spec.Args = []string{"program", "look"}
	}
	stdout, stderr, code, err := runIn(t, root, spec)
	var unavailable *UnavailableError
	if errors.As(err, &unavailable) {
		t.Skipf("this machine does not allow what the test needs: %v", err)
	}
	if code != 0 || err != nil {
		t.Fatalf("got %d, %v, %s", code, err, stderr)
	}
	var s seen
	if err := json.Unmarshal([]byte(stdout), &s); err != nil {
		t.Fatalf("%v: %q", err, stdout)
	}
	return s
}
