package builtin

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

func TestTarAgainstGNU(t *testing.T) {
	long := ""
	for range 12 {
		long += "0123456789"
	}
	compareWithGNU(t, []testScript{
		{name: "tar create and extract", script: `
			mkdir -p d/sub
			write d/a hello
			write d/sub/b world
			chmod 4755 d/a
			chmod 700 d/sub
			ln -s a d/link
			touch -d @1700000000 d/a
			ln d/a d/hard
			mkfifo d/pipe
			chown 12345:54321 d/sub/b
			chown -h 7:7 d/link
			touch -d @1700000000 d/a d/sub/b d/pipe
			touch -d @1600000000 d/sub d
			tar --sort=name --mtime=@1600000000 -cf x.tar d
			tar tf x.tar
			tar -tvf x.tar
			tar tvf x.tar d/sub d/nothing
			mkdir out
			tar xf x.tar -C out
			tar -C out -xvf x.tar d/a
			mkdir strip
			tar -x -f x.tar --strip-components=1 -C strip
			tar -xf x.tar --strip-components 2 -C strip
			mkdir same
			tar xpf x.tar -C same --no-same-owner
			tar -xOf x.tar d/sub/b
			mkdir keep
			write keep/f old
			touch -d @1500000000 x.tar d d/sub out strip same keep
		`},
		{name: "tar owners, modes and times", script: `
			mkdir d
			write d/f x
			ln -s f d/l
			tar --sort=name -cf a.tar --owner=0 --group=0 --numeric-owner --mtime=@0 d
			tar --sort=name -cf b.tar --owner=alice:1000 --group=:5 --mtime='2020-01-02 03:04:05' d
			tar --sort=name -cf c.tar --owner=mail --group=nobodysgroup --mode=u=rwX,go= --mtime='2020-01-02' d/f
			tar --sort=name -cf e.tar --owner=77 --group=+8 --mtime=./d/f d
			tar tvf a.tar
			tar tvf b.tar
			tar tvf c.tar
			tar tf e.tar
			mkdir oa ob oc
			tar xf a.tar -C oa
			tar xf b.tar -C ob
			tar xf c.tar -C oc
			tar xf a.tar --numeric-owner -C ob -m
			tar -tvf a.tar --numeric-owner
			rm e.tar
			touch -d @1500000000 d d/f a.tar b.tar c.tar oa ob oc ob/d/f ob/d ob/d/l
		`},
		{name: "tar names", script: `
			mkdir -p d/sub /tmp/w/abs
			write d/` + long + ` x
			ln -s ` + long + `/` + long + ` d/long-link
			write 'd/a b' x
			write d/sub/x x
			write /tmp/w/abs/f x
			tar --sort=name -cf x.tar d/ ./d .//d/sub/ --mtime=@0
			tar tf x.tar
			tar -P --sort=name -cf y.tar ../r/d/sub --mtime=@0
			tar tf y.tar
			tar -cf z.tar ../r/d/sub --mtime=@0
			tar tf z.tar
			tar -cf c.tar -C d sub -C sub x --mtime=@0
			tar tf c.tar
			tar -cf e.tar -C d . --sort=name --mtime=@0
			tar tf e.tar
			tar -cf n.tar --no-recursion d --mtime=@0
			tar tf n.tar
			tar -cf ex.tar --sort=name --exclude=sub/x --exclude=a* --mtime=@0 d
			tar tf ex.tar
			tar -cf ex2.tar --sort=name --exclude=./d/sub --exclude='0*9' --mtime=@0 ./d
			tar tf ex2.tar
			tar -cf h.tar --sort=name -h --exclude=long-link --mtime=@0 d
			tar -cvf v.tar --sort=name --exclude='0*' --mtime=@0 d
		`},
		{name: "tar over what is there", script: `
			mkdir -p d/sub o/d/f o2/d o3/d/f/x
			write d/f new
			write o2/d/f old
			ln -s elsewhere o2/d/sub
			mkdir o2/d/elsewhere
			tar cf x.tar --sort=name d
			tar xf x.tar -C o
			tar xf x.tar -C o2 -k
			tar xf x.tar -C o2
			tar xf x.tar -C o3
			ln -s real o4
			mkdir real
			ln -s ../real real/d
			tar xf x.tar -C o4 --keep-directory-symlink
			rm -r real/d real/f real/sub
			tar xf x.tar -C nosuch
			touch -d @1500000000 d d/f d/sub x.tar
		`},
		{name: "tar hard links", script: `
			mkdir d
			write d/a x
			ln d/a d/b
			ln d/a c
			tar cf x.tar --sort=name --mtime=@0 d c
			tar tvf x.tar
			mkdir o
			tar xf x.tar -C o
			mkdir p
			tar xf x.tar -C p d/b
			tar cf y.tar --sort=name --hard-dereference --mtime=@0 d c
			tar tvf y.tar
			tar xf x.tar
		`},
		{name: "tar errors", script: `
			write d x
			tar xf nosuch.tar
			tar cf x.tar nosuch
			tar cf x.tar d nosuch
			tar tf x.tar nosuch
			tar cf d/x.tar d
			tar cf self.tar -- d
		`},
	})
}

// tarBytesScript makes archives of files of every kind; a and b are run by GNU's commands and by ours.
const tarBytesScript = `
	mkdir -p d/sub e
	write d/a hello
	chmod 4755 d/a
	ln -s a d/link
	ln d/a d/hard
	ln d/a e/hard
	mkfifo d/pipe
	mknod d/null c 1 3
	mknod d/disk b 259 70000
	write d/sub/b world
	chown 12345:3000000 d/sub/b
	chown 8:4294967294 d/pipe
	write d/LONG x
	ln -s LONGLONG d/long-link
	write d/NINETYEIGHT x
	touch -d @1700000000 d/a d/sub/b d/pipe d/null d/disk d/LONG d/NINETYEIGHT
	touch -d @-5 d/sub
	touch -d @15000000000 d
	tar --sort=name -cf 1.tar --exclude=link --exclude=long-link d
	tar --sort=name -cf 2.tar --mtime=@1 d e
	tar --sort=name -cf 3.tar --mtime=@1 --numeric-owner d
	tar --sort=name -cf 4.tar --mtime=@1 --owner=root:5 --group=mail --mode=a+w d
	tar --sort=name -cf 5.tar --mtime=@1 -h --hard-dereference --exclude=long-link d
	tar --sort=name -cf 6.tar --mtime=@1 -C d . -C ../e hard
	tar --sort=name -czf 7.tgz --mtime=@1 e
	tar --sort=name -caf 8.tar.xz --mtime=@1 e
	tar --sort=name --zstd -cf 9.tar.zst --mtime=@1 e
`

// tarLines fills in the long names.
func tarLines() []string {
	text := strings.ReplaceAll(tarBytesScript, "LONG", strings.Repeat("0123456789", 11))
	return scriptLines(strings.ReplaceAll(text, "NINETYEIGHT", strings.Repeat("n", 98)))
}

// TestTarBytesAgainstGNU compares archives byte by byte, and what each side unpacks of the other's.
func TestTarBytesAgainstGNU(t *testing.T) {
	requireGNU(t)
	dir := t.TempDir()
	script := "umask 022; write() { printf %s \"$2\" >\"$1\"; }\n" + strings.Join(tarLines(), "\n") + "\n"
	cmd := exec.Command("fakeroot", "bash", "-ec", script)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC", "FAKEROOTDONTTRYCHOWN=1"}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	c := newTestContext(t)
	for _, line := range tarLines() {
		if status, _, stderr := runLine(t, c, splitWords(line)...); status != 0 {
			t.Fatalf("%s: %s", line, stderr)
		}
	}
	for i := 1; i <= 9; i++ {
		name := fmt.Sprintf("%d.tar", i)
		if i >= 7 {
			name += map[int]string{7: ".gz", 8: ".xz", 9: ".zst"}[i]
			name = strings.Replace(name, "tar.gz", "tgz", 1)
		}
		want, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		got := []byte(contentOf(t, c.FS, c.Path(name)))
		if i < 7 {
			compareArchives(t, name, want, got)
			continue
		}
		// Compressed bytes are another library's; the other side reads them.
		if err := os.WriteFile(filepath.Join(dir, name), got, 0o644); err != nil {
			t.Fatal(err)
		}
		list := exec.Command("tar", "tf", name)
		list.Dir = dir
		if out, err := list.CombinedOutput(); err != nil || string(out) != "e/\ne/hard\n" {
			t.Errorf("GNU tar reads our %s: %v %q", name, err, out)
		}
		writeFile(t, c.FS, c.Path("theirs-"+name), string(want))
		if status, stdout, stderr := runLine(t, c, "tar", "tf", "theirs-"+name); status != 0 || stdout != "e/\ne/hard\n" {
			t.Errorf("we read GNU tar's %s: %d %q %q", name, status, stdout, stderr)
		}
	}
}

// compareArchives shows where two archives differ.
func compareArchives(t *testing.T, name string, want, got []byte) {
	t.Helper()
	if bytes.Equal(want, got) {
		return
	}
	for at := 0; at < min(len(want), len(got)); at++ {
		if want[at] != got[at] {
			block := at - at%tarBlock
			t.Errorf("%s differs from byte %d on (header of block: GNU %q, ours %q)", name, at, want[block:block+345], got[block:block+345])
			return
		}
	}
	t.Errorf("%s: GNU's has %d bytes, ours %d", name, len(want), len(got))
}

// archiveOf makes an archive by the standard library.
func archiveOf(t *testing.T, headers ...tar.Header) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range headers {
		content := ""
		if h.Typeflag == tar.TypeReg {
			content = "content"
			h.Size = int64(len(content))
		}
		if h.Mode == 0 {
			h.Mode = 0o644
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestTarRefuses(t *testing.T) {
	file := func(name string) tar.Header { return tar.Header{Name: name, Typeflag: tar.TypeReg} }
	link := func(name, target string) tar.Header {
		return tar.Header{Name: name, Linkname: target, Typeflag: tar.TypeSymlink}
	}
	hard := func(name, target string) tar.Header {
		return tar.Header{Name: name, Linkname: target, Typeflag: tar.TypeLink}
	}
	dir := func(name string) tar.Header { return tar.Header{Name: name, Typeflag: tar.TypeDir, Mode: 0o755} }
	for _, c := range []struct {
		name    string
		headers []tar.Header
		args    []string
		status  int
		want    []string
		made    []string
		absent  []string
	}{
		{"D11 dot dot", []tar.Header{file("../x"), file("a/../../y"), file("ok")}, nil, 2,
			[]string{"../x: Member name contains '..'", "a/../../y"},
			[]string{"/tmp/w/r/ok"}, []string{"/tmp/w/x", "/tmp/w/y"}},
		{"D11 through an absolute symlink", []tar.Header{link("d",
			"/etc"), file("d/evil"), file("ok")}, nil, 2, []string{"d/evil: goes through d -> /etc"},
			[]string{"/tmp/w/r/ok"}, []string{"/etc/evil"}},
		{"D11 through a symlink to above", []tar.Header{dir("s"), link("s/d",
			"../.."), file("./s//d/evil")}, nil, 2, []string{"s/d -> ../.."},
			nil, []string{"/tmp/w/evil"}},
		{"D11 hard link through a symlink", []tar.Header{link("d", "/etc"), hard("h",
			"d/passwd")}, nil, 2, []string{"h: goes through d -> /etc"},
			nil, []string{"/tmp/w/r/h"}},
		{"a symlink within is followed", []tar.Header{dir("s"), link("l", "s"), file("l/f")}, nil, 0, nil, []string{"/tmp/w/r/s/f"}, nil},
		{"a symlink that was replaced", []tar.Header{link("d", "/etc"), dir("d"), file("d/f")}, nil, 0, nil, []string{"/tmp/w/r/d/f"}, nil},
		{"D13 absent target", []tar.Header{hard("h",
			"none"), file("ok")}, nil, 2, []string{"h: Cannot hard link to 'none': No such file or directory"},
			[]string{"/tmp/w/r/ok"}, []string{"/tmp/w/r/h"}},
		{"D13 later target", []tar.Header{hard("h",
			"t"), file("t")}, nil, 2, []string{"Cannot hard link to 't'"}, []string{"/tmp/w/r/t"}, nil},
		{"absolute names", []tar.Header{file("/tmp/w/evil")}, nil, 0, []string{"Removing leading `/' from member names"},
			[]string{"/tmp/w/r/tmp/w/evil"}, []string{"/tmp/w/evil"}},
		{"absolute names with -P", []tar.Header{file("/tmp/w/kept")}, []string{"-P"}, 0, nil, []string{"/tmp/w/kept"}, nil},
		{"D12 a file and then a directory", []tar.Header{file("a"), dir("a"), file("a/b")}, nil, 0, nil, []string{"/tmp/w/r/a/b"}, nil},
		{"D12 a file above", []tar.Header{file("a"), file("a/b")}, nil, 2, []string{"a/b: Cannot open: Not a directory"}, nil, nil},
		{"unknown option", nil, []string{"--transform=s/a/b/"}, 2, []string{"unrecognised option '--transform'",
			"--strip-components"}, nil, nil},
		{"bad strip", nil, []string{"--strip-components=x"}, 2, []string{"x: Invalid number of elements"}, nil, nil},
		{"not gzip", []tar.Header{file("a")}, []string{"-z"}, 2, []string{"not in gzip format"}, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx := newTestContext(t)
			ctx.Stdin = strings.NewReader(archiveOf(t, c.headers...))
			status, _, stderr := runLine(t, ctx, append([]string{"tar", "-x", "-f", "-"}, c.args...)...)
			if status != c.status {
				t.Errorf("status %d, want %d: %s", status, c.status, stderr)
			}
			for _, text := range c.want {
				if !strings.Contains(stderr, text) {
					t.Errorf("message %q does not say %q", stderr, text)
				}
			}
			for _, path := range c.made {
				if _, err := ctx.FS.Lstat(path); err != nil {
					t.Error(err)
				}
			}
			for _, path := range c.absent {
				if _, err := ctx.FS.Lstat(path); err == nil {
					t.Errorf("%s is there", path)
				}
			}
		})
	}
}

func TestTarDamaged(t *testing.T) {
	whole := archiveOf(t, tar.Header{Name: "a", Typeflag: tar.TypeReg})
	for name, archive := range map[string]string{"empty": "", "text": strings.Repeat("text ", 300), "short": "x", "cut": whole[:700]} {
		ctx := newTestContext(t)
		ctx.Stdin = strings.NewReader(archive)
		if status, _, stderr := runLine(t, ctx, "tar", "xf", "-"); status != 2 || stderr == "" {
			t.Errorf("%s: status %d, %q", name, status, stderr)
		}
	}
}

// TestTarUnprivileged unpacks as extra_commands do: owners stay root's, modes obey the umask, devices are refused.
func TestTarUnprivileged(t *testing.T) {
	c := newTestContext(t)
	c.Privileged, c.Umask = false, 0o027
	c.Stdin = strings.NewReader(archiveOf(t, tar.Header{Name: "f", Typeflag: tar.TypeReg, Mode: 0o4755, Uid: 12, Gid: 13},
		tar.Header{Name: "null", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3}))
	status, _, stderr := runLine(t, c, "tar", "x")
	if status != 2 || !strings.Contains(stderr, "null: Cannot mknod: Operation not permitted") {
		t.Errorf("status %d, %q", status, stderr)
	}
	info, err := c.FS.Lstat("/tmp/w/r/f")
	if err != nil || info.UID != 0 || info.GID != 0 || info.Mode != 0o750 || info.Type != scriptfs.Regular {
		t.Errorf("%+v, %v", info, err)
	}
}

func TestTarNamesFromFile(t *testing.T) {
	c := newTestContext(t)
	writeFile(t, c.FS, "/tmp/w/r/a b", "x")
	writeFile(t, c.FS, "/tmp/w/r/c", "x")
	writeFile(t, c.FS, "/tmp/w/r/list", "c\na b\n")
	writeFile(t, c.FS, "/tmp/w/r/null", "a b\x00c")
	for _, step := range []struct{ line, want string }{
		{"tar cf x.tar -T list", ""}, {"tar tf x.tar", "c\na b\n"},
		{"tar cf y.tar --null -T null", ""}, {"tar tf y.tar", "a b\nc\n"},
		{"tar cf z.tar -X list c list", ""}, {"tar tf z.tar", "list\n"},
	} {
		if status, stdout, stderr := runLine(t, c, strings.Fields(step.line)...); status != 0 || stdout != step.want {
			t.Errorf("%s: %d %q %q", step.line, status, stdout, stderr)
		}
	}
	for line, want := range map[string]string{"tar": "You must specify one of", "tar cf x": "Cowardly refusing",
		"tar cf x c --exclude=c": "has no effect",
		"tar cjf x c":            "cannot compress with bzip2", "tar cf x --format=pax c": "--format=pax is not supported",
		"tar cf x --mtime=tomorrow? c": "not understood"} {
		if status, _, stderr := runLine(t, c, strings.Fields(line)...); status != 2 || !strings.Contains(stderr, want) {
			t.Errorf("%s: %d %q", line, status, stderr)
		}
	}
}
