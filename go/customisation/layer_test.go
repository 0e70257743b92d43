package customisation

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/scriptfs"
	"github.com/rules-strata/rules_strata/go/store"
	"github.com/rules-strata/rules_strata/go/symlinkjoin"
)

const (
	hashA = "0123456789abcdfghijklmnpqrsvwxyz"
	hashB = "1123456789abcdfghijklmnpqrsvwxyz"
	hashC = "2123456789abcdfghijklmnpqrsvwxyz"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// put writes a file.
func put(t *testing.T, fs *scriptfs.FS, path, text string) {
	t.Helper()
	f, err := fs.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o644)
	must(t, err)
	_, err = io.WriteString(f, text)
	must(t, err)
	must(t, f.Close())
}

func newTree(t *testing.T) *scriptfs.FS {
	t.Helper()
	fs := scriptfs.New(time.Unix(315532800, 0))
	must(t, fs.Mkdir("/tree", 0o755))
	return fs
}

// entries are the lines that tell a tar's entries.
func entries(t *testing.T, data []byte) []string {
	t.Helper()
	var list []string
	for r := tar.NewReader(bytes.NewReader(data)); ; {
		h, err := r.Next()
		if err == io.EOF {
			return list
		}
		must(t, err)
		content, err := io.ReadAll(r)
		must(t, err)
		if h.ModTime.Unix() != 7 || h.Uname != "" || h.Gname != "" {
			t.Errorf("%s: time %v, names %q %q", h.Name, h.ModTime, h.Uname, h.Gname)
		}
		line := fmt.Sprintf("%c %s %o %d:%d", h.Typeflag, h.Name, h.Mode, h.Uid, h.Gid)
		if h.Linkname != "" {
			line += " -> " + h.Linkname
		}
		if h.Devmajor != 0 {
			line += fmt.Sprintf(" %d,%d", h.Devmajor, h.Devminor)
		}
		if len(content) > 0 {
			line += " " + string(content)
		}
		if c, ok := h.PAXRecords["SCHILY.xattr.security.capability"]; ok {
			line += fmt.Sprintf(" %x", c)
		}
		list = append(list, line)
	}
}

func TestWriteTree(t *testing.T) {
	fs := newTree(t)
	must(t, fs.Mkdir("/tree/a", 0o750))
	put(t, fs, "/tree/a/x", "text")
	put(t, fs, "/tree/a.b", "")
	must(t, fs.Mkdir("/tree/a-", 0o755))
	must(t, fs.Link("/tree/a/x", "/tree/z"))
	must(t, fs.Chmod("/tree/z", 0o4711))
	must(t, fs.Chown("/tree/a", 1000, 1<<32-2))
	must(t, fs.Symlink("a/x", "/tree/l"))
	must(t, fs.Lchown("/tree/l", 5, 6))
	must(t, fs.Mknod("/tree/null", scriptfs.CharDevice, 0o666, 1, 3))
	must(t, fs.Mknod("/tree/disk", scriptfs.BlockDevice, 0o660, 8, 1))
	must(t, fs.Mknod("/tree/pipe", scriptfs.FIFO, 0o644, 0, 0))
	put(t, fs, "/tree/capable", "p")
	must(t, fs.Setxattr("/tree/capable", "security.capability", []byte{1, 0, 0, 2}))
	must(t, fs.Chmod("/tree", 0o1777))
	var out bytes.Buffer
	result, err := WriteTree(&out, fs, "/tree", Options{MTime: 7, StoreDir: "/nix/store"})
	must(t, err)
	want := []string{
		"5 ./ 1777 0:0", "5 ./a/ 750 1000:4294967294", "0 ./a/x 4711 0:0 text", "5 ./a-/ 755 0:0", "0 ./a.b 644 0:0", "0 ./capable 644 0:0 p 01000002",
		"4 ./disk 660 0:0 8,1", "2 ./l 777 5:6 -> a/x", "3 ./null 666 0:0 1,3", "6 ./pipe 644 0:0", "0 ./z 4711 0:0 text",
	}
	if got := entries(t, out.Bytes()); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if result.Metadata.Entries != len(want) || result.Metadata.Size != int64(out.Len()) || len(result.References.StorePaths) != 0 {
		t.Errorf("%+v", result)
	}
}

// TestWriteTreeAsBefore: without scripts a tree gives the bytes of Write.
func TestWriteTreeAsBefore(t *testing.T) {
	tree := []symlinkjoin.Entry{{}, {Path: "bin"}, {Path: "bin/a", Target: "/nix/store/" + hashA + "-a/bin/a"}, {Path: "bin.d"}, {Path: "é", Target: strings.Repeat("x", 150)}}
	var want, got bytes.Buffer
	metadata, err := Write(&want, tree, 7)
	must(t, err)
	fs := newTree(t)
	must(t, Plant(fs, "/tree", tree))
	result, err := WriteTree(&got, fs, "/tree", Options{MTime: 7, StoreDir: "/nix/store"})
	must(t, err)
	if !bytes.Equal(got.Bytes(), want.Bytes()) || result.Metadata.DiffID != metadata.DiffID {
		t.Errorf("got %q\nwant %q", got.Bytes(), want.Bytes())
	}
	if a, b := result.References, ReferencesOf(tree, "/nix/store"); !slices.Equal(a.StorePaths, b.StorePaths) {
		t.Errorf("%v, want %v", a, b)
	}
}

func TestWriteTreeRefuses(t *testing.T) {
	for name, want := range map[string]string{
		".wh.x": "a layer cannot hold a name", ".wh..wh..opq": "a layer cannot hold a name", "a/.wh.y": "/a/.wh.y: a layer cannot hold",
	} {
		fs := newTree(t)
		must(t, fs.Mkdir("/tree/a", 0o755))
		put(t, fs, "/tree/"+name, "")
		_, err := WriteTree(io.Discard, fs, "/tree", Options{StoreDir: "/nix/store"})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
		_, err = Write(io.Discard, []symlinkjoin.Entry{{}, {Path: "a"}, {Path: name, Target: "x"}}, 1)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, path := range []string{strings.Repeat("n", 256), strings.Repeat("dir/", 1024)} {
		_, err := Write(io.Discard, []symlinkjoin.Entry{{}, {Path: path, Target: "x"}}, 1)
		if err == nil || !strings.Contains(err.Error(), "shorten it") || len(err.Error()) > 400 {
			t.Errorf("%v", err)
		}
		err = Plant(newTree(t), "/tree", []symlinkjoin.Entry{{}, {Path: path, Target: "x"}})
		if err == nil {
			t.Errorf("%.20s was made", path)
		}
	}
}

func TestMentions(t *testing.T) {
	a, b := "/nix/store/"+hashA+"-a", "/nix/store/"+hashB+"-b-1.2"
	known := []store.Path{store.Path(b)}
	for _, test := range []struct{ name, text, want string }{
		{"nothing", "text", ""},
		{"whole", a, a},
		{"inside", "x" + a + "/bin/a:" + b + "/bin", a + " " + b},
		{"twice", a + a, a},
		{"known by its hash", "see " + b + ".", b},
		{"known, other name", "/nix/store/" + hashB + "-other", b},
		{"another store", "/gnu/store/" + hashA + "-a", ""},
		{"no hash", "/nix/store/short-a", ""},
		{"a placeholder", "/nix/store/" + strings.Repeat("e", 32) + "-a", ""},
		{"at the end of a long text", strings.Repeat("y", 1<<16-20) + a, a},
		{"over a border of buffers", strings.Repeat("y", 1<<16-5) + a + "\n" + strings.Repeat("z", 1<<17) + b, a + " " + b},
		{"cut off", a[:20], ""},
		{"a name of a known one", "see " + hashB + "-b-1.2/bin", b},
		{"a name of an unknown one", "see " + hashA + "-a/bin", ""},
		{"relative", "../nix/store/" + hashB + "-b-1.2", b},
		{"relative and unknown", "nix/store/" + hashA + "-a", ""},
		{"a known hash in another store", "/gnu/store/" + hashB + "-b", b},
		{"a known hash alone", hashB, b},
		{"a known hash without a name", "/nix/store/" + hashB, b},
		{"in a run of its characters", "00" + hashB + "zz", b},
		{"at the end of a long run", strings.Repeat("0", 1<<17) + hashB, b},
		{"over a border of buffers, a name", strings.Repeat("y", 1<<16-31) + hashB + "-b", b},
		{"all but the last character", hashB[:31] + "!" + hashB[:31], ""},
		{"after another", strings.Repeat("y", 31) + "!" + hashB + "." + a, a + " " + b},
		{"the longest name", "/nix/store/" + hashA + "-" + strings.Repeat("n", 211), "/nix/store/" + hashA + "-" + strings.Repeat("n", 211)},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, piece := range []int{1, 7, 64 << 10, 1 << 20} {
				if piece < 64 && len(test.text) > 1<<15 {
					continue
				}
				m := newMentions("/nix/store", known)
				m.begin()
				for text := test.text; text != ""; {
					n := min(piece, len(text))
					m.Write([]byte(text[:n]))
					text = text[n:]
				}
				m.end()
				var got []string
				for _, p := range m.references().StorePaths {
					got = append(got, string(p))
				}
				if strings.Join(got, " ") != test.want {
					t.Errorf("in pieces of %d: got %v, want %s", piece, got, test.want)
				}
			}
		})
	}
}

// TestMentionsAsNaive compares with looking at every place of a text, in
// pieces of random lengths.
func TestMentionsAsNaive(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	known := []store.Path{"/nix/store/" + hashA + "-a", "/nix/store/" + hashB + "-b-1.2"}
	fragments := []string{hashA, hashB, hashC, hashC[:31], "/nix/store/", "/nix/store", "nix/store/", "-c", "-", ".", "/", "0", "z", "e", "\n", strings.Repeat("1", 40), strings.Repeat("n", 212)}
	path := regexp.MustCompile(`^/nix/store/[0-9a-df-np-sv-z]{32}-[0-9a-zA-Z+_?=-][0-9a-zA-Z+._?=-]{0,210}`)
	for range 3000 {
		var b strings.Builder
		for range 1 + rng.IntN(12) {
			b.WriteString(fragments[rng.IntN(len(fragments))])
		}
		text, want := b.String(), map[store.Path]bool{}
		for i := range text {
			for _, p := range known {
				if strings.HasPrefix(text[i:], p.HashPart()) {
					want[p] = true
				}
			}
			p := store.Path(path.FindString(text[i:]))
			if p != "" && !strings.Contains(hashA+hashB, p.HashPart()) && !store.IsPlaceholder(p.HashPart()) {
				want[p] = true
			}
		}
		m := newMentions("/nix/store", known)
		for range 2 {
			m.begin()
			for rest := text; rest != ""; {
				n := min(1+rng.IntN(80), len(rest))
				m.Write([]byte(rest[:n]))
				rest = rest[n:]
			}
			m.end()
		}
		if !maps.Equal(m.found, want) {
			t.Fatalf("%q\ngot  %v\nwant %v", text, m.found, want)
		}
	}
}

func BenchmarkMentions(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	random := make([]byte, 1<<20)
	for i := range random {
		random[i] = byte(rng.Uint32())
	}
	var known []store.Path
	for i := range 300 {
		sum := sha256.Sum256([]byte{byte(i), byte(i >> 8)})
		known = append(known, store.Path("/nix/store/"+store.Base32(sum[:20])+"-x"))
	}
	for name, data := range map[string][]byte{
		"random": random,
		"text":   bytes.Repeat([]byte("A line of text, with words in it and /nix/store at times.\n"), 1<<14),
		"run":    bytes.Repeat([]byte("0123456789abcdf"), 1<<16),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			m := newMentions("/nix/store", known)
			for b.Loop() {
				m.begin()
				for rest := data; len(rest) > 0; {
					n := min(64<<10, len(rest))
					m.Write(rest[:n])
					rest = rest[n:]
				}
				m.end()
			}
		})
	}
}

// TestReferences: names, links and contents of the tree count.
func TestReferences(t *testing.T) {
	fs := newTree(t)
	put(t, fs, "/tree/script", "#!/nix/store/"+hashA+"-sh/bin/sh\n")
	must(t, fs.Symlink("/nix/store/"+hashB+"-b/bin/b", "/tree/b"))
	must(t, fs.Mkdir("/tree/usr", 0o755))
	must(t, fs.Symlink("../nix/store/"+hashC+"-c/x", "/tree/usr/c"))
	result, err := WriteTree(io.Discard, fs, "/tree", Options{StoreDir: "/nix/store"})
	must(t, err)
	want := []store.Path{"/nix/store/" + hashA + "-sh", "/nix/store/" + hashB + "-b", "/nix/store/" + hashC + "-c"}
	if !slices.Equal(result.References.StorePaths, want) {
		t.Errorf("got %v, want %v", result.References.StorePaths, want)
	}
}

func TestCollisionError(t *testing.T) {
	err := CollisionError([]symlinkjoin.Collision{{
		Path: "bin/a", First: symlinkjoin.Claim{Label: "//:one", What: "a file"}, Second: symlinkjoin.Claim{Label: "//:two", What: "a directory"},
	}})
	for _, want := range []string{"/bin/a", "//:one gives a file", "//:two gives a directory", `collisions = "first"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v lacks %s", err, want)
		}
	}
	if err := CollisionError(nil); err != nil {
		t.Error(err)
	}
}
