package script

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// outcome is whether a script succeeded, and its tree with one line a file.
type outcome struct {
	ok   bool
	tree string
}

// realTime is what the real shells of one test may take.
const realTime = 4 * time.Minute

// realShells is a way to run real shells under one fakeroot.
type realShells struct {
	// programs are what it needs, and begin is the command that it all runs under.
	programs, begin []string
	// enter are commands of the driver before a script, in the parent of the script's tree "$tree"; run begins the script's shell.
	enter, run string
	// foreign are the entries of a tree's top that are the machine's.
	foreign []string
}

var (
	// fakerootShells begin in the tree, and see the machine's root.
	fakerootShells = realShells{
		programs: []string{"fakeroot", "bash"},
		begin:    []string{"fakeroot"},
		run:      `(cd $tree; timeout 60 bash -e ../$script)`,
	}
	// chrootShells have the tree as their root, with the machine's programs in it.
	chrootShells = realShells{
		programs: []string{"fakeroot", "bash", "unshare", "chroot", "mount", "useradd", "gpasswd", "chpasswd"},
		begin:    []string{"unshare", "--user", "--map-root-user", "--mount", "fakeroot"},
		enter: "mkdir $tree/usr $tree/dev; ln -s usr/bin usr/sbin usr/lib usr/lib64 $tree\n" +
			"mount --rbind /usr $tree/usr; mount --rbind /dev $tree/dev\n",
		run:     `timeout 60 chroot $tree bash -ec "$(cat $script)"`,
		foreign: []string{"usr", "dev", "bin", "sbin", "lib", "lib64"},
	}
)

// need ends or skips a test that has nothing to compare with.
func (s realShells) need(t *testing.T) {
	t.Helper()
	stop := t.Skipf
	if os.Getenv("CI") != "" {
		stop = t.Fatalf
	}
	for _, name := range s.programs {
		if _, err := exec.LookPath(name); err != nil {
			stop("%s is needed to compare with: %v", name, err)
		}
	}
	if out, err := exec.Command(s.begin[0], append(slices.Clone(s.begin[1:]), "true")...).CombinedOutput(); err != nil {
		stop("%s is needed to compare with: %v\n%s", strings.Join(s.begin, " "), err, out)
	}
}

// realOutcomes runs scripts in real shells, all under one fakeroot.
func realOutcomes(t *testing.T, shells realShells, scripts []string) []outcome {
	t.Helper()
	shells.need(t)
	dir := t.TempDir()
	var driver strings.Builder
	driver.WriteString("umask 022\n")
	for i, text := range scripts {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("s%d", i)), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&driver, "tree=t%[1]d script=s%[1]d; mkdir t%[1]d\n%[2]s%[3]s >e%[1]d 2>&1 </dev/null; echo $? >r%[1]d\n", i, shells.enter, shells.run)
		prune := ""
		for _, name := range shells.foreign {
			prune += fmt.Sprintf(" -path t%d/%s -prune -o", i, name)
		}
		fmt.Fprintf(&driver, "find t%[1]d -mindepth 1%[2]s -printf '%%P|%%y|%%m|%%U:%%G|%%i|%%n|%%l\\0' >l%[1]d\n", i, prune)
	}
	ctx, cancel := context.WithTimeout(context.Background(), realTime)
	defer cancel()
	args := append(slices.Clone(shells.begin[1:]), "bash", "-c", `. ./driver`)
	if err := os.WriteFile(filepath.Join(dir, "driver"), []byte(driver.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, shells.begin[0], args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=/usr/sbin:/sbin:" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC", "HOME=/homeless-shelter", "FAKEROOTDONTTRYCHOWN=1",
		fmt.Sprint("SOURCE_DATE_EPOCH=", buildTime)}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s bash: %v\n%s", strings.Join(shells.begin, " "), err, out)
	}
	outcomes := make([]outcome, len(scripts))
	for i := range scripts {
		status := hostText(t, filepath.Join(dir, fmt.Sprint("r", i)))
		var files []listedFile
		for line := range strings.SplitSeq(strings.TrimSuffix(hostText(t, filepath.Join(dir, fmt.Sprint("l", i))), "\x00"), "\x00") {
			if line == "" {
				continue
			}
			part := strings.SplitN(line, "|", 7)
			file := listedFile{name: part[0], kind: part[1], mode: part[2], owner: part[3], inode: part[4], linked: part[5] != "1", content: part[6]}
			if file.kind == "f" {
				file.content = fmt.Sprintf("%q", hostText(t, filepath.Join(dir, fmt.Sprint("t", i), file.name)))
			}
			files = append(files, file)
		}
		outcomes[i] = outcome{strings.TrimSpace(status) == "0", listing(files)}
		if testing.Verbose() {
			t.Logf("script %d, status %s: %s", i, strings.TrimSpace(status), hostText(t, filepath.Join(dir, fmt.Sprint("e", i))))
		}
	}
	return outcomes
}

func hostText(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// listedFile is a file of a tree.
type listedFile struct {
	name, kind, mode, owner, inode, content string
	// linked says that the file has other names.
	linked bool
}

// listing renders files by their names' order; a hard link says which name is the file's first.
func listing(files []listedFile) string {
	slices.SortFunc(files, func(a, b listedFile) int { return strings.Compare(a.name, b.name) })
	first := map[string]string{}
	var b strings.Builder
	for _, f := range files {
		fmt.Fprintf(&b, "%q %s %s %s %s", f.name, f.kind, f.mode, f.owner, f.content)
		if f.kind == "f" && f.linked {
			if first[f.inode] == "" {
				first[f.inode] = f.name
			}
			b.WriteString(" is " + first[f.inode])
		}
		b.WriteString("\n")
	}
	return b.String()
}

// ourOutcome runs a script as fake_root_commands.
func ourOutcome(t *testing.T, place Place, text string) (result outcome, output string) {
	t.Helper()
	var out strings.Builder
	place.Output = &out
	err := Run(context.Background(), Script{Name: "fake_root_commands", Text: text, Privileged: true}, place)
	if err != nil {
		fmt.Fprintln(&out, err)
	}
	kinds := map[scriptfs.Type]string{scriptfs.Regular: "f", scriptfs.Directory: "d", scriptfs.Symlink: "l", scriptfs.CharDevice: "c", scriptfs.BlockDevice: "b", scriptfs.FIFO: "p"}
	var files []listedFile
	walkErr := place.FS.Walk(place.Root, func(at string, i scriptfs.Info) error {
		name, _ := relative(place.Root, at)
		if name == "" {
			return nil
		}
		f := listedFile{name: name, kind: kinds[i.Type], mode: fmt.Sprintf("%o", i.Mode), owner: fmt.Sprintf("%d:%d", i.UID, i.GID),
			inode: fmt.Sprint(i.Ino), linked: i.Nlink > 1, content: i.Target}
		if i.Type == scriptfs.Regular {
			f.content = fileText(t, place.FS, at)
		}
		files = append(files, f)
		return nil
	})
	if walkErr != nil {
		t.Fatal(walkErr)
	}
	return outcome{err == nil, listing(files)}, out.String()
}

// difference shows the first lines that differ.
func difference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	var out strings.Builder
	for i := range max(len(a), len(b)) {
		x, y := "(nothing)", "(nothing)"
		if i < len(a) {
			x = a[i]
		}
		if i < len(b) {
			y = b[i]
		}
		if x != y {
			fmt.Fprintf(&out, "line %d: got  %s\n        want %s\n", i+1, x, y)
			if out.Len() > 600 {
				break
			}
		}
	}
	return out.String()
}
