package imagefile

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/rules-strata/rules_strata/go/cas"
)

// places are where the files that an image's description names can be.
type places struct {
	// dir is the folder of the runfiles, or empty for the working directory.
	dir string
	// built is the folder that exec paths are relative to, empty where there is
	// none.
	built string
	// blobs has what is not on this machine, nil if nothing says what that is.
	blobs cas.Blobs
}

// outputPrefix begins the names of what a build made: the rest is its exec path.
const outputPrefix = "exec/"

// placesOf knows where Bazel has the outputs of the build that made the
// runfiles.
func placesOf(dir string, opts []Option) places {
	p := places{dir: dir}
	for _, opt := range opts {
		opt(&p)
	}
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return p
	}
	// EXECROOT/bazel-out/CONFIGURATION/bin/PACKAGE/NAME.runfiles
	above, root, ok := cutLast(filepath.ToSlash(real), "/execroot/")
	if root, _, isOutput := strings.Cut(root, "/bazel-out/"); ok && isOutput {
		p.built = filepath.FromSlash(above + "/execroot/" + root)
	}
	return p
}

func cutLast(s, sep string) (before, after string, found bool) {
	at := strings.LastIndex(s, sep)
	if at < 0 {
		return s, "", false
	}
	return s[:at], s[at+len(sep):], true
}

// local is where a file with the digest is on this machine. One that no build
// made is always there. Of others the size is compared, no byte is read.
func (p *places) local(name string, d cas.Digest) (file string, ok bool) {
	exec, isBuilt := strings.CutPrefix(name, outputPrefix)
	file = filepath.Join(p.dir, filepath.FromSlash(name))
	if !isBuilt || hasSize(file, d.Size) {
		return file, true
	}
	if p.built == "" {
		return "", false
	}
	file = filepath.Join(p.built, filepath.FromSlash(exec))
	return file, hasSize(file, d.Size)
}

func hasSize(file string, size int64) bool {
	info, err := os.Stat(file)
	return err == nil && info.Mode().IsRegular() && info.Size() == size
}

// errAbsent is for what an image has left to a remote cache, when nothing says
// where that is.
var errAbsent = errors.New("it is not on this machine, since the image has lazy = True: say where Bazel's remote cache is, " +
	"STRATA_REMOTE_CACHE=URL or -- --remote-cache=URL; or have it downloaded, bazel run --remote_download_outputs=all; or set lazy = False")

// remote reads a blob that is not on this machine.
func (p *places) remote(ctx context.Context, d cas.Digest, offset int64) (io.ReadCloser, error) {
	switch {
	case d.Size == 0: // Not every cache has it.
		return io.NopCloser(strings.NewReader("")), nil
	case p.blobs == nil:
		return nil, errAbsent
	}
	return p.blobs.Open(ctx, d, offset)
}

// open reads a file with the digest, wherever it is.
func (p *places) open(ctx context.Context, name string, d cas.Digest) (io.ReadCloser, error) {
	if file, ok := p.local(name, d); ok {
		return os.Open(file)
	}
	return p.remote(ctx, d, 0)
}

// copied is a whole blob in a file, which has no name and is gone when it is
// closed.
func (p *places) copied(ctx context.Context, d cas.Digest) (*os.File, error) {
	r, err := p.remote(ctx, d, 0)
	if err != nil {
		return nil, err
	}
	file, err := os.CreateTemp("", "strata-object-")
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	if err = os.Remove(file.Name()); err == nil {
		_, err = io.Copy(file, r)
	}
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}
