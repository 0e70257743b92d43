package builtin

import (
	"archive/tar"
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/rules-strata/rules_strata/go/decompress"
)

// tarWidth is the least width of owner, group and size in a long listing.
const tarWidth = 19

// show prints a member as -v does: its name, or from -vv on (-tv) a line like that of ls -l.
func (r *tarRun) show(w io.Writer, verbose int, m tarMember) {
	if verbose == 0 {
		return
	}
	if verbose == 1 {
		fmt.Fprintln(w, shownName(m.name))
		return
	}
	user, group, size := m.uname, m.gname, strconv.FormatInt(m.size, 10)
	if user == "" || r.o.has("numeric-owner") {
		user = strconv.FormatInt(m.uid, 10)
	}
	if group == "" || r.o.has("numeric-owner") {
		group = strconv.FormatInt(m.gid, 10)
	}
	letter, after := byte('-'), ""
	switch m.kind {
	case tarHardLink:
		letter, after = 'h', " link to "+shownName(m.link)
	case tarSymlink:
		letter, after = 'l', " -> "+shownName(m.link)
	case tarDirectory:
		letter = 'd'
	case tarFIFO:
		letter = 'p'
	case tarChar, tarBlockDev:
		letter, size = 'c', fmt.Sprintf("%d,%d", m.major, m.minor)
		if m.kind == tarBlockDev {
			letter = 'b'
		}
	}
	r.width = max(r.width, tarWidth, len(user)+1+len(group)+1+len(size))
	fmt.Fprintf(w, "%c%s %s/%s %*s %s %s%s\n", letter, permissionString(m.mode), user, group, r.width-len(user)-len(group)-2, size,
		time.Unix(m.mtime, 0).UTC().Format("2006-01-02 15:04"), shownName(m.name), after)
}

// read reads the archive and calls visit for each member that the command line asks for.
func (r *tarRun) read(visit func(m tarMember, content io.Reader) error) error {
	in := io.Reader(r.c.Stdin)
	file, ok := r.o.value("f")
	if ok && file != "-" {
		f, err := r.c.FS.Open(r.c.Path(file))
		if err != nil {
			return fmt.Errorf("%s: Cannot open: %s", file, reason(err))
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	plain, err := r.decompress(in)
	if err != nil {
		return err
	}
	defer func() { _ = plain.Close() }()
	found := make([]bool, len(r.operands))
	for archive := tar.NewReader(plain); ; {
		h, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("cannot read the archive: %w", err)
		}
		if h.Typeflag == tar.TypeXGlobalHeader {
			continue
		}
		m, err := memberOf(h)
		if err != nil {
			return err
		}
		if !r.wanted(m.name, found) || excluded(m.name, r.excludes) {
			continue
		}
		if err := visit(m, archive); err != nil {
			return err
		}
	}
	// What follows the end of the archive is read too, so that a damaged compressed file is not taken for a whole one.
	if _, err := io.Copy(io.Discard, plain); err != nil {
		return fmt.Errorf("cannot read the archive to its end: %w", err)
	}
	if plain.n%tarBlock != 0 {
		return tarError("Unexpected EOF in archive")
	}
	for i, operand := range r.operands {
		if !found[i] {
			r.warn("%s: Not found in archive", shownName(operand.name))
		}
	}
	return nil
}

// decompress gives the archive's bytes, whatever they are compressed with; an option that says another format is an error.
func (r *tarRun) decompress(in io.Reader) (*tarInputReader, error) {
	start := bufio.NewReader(in)
	first, err := start.Peek(tarBlock)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	formats := map[string]decompress.Format{"z": decompress.Gzip, "J": decompress.XZ, "j": decompress.Bzip2, "zstd": decompress.Zstd}
	want := formats[r.o.last("z", "J", "j", "zstd")]
	if got := decompress.Detect(first); want != "" && got != want {
		return nil, fmt.Errorf("the archive is not in %s format", want)
	}
	plain, _, err := decompress.NewReader(start)
	if err != nil {
		return nil, fmt.Errorf("cannot read the archive: %w", err)
	}
	checked := bufio.NewReader(plain)
	if first, err = checked.Peek(tarBlock); err != nil && !errors.Is(err, io.EOF) || len(first) < tarBlock || !isTarBlock(first) {
		return nil, errors.Join(tarError("This does not look like a tar archive"), plain.Close())
	}
	return &tarInputReader{Reader: checked, Closer: plain}, nil
}

// tarInputReader counts the bytes of an archive.
type tarInputReader struct {
	io.Reader
	io.Closer
	n int64
}

func (r *tarInputReader) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	r.n += int64(n)
	return n, err
}

// isTarBlock says whether a block can begin an archive: a header with the right sum, or the end.
func isTarBlock(b []byte) bool {
	if len(bytes.Trim(b, "\x00")) == 0 {
		return true
	}
	field := strings.Trim(string(b[148:156]), " \x00")
	want, err := strconv.ParseInt(field, 8, 64)
	var sum, signed int64
	for i, c := range b[:tarBlock] {
		if i >= 148 && i < 156 {
			c = ' '
		}
		sum, signed = sum+int64(c), signed+int64(int8(c))
	}
	return err == nil && (want == sum || want == signed)
}

// wanted says whether a member, or a directory that it is in, is among the operands.
func (r *tarRun) wanted(name string, found []bool) bool {
	if len(r.operands) == 0 {
		return true
	}
	any := false
	for i, operand := range r.operands {
		want := strings.TrimRight(operand.name, "/")
		if strings.TrimRight(name, "/") == want || strings.HasPrefix(name, want+"/") || r.o.has("wildcards") && matchesBeginning(want, name) {
			found[i], any = true, true
		}
	}
	return any
}

// matchesBeginning says whether a pattern matches a member or a directory that it is in.
func matchesBeginning(pattern, name string) bool {
	name = strings.TrimRight(name, "/")
	for at := range len(name) {
		if name[at] == '/' && matchGlob(pattern, name[:at], false) {
			return true
		}
	}
	return matchGlob(pattern, name, false)
}

// memberOf takes over what a header of any format says.
func memberOf(h *tar.Header) (tarMember, error) {
	m := tarMember{name: h.Name, link: h.Linkname, mode: uint32(h.Mode) & allBits, uid: int64(h.Uid), gid: int64(h.Gid), uname: h.Uname,
		gname: h.Gname, size: h.Size, mtime: h.ModTime.Unix(), major: h.Devmajor, minor: h.Devminor}
	switch h.Typeflag {
	case tar.TypeReg, tar.TypeCont, tar.TypeGNUSparse:
		m.kind = tarFile
	case tar.TypeLink, tar.TypeSymlink, tar.TypeChar, tar.TypeBlock, tar.TypeDir, tar.TypeFifo:
		m.kind = h.Typeflag
	default:
		return m, fmt.Errorf("%s: Unknown file type '%c'", shownName(h.Name), h.Typeflag)
	}
	return m, nil
}

// list prints the members.
func (r *tarRun) list() error {
	return r.read(func(m tarMember, _ io.Reader) error {
		r.safeName(m.name, "member names")
		r.show(r.c.Stdout, 1+r.verbose, m)
		return nil
	})
}
