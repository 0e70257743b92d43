package testimage_test

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/testimage"
)

// TestNew: what is made is an image, and its layers are what they claim to be.
func TestNew(t *testing.T) {
	img := testimage.New(t, 1000, testimage.Changed(testimage.Seeds(1, 3), 1, 1<<20), "hello:1")
	hybrid, err := archive.NewHybrid(img)
	if err != nil {
		t.Fatal(err)
	}
	if hybrid.ConfigDigest() != testimage.ID(img) {
		t.Errorf("ID %s, want %s", testimage.ID(img), hybrid.ConfigDigest())
	}
	var names []string
	for _, l := range img.Layers {
		var data bytes.Buffer
		if err := l.WriteChecked(t.Context(), &data); err != nil {
			t.Fatal(err)
		}
		for r := tar.NewReader(&data); ; {
			h, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, h.Name)
		}
	}
	if got := strings.Join(names, " "); got != "program data1 data1048576 data3" {
		t.Errorf("files %s", got)
	}
}

func TestProgram(t *testing.T) {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		t.Skip("the program is for Linux on x86-64")
	}
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, testimage.Program(), 0o755); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr strings.Builder
	cmd := exec.Command(path)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader("seven!\n"), &stdout, &stderr
	_ = cmd.Run()
	if code := cmd.ProcessState.ExitCode(); code != 7 || stdout.String() != "seven!\n" || stderr.String() != "seven!\n" {
		t.Errorf("%d, %q, %q", code, &stdout, &stderr)
	}
}
