package imagelayer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/copytree"
	"github.com/rules-strata/rules_strata/go/customisation"
	"github.com/rules-strata/rules_strata/go/imagelayer"
	"github.com/rules-strata/rules_strata/go/script"
	"github.com/rules-strata/rules_strata/go/scriptfs"
	"github.com/rules-strata/rules_strata/go/store"
)

// TestLayersUnpackOrder is row 18 of dockerTools' tests: each of three images
// appends to a file of the one below.
func TestLayersUnpackOrder(t *testing.T) {
	var layers []archive.Layer
	for _, letter := range []string{"a", "b", "c"} {
		m := mustBuild(t, imagelayer.Image{Base: layers, RunAsRoot: "printf " + letter + " >> /layer-order; ls -l /layer-order"})
		layers = append(layers, m.layer)
	}
	if tree := listing(t, layers...); !strings.Contains(tree, `/layer-order file 644 0:0 "abc"`) {
		t.Errorf("got %s", tree)
	}
}

// TestRepeatedLayer is row 19: the base has one layer twice.
func TestRepeatedLayer(t *testing.T) {
	layer := layerOf(t, dir("etc", 0o755), file("etc/twice", "text\n"))
	base := []archive.Layer{layer, layerOf(t, file("etc/.wh.twice", "")), layer}
	m := mustBuild(t, imagelayer.Image{Base: base, RunAsRoot: "[ $(cat /etc/twice) = text ]; echo more >> /etc/twice"})
	if tree := listing(t, append(base, m.layer)...); !strings.Contains(tree, `/etc/twice file 644 0:0 "text\nmore\n"`) {
		t.Errorf("got %s", tree)
	}
}

// counting is a base whose reads are counted.
func counting(layers []archive.Layer, reads []int) []archive.Layer {
	layers = slices.Clone(layers)
	for i := range layers {
		write := layers[i].Write
		layers[i].Write = func(ctx context.Context, w io.Writer) error {
			reads[i]++
			return write(ctx, w)
		}
	}
	return layers
}

// TestBaseReads: the base is read only as far as somebody needs it.
func TestBaseReads(t *testing.T) {
	for _, test := range []struct {
		name, run, extra string
		want             []int
	}{
		{"no run_as_root", "", "echo x > f", []int{0, 0}},
		{"names and attributes", "echo /*/*; [[ -f /etc/passwd ]]; chmod 700 /srv; mv /etc/apt /x; rm -r /x /usr", "", []int{1, 1}},
		{"an upper file", "cat /etc/issue", "", []int{1, 2}},
		{"a lower file, often", "cat /etc/passwd /etc/group; chown www-data /srv; cat /usr/bin/tool", "", []int{2, 1}},
		{"a renamed directory's files", "mv /etc/apt /x", "", []int{2, 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			reads := make([]int, 2)
			mustBuild(t, imagelayer.Image{Base: counting(debian(t), reads), RunAsRoot: test.run, ExtraCommands: test.extra})
			if !slices.Equal(reads, test.want) {
				t.Errorf("read %d times, want %d", reads, test.want)
			}
		})
	}
}

// TestWithoutRunAsRoot: copies and extra_commands alone.
func TestWithoutRunAsRoot(t *testing.T) {
	prepared := func(fs *scriptfs.FS, root string) error { return fs.Mkdir(root+"/prepared", 0o700) }
	m := mustBuild(t, imagelayer.Image{Copy: app, Prepare: prepared, ExtraCommands: "rmdir prepared; chmod u+w bin share; ln bin/app bin/app2; echo x > share/new; [ $(id -u) = 1000 ]"})
	if got, want := strings.Join(m.entries, " "), "./ bin/ bin/app bin/app2 share/ share/data share/empty share/new"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	want := []customisation.Copy{{Name: "./bin/app", Path: string(appPath) + "/bin/app"}, {Name: "./share/data", Path: string(appPath) + "/share/data"}}
	if !slices.Equal(m.Copies, want) {
		t.Errorf("copies %q", m.Copies)
	}
}

// TestOwners: uid and gid count without run_as_root only.
func TestOwners(t *testing.T) {
	for text, want := range map[string]string{"": "1000:100", "true": "0:0"} {
		r, err := imagelayer.Run(context.Background(), imagelayer.Image{Copy: app, RunAsRoot: text, Pool: newPool(t), StoreDir: "/nix/store", Output: io.Discard})
		must(t, err)
		var data bytes.Buffer
		_, err = r.Write(&data, customisation.Options{StoreDir: "/nix/store", Owner: &customisation.Owner{UID: 1000, GID: 100}})
		must(t, err)
		must(t, r.Close())
		if tree := listing(t, layerFrom(data.Bytes())); r.KeepsOwners != (text != "") || strings.Count(tree, " "+want) != 6 {
			t.Errorf("%q: %v\n%s", text, r.KeepsOwners, tree)
		}
	}
}

// TestStore: objects of the base are beside the image's own, and nothing of the
// store is in the layer.
func TestStore(t *testing.T) {
	const old = "nix/store/1123456789abcdfghijklmnpqrsvwxyz-old"
	base := []archive.Layer{layerOf(t, dir("nix", 0o755), dir("nix/store", 0o1775), dir(old, 0o555), file(old+"/file", "old\n"), file(string(appPath)[1:]+"/other", "x"))}
	m := mustBuild(t, imagelayer.Image{Base: base, RunAsRoot: `
cat /nix/store/*-old/file /nix/store/*-app/share/data > /both
[ "$(ls /nix/store)" = $'0123456789abcdfghijklmnpqrsvwxyz-app\n1123456789abcdfghijklmnpqrsvwxyz-old' ]
! rm -rf /nix/store/*-old 2> /dev/null
! touch /nix/store/*-old/file 2> /dev/null
touch /nix/store/new
`})
	if got := strings.Join(m.entries, " "); got != "./ both" {
		t.Errorf("the layer has %s", got)
	}
	if want := []store.Path{}; !slices.Equal(m.References.StorePaths, want) {
		t.Errorf("mentions %v", m.References.StorePaths)
	}
	if tree := listing(t, append(base, m.layer)...); !strings.Contains(tree, `/both file 644 0:0 "old\nsome data\n"`) || !strings.Contains(tree, "/"+old+`/file file 644 0:0 "old\n"`) {
		t.Errorf("got %s", tree)
	}
}

// TestTool: a tool sees the base, and only what it changed is in the layer.
func TestTool(t *testing.T) {
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("needs a shell of the host as the tool")
	}
	tool := script.Tool{Name: "gen", Path: filepath.Join(t.TempDir(), "gen")}
	text := "#!" + shell + "\nPATH=$PATH:/usr/bin:/bin\ncat etc/issue > etc/new\necho more >> var/log/old\nrm etc/group\n"
	must(t, os.WriteFile(tool.Path, []byte(text), 0o755))
	base := debian(t)
	m := mustBuild(t, imagelayer.Image{Base: base, Tools: []script.Tool{tool}, RunAsRoot: "gen"})
	if got, want := strings.Join(m.entries, " "), "./ etc/ etc/.wh.group etc/new var/ var/log/ var/log/old"; got != want {
		t.Errorf("got %s, want %s\n%s", got, want, m.output)
	}
	if tree := listing(t, append(base, m.layer)...); !strings.Contains(tree, `/var/log/old file 644 3:4 "line 1\nmore\n"`) {
		t.Errorf("got %s", tree)
	}
}

func TestErrors(t *testing.T) {
	broken := debian(t)
	broken[0].DiffID = "sha256:" + strings.Repeat("0", 64)
	// It breaks when it is read for the second time.
	late := debian(t)
	reads, write := 0, late[0].Write
	late[0].Write = func(ctx context.Context, w io.Writer) error {
		if reads++; reads > 1 {
			return errors.New("disk on fire")
		}
		return write(ctx, w)
	}
	big := []archive.Layer{layerOf(t, file("big", strings.Repeat("x", 2<<20)), file("etc/passwd", "root:x:0:0::/:\n"))}
	const size = "the files of the layer and what the scripts read of the base image take more memory and disk than disk_size = 1 (MiB) permits: set disk_size higher"
	for _, test := range []struct {
		name  string
		image imagelayer.Image
		want  string
	}{
		{"the script", imagelayer.Image{RunAsRoot: "true\nfalse"}, "run_as_root: line 2: false failed with exit status 1"},
		{"the other script", imagelayer.Image{RunAsRoot: "true", ExtraCommands: "cat /etc/passwd"}, "extra_commands: line 1: /etc/passwd is outside of the image's tree: give a path relative to it, or use run_as_root"},
		{"files of the base in extra_commands", imagelayer.Image{Base: debian(t), RunAsRoot: "true", ExtraCommands: "cat etc/passwd"}, "extra_commands: line 1: cat failed"},
		{"extra_commands are no root", imagelayer.Image{RunAsRoot: "echo x > /f", ExtraCommands: "chown 5 f"}, "extra_commands: line 1: chown failed"},
		{"the store's files in extra_commands", imagelayer.Image{RunAsRoot: "true", ExtraCommands: "chmod 777 " + string(appPath) + "/bin/app"}, "extra_commands: line 1: chmod failed"},
		{"a base that is not what it says", imagelayer.Image{Base: broken, RunAsRoot: "true"}, "read the base image for run_as_root: layer 1 of 2 (part): its diff ID is"},
		{"a base that breaks, and a script that does not care", imagelayer.Image{Base: late, RunAsRoot: "cat /etc/passwd || true"}, "run_as_root: line 1: read the base image's files: layer 1 of 2 (part): disk on fire"},
		{"a program of the base", imagelayer.Image{Base: debian(t), RunAsRoot: "/usr/bin/tool || true"}, "/usr/bin/tool: a regular file of the image cannot be run"},
		{"a user that is not there", imagelayer.Image{Base: debian(t), RunAsRoot: "chown nobody /etc/issue"}, "run_as_root: line 1: chown failed"},
		{"a name of whiteouts", imagelayer.Image{Base: debian(t), RunAsRoot: "touch /etc/.wh.issue"}, `/etc/.wh.issue: a layer cannot hold a name that begins with ".wh."`},
		{"in proc", imagelayer.Image{Base: debian(t), RunAsRoot: "mkdir /proc/x"}, "mkdir failed"},
		{"a source that is no directory", imagelayer.Image{Copy: []copytree.Source{{Path: string(appPath) + "/bin/app", Label: "//app"}}}, "//app"},
		{"an object that is not there", imagelayer.Image{Copy: []copytree.Source{{Path: "/nix/store/1123456789abcdfghijklmnpqrsvwxyz-none", Label: "//none"}}}, "//none"},
		{"too much written", imagelayer.Image{DiskSize: 1 << 20, RunAsRoot: "head -c 2000000 /dev/zero > /f || true"}, "run_as_root: line 1: " + size},
		{"too much written in extra_commands", imagelayer.Image{DiskSize: 1 << 20, RunAsRoot: "true", ExtraCommands: "head -c 2000000 /dev/zero > f || true"}, "extra_commands: line 1: " + size},
		{"too much read", imagelayer.Image{DiskSize: 1 << 20, Base: big, RunAsRoot: "cat /etc/passwd"}, size},
		{"preparation", imagelayer.Image{Prepare: func(*scriptfs.FS, string) error { return errors.New("no database") }}, "no database"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m, err := build(t, test.image)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s\n%s", err, test.want, m.output)
			}
		})
	}
}

// TestSizeThatSuffices: a base that nobody reads takes nothing, and without
// run_as_root there is no limit.
func TestSizeThatSuffices(t *testing.T) {
	big := []archive.Layer{layerOf(t, file("big", strings.Repeat("x", 2<<20))), layerOf(t, file("etc/issue", "x"))}
	mustBuild(t, imagelayer.Image{DiskSize: 1 << 20, ExtraCommands: "head -c 2000000 /dev/zero > f"})
	mustBuild(t, imagelayer.Image{DiskSize: 1 << 20, Base: big, RunAsRoot: "test -f /big; cat /etc/issue; chmod 600 /etc/issue; head -c 900000 /dev/zero > /f"})
}

// TestReproducible: equal images give equal layers.
func TestReproducible(t *testing.T) {
	image := imagelayer.Image{Copy: app, Base: debian(t), RunAsRoot: "cp -a /etc /etc2; chmod -R g+w /usr; stat -c '%n %h' /* > /numbers; rm -r /var", ExtraCommands: "echo x > new"}
	first := mustBuild(t, image)
	for range 5 {
		if again := mustBuild(t, image); !bytes.Equal(again.data, first.data) {
			t.Fatalf("%s and %s", first.entries, again.entries)
		}
	}
	if fmt.Sprint(first.Metadata.DiffID) != first.layer.DiffID {
		t.Errorf("%s and %s", first.Metadata.DiffID, first.layer.DiffID)
	}
}
