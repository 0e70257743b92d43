package copytree

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestAgainstRsync copies random trees with rsync too, which sees the store and
// the image alone: in a root directory of its own.
func TestAgainstRsync(t *testing.T) {
	program := findRsync(t)
	for _, keep := range []bool{false, true} {
		t.Run(map[bool]string{false: "-ak", true: "-aK"}[keep], func(t *testing.T) {
			g := generator{rand.New(rand.NewPCG(5, 6)), keep}
			root := t.TempDir()
			installRsync(t, program, root)
			compared, failed := 0, 0
			for round := range rounds {
				trees := g.trees()
				fs := mounted(t, trees)
				err := Copy(fs, sources(len(trees)), image, Options{KeepDirlinks: keep})
				if err != nil && refused.MatchString(err.Error()) {
					continue
				}
				got, message := rsync(t, root, trees, keep)
				if (message == "") != (err == nil) {
					t.Fatalf("round %d: %q: error %v, rsync says %s", round, trees, err, message)
				}
				compared++
				if err != nil {
					failed++
					continue
				}
				if want := show(t, fs); !slices.Equal(got, want) {
					t.Fatalf("round %d: %q:\ngot  %q\nrsync %q", round, trees, want, got)
				}
			}
			t.Logf("%d rounds compared, %d of them failed in both", compared, failed)
			if compared < rounds/2 || compared-failed < rounds/3 {
				t.Error("too few rounds compared")
			}
		})
	}
}

// rounds is how many lists of trees are compared for each option.
const rounds = 40

// refused are the errors of what rsync does all the same.
var refused = regexp.MustCompile("leads back|into the store|given twice")

// generator makes trees with few names, so that they meet often.
type generator struct {
	*rand.Rand
	keep bool
}

func (g generator) name() string { return []string{"a", "b", "c", "\xff"}[g.IntN(4)] }

func (g generator) path(depth int) string {
	names := make([]string, 1+g.IntN(depth))
	for i := range names {
		names[i] = g.name()
	}
	return strings.Join(names, "/")
}

// target is a link's text. Those which lead to the store itself or above it,
// where rsync sees more than there is in an image, are left out.
func (g generator) target() string {
	switch g.IntN(8) {
	case 0:
		return "$" + string(rune('A'+g.IntN(3))) + "/" + g.path(2)
	case 1:
		return "/" + g.path(2)
	case 2, 3:
		return strings.Repeat("../", 1+g.IntN(2)) + g.path(2)
	case 4:
		if g.keep {
			return []string{".", "..", "../."}[g.IntN(3)]
		}
	}
	return g.path(2)
}

func (g generator) trees() []tree {
	trees := make([]tree, 2+g.IntN(2))
	for i := range trees {
		var taken []string
		for range 1 + g.IntN(7) {
			name := g.path(2)
			if g.IntN(5) > 0 {
				name += "/" + []string{"c", "d", "e"}[g.IntN(3)]
			}
			if slices.ContainsFunc(taken, func(old string) bool {
				return strings.HasPrefix(old+"/", name+"/") || strings.HasPrefix(name+"/", old+"/")
			}) {
				continue
			}
			taken = append(taken, name)
			item := name
			switch g.IntN(6) {
			case 0:
				item += "/"
			case 1, 2:
				item += " -> " + g.target()
			case 3:
				item += fmt.Sprintf("*=program %d", i)
			default:
				item += fmt.Sprintf("=file %d", i)
			}
			trees[i] = append(trees[i], item)
		}
	}
	return trees
}

// rsync is what rsync makes of the trees in a root directory, or its
// message if it fails. With keep it fills the root itself, so that absolute
// links lead where they do in an image; without, a directory that absolute
// links of the sources do not lead to.
func rsync(t *testing.T, root string, trees []tree, keep bool) (list []string, message string) {
	t.Helper()
	clearRoot(t, root)
	options, dst := "-ak", image
	if keep {
		options, dst = "-aK", "/"
	}
	for i, tree := range trees {
		tree.write(t, filepath.Join(root, string(storePath(i))), time.Unix(int64(1000*i+1000), 0))
	}
	must(t, os.MkdirAll(filepath.Join(root, dst), 0o755))
	for i := range trees {
		cmd := exec.Command("/nix/rsync/ld.so", "--library-path", "/nix/rsync", "/nix/rsync/rsync", options, string(storePath(i))+"/", dst)
		cmd.Dir = "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root}
		if os.Geteuid() != 0 {
			cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
			cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}}
			cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getegid(), Size: 1}}
		}
		if output, err := cmd.CombinedOutput(); err != nil {
			if cmd.ProcessState == nil {
				t.Skipf("run rsync in a root directory of its own: %v", err)
			}
			return nil, fmt.Sprintf("%v: %s", err, output)
		}
	}
	return listing(t, root, dst), ""
}

// listing is what show is, of a directory of the host.
func listing(t *testing.T, root, dst string) []string {
	t.Helper()
	dir := filepath.Join(root, dst)
	list := []string{"/ 755"}
	must(t, filepath.WalkDir(dir, func(at string, d os.DirEntry, err error) error {
		if err != nil || at == dir {
			return err
		}
		if at == filepath.Join(root, "nix") {
			return filepath.SkipDir
		}
		name := at[len(dir):]
		name = strings.TrimPrefix(name, "/")
		i, err := d.Info()
		if err != nil {
			return err
		}
		switch {
		case d.IsDir():
			list = append(list, fmt.Sprintf("%s/ %o", name, i.Mode().Perm()))
		case d.Type() == os.ModeSymlink:
			target, err := os.Readlink(at)
			must(t, err)
			list = append(list, name+" -> "+target)
		default:
			data, err := os.ReadFile(at)
			must(t, err)
			list = append(list, fmt.Sprintf("%s %o %s", name, i.Mode().Perm(), data))
		}
		return nil
	}))
	slices.Sort(list)
	return list
}

func findRsync(t *testing.T) string {
	t.Helper()
	program := os.Getenv("STRATA_TEST_RSYNC")
	if program == "" {
		var err error
		if program, err = exec.LookPath("rsync"); err != nil {
			t.Skip("no rsync in PATH, and STRATA_TEST_RSYNC names none")
		}
	}
	return program
}

// clearRoot removes everything from a root directory but rsync.
func clearRoot(t *testing.T, root string) {
	t.Helper()
	must(t, filepath.WalkDir(root, func(at string, d os.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return os.Chmod(at, 0o755)
	}))
	for _, dir := range []string{root, filepath.Join(root, "nix")} {
		list, err := os.ReadDir(dir)
		must(t, err)
		for _, d := range list {
			if d.Name() != "nix" && d.Name() != "rsync" {
				must(t, os.RemoveAll(filepath.Join(dir, d.Name())))
			}
		}
	}
}

var library = regexp.MustCompile(`(?m)^\s*(?:\S+ => )?(/\S+) \(`)

// installRsync puts rsync and its libraries into a root directory.
func installRsync(t *testing.T, program, root string) {
	t.Helper()
	output, err := exec.Command("ldd", program).Output()
	if err != nil {
		t.Skipf("find the libraries of %s: %v", program, err)
	}
	dir := filepath.Join(root, "nix/rsync")
	must(t, os.MkdirAll(dir, 0o755))
	link(t, program, filepath.Join(dir, "rsync"))
	for _, match := range library.FindAllStringSubmatch(string(output), -1) {
		name := filepath.Base(match[1])
		if strings.HasPrefix(name, "ld-") {
			name = "ld.so"
		}
		link(t, match[1], filepath.Join(dir, name))
	}
}

// link gives a file's content another name, by a copy where it must be.
func link(t *testing.T, from, to string) {
	t.Helper()
	from, err := filepath.EvalSymlinks(from)
	must(t, err)
	if os.Link(from, to) == nil {
		return
	}
	data, err := os.ReadFile(from)
	must(t, err)
	must(t, os.WriteFile(to, data, 0o755))
}
