package download

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/rules-strata/rules_strata/go/outfile"
	"github.com/rules-strata/rules_strata/go/registry"
)

// begun is a partial with one blob.
func begun(t *testing.T) (*partial, v1.Descriptor) {
	t.Helper()
	p, err := openPartial(filepath.Join(t.TempDir(), "app"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	data := []byte("a blob")
	digest, _, err := v1.SHA256(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	d := v1.Descriptor{Digest: digest, Size: int64(len(data))}
	if err := p.write(d, data); err != nil {
		t.Fatal(err)
	}
	return p, d
}

// TestCommitOfWhatIsNotWhole: no layout without its blobs appears.
func TestCommitOfWhatIsNotWhole(t *testing.T) {
	for _, test := range []struct {
		name  string
		spoil func(blob string) error
		want  string
	}{
		{"gone", os.Remove, "a blob is gone that had arrived"},
		{"cut", func(blob string) error { return os.Truncate(blob, 3) }, "it is not a file of 6 bytes"},
		{"a folder", func(blob string) error { return errors.Join(os.Remove(blob), os.Mkdir(blob, 0o755)) }, "it is not a file of 6 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, d := begun(t)
			if err := test.spoil(p.file(d.Digest)); err != nil {
				t.Fatal(err)
			}
			if err := p.commit(d, map[v1.Hash]int64{d.Digest: d.Size}); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
			if _, err := os.Stat(p.dir); err == nil {
				t.Error("there is a layout")
			}
		})
	}
}

func TestDiscardEmpty(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(p *partial) error
		want   bool
	}{
		{"a blob", func(*partial) error { return nil }, true},
		{"gone", func(p *partial) error { return os.RemoveAll(p.folder) }, false},
		{"nothing", func(p *partial) error { return os.RemoveAll(filepath.Join(p.folder, "blobs")) }, false},
		{"folders", func(p *partial) error {
			return errors.Join(os.RemoveAll(filepath.Join(p.folder, "blobs")), os.MkdirAll(filepath.Join(p.folder, "x", "y"), 0o755))
		}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, _ := begun(t)
			if err := test.change(p); err != nil {
				t.Fatal(err)
			}
			if got := p.discardEmpty(); got != test.want {
				t.Errorf("kept: %v", got)
			}
		})
	}
}

// TestFullDisk (D34): path, bytes needed and free. A network that refuses is no
// disk that does.
func TestFullDisk(t *testing.T) {
	p, d := begun(t)
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("this system has no device that is always full")
	}
	defer full.Close()
	d.Digest.Hex = strings.Repeat("0", 64)
	d.Size = 4000
	err = p.save(d, nil, func(f registry.File) error {
		f.(*counted).File.Close()
		f.(*counted).File = full
		_, err := f.Write([]byte("x"))
		return err
	})
	var explained *outfile.DiskError
	if !errors.As(err, &explained) || explained.Needed != 4000 || !strings.Contains(err.Error(), "are free: make room there") {
		t.Errorf("got %v", err)
	}
	if text := (&UnfinishedError{Folder: "F", Err: err}).Error(); !strings.HasSuffix(text, ": make room there: what has arrived is in F: then pull again to go on") {
		t.Error(text)
	}
	refused := &fs.PathError{Op: "connect", Path: "registry", Err: syscall.EACCES}
	if err := p.save(d, nil, func(registry.File) error { return refused }); err != refused {
		t.Errorf("got %v", err)
	}
}

// TestReadOnlyFolder (D34): a folder that takes no file says so at the start.
func TestReadOnlyFolder(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	folder := t.TempDir()
	if err := os.Chmod(folder, 0o500); err != nil {
		t.Fatal(err)
	}
	if _, err := openPartial(filepath.Join(folder, "app")); err == nil || !strings.Contains(err.Error(), "the folder "+folder+" cannot be written to") {
		t.Errorf("got %v", err)
	}
}

// TestLock: one at a time has it, also when the file is removed in between.
func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, err := takeLock(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := takeLock(path); !errors.Is(err, errLocked) {
		t.Errorf("got %v", err)
	}
	first.release()
	if _, err := os.Stat(path); err == nil {
		t.Error("the file is left behind")
	}
	// As one that was killed leaves it.
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	second, err := takeLock(path)
	if err != nil {
		t.Fatal(err)
	}
	second.release()
}
