package builtin

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/ulikunitz/xz"

	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// tarCreator writes an archive.
type tarCreator struct {
	*tarRun
	w        *tarWriter
	accounts accounts
	owner    tarOwner
	group    tarOwner
	mode     modeChange
	mtime    *time.Time
	// links are the member names of files that have several names.
	links map[uint64]string
	// archive is the file that is written, 0 for standard output.
	archive uint64
}

// create writes an archive of the operands, each directory sorted by the bytes of the names.
func (r *tarRun) create() (err error) {
	if len(r.operands) == 0 && !r.o.has("T") {
		return tarError("Cowardly refusing to create an empty archive")
	}
	t := &tarCreator{tarRun: r, accounts: r.c.accounts(), links: map[uint64]string{}}
	if err := t.setAttributes(); err != nil {
		return err
	}
	out, err := t.output()
	if err != nil {
		return err
	}
	packed, err := r.compressor(out)
	if err != nil {
		return err
	}
	t.w = &tarWriter{w: packed, numeric: r.o.has("numeric-owner"), root: nameOf(t.accounts.users, 0),
		rootGroup: nameOf(t.accounts.groups, 0)}
	for _, operand := range r.operands {
		name := operand.name
		if trimmed := strings.TrimRight(name, "/"); trimmed != "" {
			name = trimmed
		}
		t.excludes = operand.excludes
		if excluded(name, t.excludes) {
			continue
		}
		if err := t.file(name, r.c.in(operand.directory).Path(name)); err != nil {
			return err
		}
	}
	return errors.Join(t.w.close(), packed.Close(), out.Close())
}

// output opens the archive.
func (t *tarCreator) output() (io.WriteCloser, error) {
	file, ok := t.o.value("f")
	if !ok || file == "-" {
		t.listing = t.c.Stderr
		return nopWriteCloser{t.c.Stdout}, nil
	}
	f, err := t.c.FS.OpenFile(t.c.Path(file), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666&^t.c.Umask)
	if err != nil {
		return nil, fmt.Errorf("%s: Cannot open: %s", file, reason(err))
	}
	info, err := f.Stat()
	t.archive = info.Ino
	return f, err
}

// nopWriteCloser leaves open what is not tar's own.
type nopWriteCloser struct{ io.Writer }

func (nopWriteCloser) Close() error { return nil }

// compressor is the writer for the compression that the options or, with -a, the archive's name ask for.
func (r *tarRun) compressor(w io.Writer) (io.WriteCloser, error) {
	format := r.o.last("z", "J", "j", "zstd")
	if file, _ := r.o.value("f"); r.o.has("a") && format == "" {
		for _, suffix := range []struct{ text, format string }{{".gz", "z"}, {".tgz", "z"}, {".xz", "J"}, {".txz", "J"}, {".zst", "zstd"},
			{".tzst", "zstd"}, {".bz2", "j"}, {".tbz", "j"}, {".lz", "lzip"}, {".lzma", "lzma"}} {
			if strings.HasSuffix(file, suffix.text) {
				format = suffix.format
			}
		}
	}
	switch format {
	case "":
		return nopWriteCloser{w}, nil
	case "z":
		z := gzip.NewWriter(w)
		z.OS, z.ModTime = 3, time.Unix(0, 0)
		return z, nil
	case "zstd":
		return compress.NewWriter(w, compress.Zstd)
	case "J":
		return xz.NewWriter(w)
	}
	return nil, fmt.Errorf("cannot compress with %s: gzip (-z), xz (-J) and zstd (--zstd) are supported",
		map[string]string{"j": "bzip2"}[format]+format)
}

// file adds a file, and a directory with what is in it. Errors that are the file's only are reported and do not end the archive.
func (t *tarCreator) file(name, path string) error {
	info, err := t.c.FS.Lstat(path)
	if err == nil && info.Type == scriptfs.Symlink && t.o.has("h") {
		info, err = t.c.FS.Stat(path)
	}
	if err != nil {
		t.warn("%s: Cannot stat: %s", shownName(name), reason(err))
		return nil
	}
	if t.archive != 0 && info.Ino == t.archive {
		t.c.Errorf("%s: file is the archive; not dumped", shownName(name))
		return nil
	}
	m := tarMember{name: t.safeName(name, "member names"), mode: info.Mode, uid: info.UID, gid: info.GID, mtime: info.MTime.Unix()}
	if info.Type == scriptfs.Directory {
		return t.tree(m, name, path)
	}
	return t.single(m, info, path)
}

// tree adds a directory.
func (t *tarCreator) tree(m tarMember, name, path string) error {
	if !strings.HasSuffix(m.name, "/") {
		m.name += "/"
	}
	m.kind = tarDirectory
	entries, err := t.c.FS.ReadDir(path)
	if err != nil {
		t.warn("%s: Cannot open: %s", shownName(name), reason(err))
		return nil
	}
	if err := t.member(m); err != nil || t.o.has("no-recursion") {
		return err
	}
	for _, e := range entries {
		child := strings.TrimSuffix(name, "/") + "/" + e.Name
		if excluded(child, t.excludes) {
			continue
		}
		if err := t.file(child, path+"/"+e.Name); err != nil {
			return err
		}
	}
	return nil
}

// single adds what is no directory.
func (t *tarCreator) single(m tarMember, info scriptfs.Info, path string) error {
	if first, ok := t.links[info.Ino]; ok {
		m.kind, m.link = tarHardLink, t.safeName(first, "hard link targets")
		return t.member(m)
	}
	if info.Nlink > 1 && !t.o.has("hard-dereference") {
		t.links[info.Ino] = m.name
	}
	switch info.Type {
	case scriptfs.Symlink:
		m.kind, m.link = tarSymlink, info.Target
	case scriptfs.CharDevice:
		m.kind, m.major, m.minor = tarChar, info.Major, info.Minor
	case scriptfs.BlockDevice:
		m.kind, m.major, m.minor = tarBlockDev, info.Major, info.Minor
	case scriptfs.FIFO:
		m.kind = tarFIFO
	default:
		m.kind, m.size = tarFile, info.Size
	}
	if m.kind != tarFile {
		return t.member(m)
	}
	f, err := t.c.FS.Open(path)
	if err != nil {
		t.warn("%s: Cannot open: %s", shownName(m.name), reason(err))
		return nil
	}
	defer func() { _ = f.Close() }()
	if err := t.member(m); err != nil {
		return err
	}
	return t.w.content(f, m.size)
}

// member writes a header, after the options have changed what the listing shows of the file.
func (t *tarCreator) member(m tarMember) error {
	shown := m
	tarOwner{}.apply(&shown.uid, &shown.uname, t.accounts.users)
	tarOwner{}.apply(&shown.gid, &shown.gname, t.accounts.groups)
	t.show(t.listing, t.verbose, shown)
	if t.mtime != nil {
		m.mtime = t.mtime.Unix()
	}
	if t.mode != nil {
		m.mode = t.mode.apply(m.mode, m.kind == tarDirectory, t.c.Umask)
	}
	t.owner.apply(&m.uid, &m.uname, t.accounts.users)
	t.group.apply(&m.gid, &m.gname, t.accounts.groups)
	return t.w.header(m)
}
