//go:build e2e

package e2e

import (
	"archive/tar"
	"bytes"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// exportWorkspace is a copy of the workspace e2e/export with images that others
// made, in which everything is built.
type exportWorkspace struct {
	bazel  harness.Bazel
	bin    string
	docker *harness.DockerEngine
}

var exportsBuilt struct {
	mu       sync.Mutex
	built    *exportWorkspace
	attempts int
}

func exports(t *testing.T) *exportWorkspace {
	t.Helper()
	docker := harness.Docker(t, harness.ClassicStore)
	exportsBuilt.mu.Lock()
	defer exportsBuilt.mu.Unlock()
	if exportsBuilt.built == nil {
		if exportsBuilt.attempts++; exportsBuilt.attempts > 1 {
			t.Fatal("the images were not built, see the first test's message")
		}
		w := &exportWorkspace{bazel: harness.LastingCopy(t, "e2e/export"), docker: docker}
		w.makeBases(t)
		w.bazel.Build(t, "//...")
		w.bin = w.bazel.Bin(t)
		exportsBuilt.built = w
	}
	return exportsBuilt.built
}

func (w *exportWorkspace) base(name string) string { return filepath.Join(w.bazel.Dir, "bases", name) }

// exported is the tar of a target of the package exports.
func (w *exportWorkspace) exported(t *testing.T, name string) string {
	t.Helper()
	return harness.ReadFile(t, filepath.Join(w.bin, "exports", name))
}

// made is an entry of a layer that a test makes.
type made struct {
	tar.Header
	content string
}

func folder(name string, mode int64) made {
	return made{Header: tar.Header{Name: name, Typeflag: tar.TypeDir, Mode: mode, ModTime: time.Unix(1e9, 0)}}
}

func regular(name, content string) made {
	return made{tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(content)), ModTime: time.Unix(1e9+1, 0)}, content}
}

func symlink(name, target string) made {
	return made{Header: tar.Header{Name: name, Typeflag: tar.TypeSymlink, Linkname: target, Mode: 0o777, ModTime: time.Unix(1e9+2, 0)}}
}

// hardLink is another name of a regular file, which it describes again, as all
// programs write it.
func hardLink(name, target string) made {
	return made{Header: tar.Header{Name: name, Typeflag: tar.TypeLink, Linkname: target, Mode: 0o644, ModTime: time.Unix(1e9+1, 0)}}
}

func special(typ byte, name string, major, minor int64) made {
	return made{Header: tar.Header{Name: name, Typeflag: typ, Devmajor: major, Devminor: minor, Mode: 0o620, ModTime: time.Unix(1e9+3, 0)}}
}

// owned has another owner and mode.
func (m made) owned(uid, gid int, mode int64) made {
	m.Uid, m.Gid, m.Mode = uid, gid, mode
	return m
}

// capable can send raw packets: the file has the capability CAP_NET_RAW.
func (m made) capable() made {
	m.PAXRecords = map[string]string{"SCHILY.xattr.security.capability": "\x01\x00\x00\x02\x00\x20" + strings.Repeat("\x00", 14)}
	return m
}

func madeLayer(t *testing.T, entries ...made) harness.LayerTar {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, m := range entries {
		m.Format = tar.FormatPAX
		if err := w.WriteHeader(&m.Header); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, m.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// plainLayers are two layers with every kind of file, of which the upper one
// removes and replaces some.
func plainLayers(t *testing.T, busybox string) []harness.LayerTar {
	t.Helper()
	return []harness.LayerTar{
		madeLayer(t,
			folder("bin/", 0o755), regular("bin/busybox", busybox).owned(0, 0, 0o755), symlink("bin/sh", "busybox"),
			folder("etc/", 0o755), regular("etc/motd", "hello\n"), regular("etc/alone", "").owned(5, 60, 0o640),
			folder("usr/", 0o755), folder("usr/lib/", 0o755), regular("usr/lib/a", "a"), symlink("usr/lib/b", "../lib/a"), symlink("lib", "/usr/lib"),
			folder("var/", 0o755), folder("var/dir/", 0o755), regular("var/dir/gone", "x"), regular("var/dir/kept", "kept"), regular("var/removed", "x"),
			folder("var/folder/", 0o755), regular("var/folder/in/it", "x"),
			folder("opaque/", 0o755), folder("opaque/old/", 0o755), regular("opaque/old/x", "x"), regular("opaque/y", "y"),
			folder("links/", 0o755), regular("links/m", "one file"), folder("a/", 0o755), hardLink("links/z", "links/m"), hardLink("a/first", "links/m"),
			folder("pair/", 0o755), regular("pair/one", "pair"), hardLink("pair/two", "pair/one"),
			folder("swap/", 0o755), regular("swap/file", "x"), regular("swapped", "x"),
			folder("tmp/", 0o1777), folder("srv/", 0o2750).owned(1000, 100, 0o2750), regular("srv/su", "#!").owned(1000, 100, 0o4755),
			regular("srv/ping", "ping").owned(0, 0, 0o755).capable(),
			folder("nodes/", 0o755), special(tar.TypeChar, "nodes/null", 1, 3), special(tar.TypeBlock, "nodes/loop", 7, 200), special(tar.TypeFifo, "nodes/pipe", 0, 0),
			folder("names/", 0o755), regular("names/b", "1"), regular("names/a-b", "2"), folder("names/a/", 0o755), regular("names/a/z", "3"), regular("names/a.b", "4"),
			regular("names/müsli "+strings.Repeat("x", 150), "long"), regular("names/\xff", "no text"),
		),
		madeLayer(t,
			folder("etc/", 0o755), regular("etc/motd", "changed\n"), folder("usr/", 0o755), folder("usr/lib/", 0o700).owned(7, 8, 0o700),
			folder("var/", 0o755), regular("var/.wh.removed", ""), regular("var/.wh.folder", ""), folder("var/dir/", 0o755), regular("var/dir/.wh.gone", ""),
			regular("swap", "now a file"), folder("swapped/", 0o755), regular("swapped/in", "now a folder"),
			folder("upper/", 0o755), regular("upper/c", "c"), hardLink("upper/d", "upper/c"),
		),
	}
}

// makeBases makes an image in every form.
func (w *exportWorkspace) makeBases(t *testing.T) {
	t.Helper()
	if err := os.MkdirAll(w.base("."), 0o755); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(w.bazel.Dir, "objects/busybox.static")
	harness.Exec("cp", "/bin/busybox", program).Run(t).Must(t)
	harness.WriteFile(t, w.base("BUILD.bazel"), `exports_files(glob(["*"], exclude_directories = 0))`+"\n")
	plain := plainLayers(t, harness.ReadFile(t, program))
	w.writeImage(t, "export-plain", "plain.tar", plain)
	w.writeImage(t, "export-special", "special.tar", append(plain, madeLayer(t,
		folder("opaque/", 0o711), regular("opaque/.wh..wh..opq", ""), regular("opaque/new", "new"), folder("opaque/old/", 0o750),
		folder("pair/", 0o755), regular("pair/one", "alone"),
		regular("implied/deep/file", "in folders without entries"),
	)))
	for _, name := range []string{"plain", "special"} {
		w.docker.Load(t, w.base(name+".tar"))
	}
	w.docker.Run(t, "save", "--output", w.base("saved_two.tar"), "export-plain:latest", "export-special:latest").Must(t)
	listFirst(t, w.base("saved_two.tar"), w.base("two.tar"), "export-plain:latest")
	harness.Exec("sh", "-ec", `
		cd "$0"
		gzip -1 < special.tar > special.tar.gz
		xz -0 < special.tar > special.tar.xz
		zstd -q -1 < special.tar > special.tar.zst
		skopeo --insecure-policy copy --quiet docker-archive:special.tar docker-archive:legacy.tar:export-special:latest
		skopeo --insecure-policy copy --quiet docker-archive:special.tar oci:layout:export-special
		tar -C layout -cf layout.tar .
		head -c 100000 special.tar > cut.tar
		mkdir -p rootfs/etc rootfs/bin && tar -C rootfs -cf rootfs.tar .
	`, w.base(".")).Run(t).Must(t)
	flipLayerByte(t, w.base("special.tar"), w.base("flipped.tar"))
}

func (w *exportWorkspace) writeImage(t *testing.T, name, file string, layers []harness.LayerTar) {
	t.Helper()
	image := harness.Archive{Name: name + ":latest", Layers: layers}
	var diffIDs []string
	for _, layer := range layers {
		diffIDs = append(diffIDs, layer.DiffID())
	}
	image.Config = map[string]any{
		"os": "linux", "architecture": "amd64", "created": "2001-09-09T01:46:40Z",
		"config": map[string]any{"Cmd": []string{"/bin/busybox", "cat", "/etc/motd"}},
		"rootfs": map[string]any{"type": "layers", "diff_ids": diffIDs},
	}
	image.Write(t, w.base(file))
}

// TestExportedImage: the names in the tar are those that dockerTools' own
// have: they begin with "./", in the order of GNU tar's --sort=name.
func TestExportedImage(t *testing.T) {
	harness.Lane(t, "export")
	w := exports(t)
	for _, test := range []struct{ name, has string }{
		{"one.tar", "./bin/cat"}, {"special.tar.rootfs", "./bin/busybox"}, {"plain_of_two.tar", "./var/dir/kept"},
	} {
		listed := harness.Exec("tar", "-tf", filepath.Join(w.bin, "exports", test.name)).Run(t).Must(t).Stdout
		lines := strings.Split(strings.TrimSpace(listed), "\n")
		if lines[0] != "./" || !slices.Contains(lines, test.has) || slices.ContainsFunc(lines, func(name string) bool { return !strings.HasPrefix(name, "./") }) {
			t.Errorf("%s: names are %q", test.name, lines)
		}
	}
	// GNU tar makes the same list of the same files.
	dir := harness.TempDir(t)
	listed := harness.Exec("sh", "-ec", `tar -C "$0" -xf "$1"; tar -C "$0" --sort=name -cf "$0.tar" .; tar -tf "$0.tar"; rm "$0.tar"`, dir,
		filepath.Join(w.bin, "exports", "special.tar.rootfs")).Run(t).Must(t).Stdout
	equal(t, "names in the order of GNU tar", harness.Exec("tar", "-tf", filepath.Join(w.bin, "exports", "special.tar.rootfs")).Run(t).Must(t).Stdout, listed)
}

// TestEveryFormOfAnExportedImage: the tar does not depend on how the image was
// saved, nor on when it is made.
func TestEveryFormOfAnExportedImage(t *testing.T) {
	harness.Lane(t, "export")
	w := exports(t)
	want := w.exported(t, "special.tar.rootfs")
	for _, name := range []string{
		"special.tar.gz.rootfs", "special.tar.xz.rootfs", "special.tar.zst.rootfs", "legacy.tar.rootfs", "layout.rootfs", "layout.tar.rootfs", "special_of_two.tar",
	} {
		if w.exported(t, name) != want {
			t.Errorf("%s is another file system", name)
		}
	}
	if plain := w.exported(t, "plain.tar.rootfs"); plain != w.exported(t, "first_of_two.tar") || plain != w.exported(t, "plain_of_two.tar") || plain != w.exported(t, "name_of_two.tar") || plain == want {
		t.Error("another image was chosen")
	}
	for _, name := range []string{"one", "owners"} {
		if w.exported(t, name+"_archive.tar") != w.exported(t, name+".tar") {
			t.Errorf("the archive of %s is another file system", name)
		}
	}
	if w.exported(t, "owners_layout.tar") != w.exported(t, "owners.tar") {
		t.Error("the layout of an image is another file system")
	}
}

// TestExportsBuiltElsewhere: in another folder, the tars and the archives have
// the same bytes.
func TestExportsBuiltElsewhere(t *testing.T) {
	harness.Lane(t)
	w := exports(t)
	again := harness.Temporary(t, harness.CopyWorkspace(t, "e2e/export"))
	harness.Exec("sh", "-ec", `cp -a "$0/bases" "$1"; cp "$0/objects/busybox.static" "$1/objects"`, w.bazel.Dir, again.Dir).Run(t).Must(t)
	again.Build(t, "//exports:special_tar", "//exports:on_special", "//merges:two_images", "//merges:compressors")
	bin := again.Bin(t)
	for _, file := range []string{"exports/special.tar.rootfs", "exports/on_special.tar", "merges/two_images.tar.gz", "merges/compressors.tar.zst"} {
		equal(t, file, harness.Digest(t, filepath.Join(bin, file)), harness.Digest(t, filepath.Join(w.bin, file)))
	}
}

// exportedImages are images, by their names in the packages exports and where
// their archives are.
func (w *exportWorkspace) exportedImages() map[string]string {
	return map[string]string{
		"plain.tar.rootfs": w.base("plain.tar"), "special.tar.rootfs": w.base("special.tar"),
		"owners.tar": filepath.Join(w.bin, "images/owners.tar.gz"), "on_special.tar": filepath.Join(w.bin, "images/on_special.tar.gz"),
	}
}

// byTheEngine are paths that Docker makes in every container, or changes.
func byTheEngine(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return first == ".dockerenv" || first == "dev" || first == "proc" || first == "sys" ||
		slices.Contains([]string{"", "etc", "etc/hosts", "etc/hostname", "etc/resolv.conf", "etc/mtab"}, path)
}

// TestExportIsWhatOthersExport: paths, types, modes, owners, times, targets,
// contents, devices, capabilities and hard links are those that Docker has in a
// container, that umoci unpacks and, but for what it does not understand, that
// crane exports.
func TestExportIsWhatOthersExport(t *testing.T) {
	harness.Lane(t, "export")
	w := exports(t)
	for name, archive := range w.exportedImages() {
		got := readFileSystem(t, strings.NewReader(w.exported(t, name)))
		t.Run(name+", docker export", func(t *testing.T) {
			ref := w.docker.Load(t, archive)[0]
			container := strings.TrimSpace(w.docker.Run(t, "create", "--network", "none", ref).Must(t).Stdout)
			defer w.docker.Run(t, "rm", container)
			file := filepath.Join(harness.TempDir(t), "export.tar")
			w.docker.Run(t, "export", "--output", file, container).Must(t)
			got, want := maps.Clone(got), readFileSystem(t, strings.NewReader(harness.ReadFile(t, file)))
			maps.DeleteFunc(got, func(path string, _ node) bool { return byTheEngine(path) })
			maps.DeleteFunc(want, func(path string, _ node) bool { return byTheEngine(path) })
			sameFiles(t, got, want)
		})
		t.Run(name+", umoci", func(t *testing.T) {
			dir := harness.TempDir(t)
			harness.Exec("sh", "-ec", `
				case $1 in *.gz) gzip -dc "$1" > "$0/a.tar"; set -- "$0/a.tar";; esac
				skopeo --insecure-policy copy --quiet "docker-archive:$1" "oci:$0/layout:x"
				umoci raw unpack --image "$0/layout:x" "$0/rootfs"
			`, dir, archive).Run(t).Must(t)
			got, want := maps.Clone(got), walkFileSystem(t, filepath.Join(dir, "rootfs"))
			sameFiles(t, got, want)
		})
		t.Run(name+", crane export", func(t *testing.T) {
			image, err := tarball.Image(func() (io.ReadCloser, error) { return plainReader(t, archive), nil }, nil)
			if err != nil {
				t.Fatal(err)
			}
			extracted := mutate.Extract(image)
			defer extracted.Close()
			got, want := maps.Clone(got), readFileSystem(t, extracted)
			// crane takes an opaque whiteout for that of one file, lets a hard link
			// lead to what has replaced its file, and has no folder without an entry.
			for _, files := range []fileSystem{got, want} {
				maps.DeleteFunc(files, func(path string, _ node) bool {
					first, _, _ := strings.Cut(path, "/")
					return first == "opaque" || first == "pair" || path == "" || path == "implied" || path == "implied/deep"
				})
			}
			sameFiles(t, got, want)
		})
	}
}

// plainReader reads an archive that may be compressed with gzip.
func plainReader(t *testing.T, archive string) io.ReadCloser {
	t.Helper()
	if strings.HasSuffix(archive, ".gz") {
		archive = stdoutFile(t, harness.Exec("gzip", "-dc", archive))
	}
	file, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// TestExportIsImported: docker image import takes the tar, and so does podman;
// the container has the files with their owners and links, and nothing else of
// the image.
func TestExportIsImported(t *testing.T) {
	harness.Lane(t, "export")
	w := exports(t)
	file := filepath.Join(w.bin, "exports", "on_special.tar")
	const script = `cat /etc/motd /share/name.txt; stat -c "%u:%g %a %h" /srv /srv/su /home/bob/data /links/z /pair/one; test ! -e /var/removed && test ! -e /opaque/y && cat /opaque/new`
	const says = "changed\ntwo\n1000:100 2750 2\n1000:100 4755 1\n1000:1000 644 1\n0:0 644 3\n0:0 644 1\nnew"
	for _, store := range harness.Stores {
		t.Run("docker, "+string(store)+" store", func(t *testing.T) {
			docker := harness.Docker(t, store)
			docker.Run(t, "image", "import", file, "export-imported:latest").Must(t)
			defer docker.Remove(t, "export-imported:latest")
			run := docker.RunImage(t, "export-imported:latest", "/bin/busybox", "sh", "-ec", strings.ReplaceAll(script, "stat ", "busybox stat "))
			equal(t, "the container says", run.Must(t).Stdout, says)
			equal(t, "command", docker.Run(t, "image", "inspect", "--format", "{{json .Config.Cmd}}", "export-imported:latest").Must(t).Stdout, "null\n")
		})
	}
	t.Run("podman", func(t *testing.T) {
		podman := harness.Podman(t)
		podman.Run(t, "import", "--quiet", file, "export-imported:latest").Must(t)
		run := podman.RunImage(t, "export-imported:latest", "/bin/busybox", "sh", "-ec", strings.ReplaceAll(script, "stat ", "busybox stat "))
		equal(t, "the container says", run.Must(t).Stdout, says)
	})
}

// TestExportRefuses: what is no image, or another one than asked for, is an
// error that says so, and makes no file.
func TestExportRefuses(t *testing.T) {
	harness.Lane(t, "export")
	w := exports(t)
	built := w.bazel.Run(t, "build", "--keep_going", "--", "//exports:bad_absent", "//exports:bad_cut", "//exports:bad_flipped", "//exports:bad_rootfs").MustFail(t, 1)
	for name, says := range map[string]string{
		"absent":  "bases/two.tar: it has no image export-absent:latest: there are export-plain:latest, export-special:latest",
		"cut":     "base image bases/cut.tar: truncated, after",
		"flipped": "base image bases/flipped.tar: layer 1 of 3 (0/layer.tar): its diff ID is sha256:",
		"rootfs":  "base image bases/rootfs.tar: it is neither a docker archive nor an OCI layout, which would have a manifest.json or an index.json: it looks like a root file system",
	} {
		contains(t, name, built.Stderr, says)
		if _, err := os.Stat(filepath.Join(w.bin, "exports", "bad_"+name+".tar")); err == nil {
			t.Errorf("%s: there is an output", name)
		}
	}
}
