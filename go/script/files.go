package script

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"mvdan.cc/sh/v3/interp"
)

// at is a path seen from a directory, without resolving anything.
func at(dir, path string) string {
	if path == "" || strings.HasPrefix(path, "/") {
		return path
	}
	return strings.TrimSuffix(dir, "/") + "/" + path
}

// outside ends the script if the last thing that it did with a file was out of
// bounds.
func (r *run) outside(line uint) error {
	if err := r.place.FS.Outside(); err != nil {
		return r.failAt(line, err)
	}
	if err := r.place.FS.Err(); err != nil {
		return r.failAt(line, err)
	}
	return nil
}

// open opens the file of a redirection.
func (r *run) open(ctx context.Context, path string, flag int, _ os.FileMode) (io.ReadWriteCloser, error) {
	hc := interp.HandlerCtx(ctx)
	if stream := standardStream(hc, path); stream != nil {
		return stream, nil
	}
	f, err := r.place.FS.OpenFile(at(hc.Dir, path), flag, 0o666&^umask(hc.Env))
	if fatal := r.outside(0); fatal != nil {
		return nil, fatal
	}
	if err != nil {
		return nil, plain(err, path)
	}
	return f, nil
}

// plain is a failure as the path that the script gave and the reason, as bash
// reports it.
func plain(err error, path string) error {
	var number syscall.Errno
	if errors.As(err, &number) {
		err = number
	}
	return &fs.PathError{Op: "open", Path: path, Err: err}
}

// standardStream is one of the streams of the shell, by its device's name.
func standardStream(hc interp.HandlerContext, path string) io.ReadWriteCloser {
	switch path {
	case "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0":
		return &stream{Reader: hc.Stdin}
	case "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1":
		return &stream{Writer: hc.Stdout}
	case "/dev/stderr", "/dev/fd/2", "/proc/self/fd/2":
		return &stream{Writer: hc.Stderr}
	}
	return nil
}

// stream is a reader or writer that others close.
type stream struct {
	io.Reader
	io.Writer
}

func (s *stream) Read(p []byte) (int, error) {
	if s.Reader == nil {
		return 0, io.EOF
	}
	return s.Reader.Read(p)
}

func (s *stream) Write(p []byte) (int, error) {
	if s.Writer == nil {
		return 0, syscall.EBADF
	}
	return s.Writer.Write(p)
}

func (s *stream) Close() error { return nil }

// readDir lists a directory for a pattern.
func (r *run) readDir(ctx context.Context, path string) ([]fs.DirEntry, error) {
	hc := interp.HandlerCtx(ctx)
	list, err := r.place.FS.ReadDir(at(hc.Dir, path))
	if fatal := r.outside(0); fatal != nil {
		return nil, fatal
	}
	if err != nil {
		return nil, err
	}
	entries := make([]fs.DirEntry, len(list))
	for i, info := range list {
		entries[i] = fileInfo{info}
	}
	return entries, nil
}

// stat looks at a file for a test and for cd.
func (r *run) stat(ctx context.Context, path string, follow bool) (fs.FileInfo, error) {
	hc := interp.HandlerCtx(ctx)
	look := r.place.FS.Lstat
	if follow {
		look = r.place.FS.Stat
	}
	info, err := look(at(hc.Dir, path))
	if fatal := r.outside(0); fatal != nil {
		return nil, fatal
	}
	if err != nil {
		return nil, err
	}
	return fileInfo{info}, nil
}

// access says whether root can use a file: all that is there, but only what
// somebody may execute can be executed, and what is read-only not written.
func (r *run) access(ctx context.Context, path string, mode interp.AccessMode) error {
	info, err := r.stat(ctx, path, true)
	if err != nil {
		return err
	}
	if mode&interp.AccessExec != 0 && !info.IsDir() && info.Mode()&0o111 == 0 {
		return syscall.EACCES
	}
	return nil
}
