package script

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// documentedScripts are those that the manual and the examples of dockerTools give to layered images, with paths relative to the tree.
var documentedScripts = []string{
	"mkdir -p data\necho \"some content\" > my-file\n",
	"mkdir data\nchown 999:998 data\n",
	"mkdir -p tmp/nginx_client_body\n\n# nginx still tries to read this directory even if error_log is elsewhere\nmkdir -p var/log/nginx\n",
	"echo '(extraCommand)' > extraCommands\n",
	"mkdir ./example-output\nchmod 777 ./example-output\n",
	"mkdir -p tmp\necho layer1 > tmp/layer1\n",
	"mkdir -p ./home/alice\nchown 1000 ./home/alice\nln -s /nix/store/00000000000000000000000000000000-hello ./hello\n",
	"mkdir ./bin\nln -s .. ./bin/hello\n",
	"mkdir -p etc\ncat > etc/some-config-file <<'EOF'\n127.0.0.1 localhost\n::1 localhost\nEOF\n",
	"touch ./testfile\nchown 12345:12345 ./testfile\n",
	"mkdir -p ./nix/{store,var/nix} ./etc/nix\nchown -R 1000:1000 ./nix ./etc/nix\nmkdir -p ./build\nchown -R 1000:1000 ./build\n",
	"mkdir -p nix/var/nix/gcroots/docker\nfor i in /nix/store/a-x /nix/store/b-y; do\n  ln -s $i nix/var/nix/gcroots/docker/$(basename $i)\ndone\n",
}

// differentialParts are statements that meet in a few names. A "?" is a name, a "!" a mode, a "^" an owner.
var differentialParts = []string{
	"mkdir -p ?/?", "echo one > ?", "echo two >> ?", "printf '%s\\n' b a c > ?", "touch ?", "ln -sfn ? ?", "ln -f ? ?", "cp -a ? ?", "cp -r ? ?",
	"mv -f ? ?", "rm -rf ?", "chmod ! ?", "chmod -R ! ?", "chown ^ ?", "chown -R ^ ?", "chown -h ^ ?", "install -D -m ! ? ?/?", "install -d -o 5 -g 6 ?",
	"sed -i s/o/0/g ?", "sort ? > out", "grep -c o ? > out || echo none >> out", "tr a-z A-Z < ? > out", "tac ? > out", "cut -c2- ? > out", "mknod -m 600 null.? c 1 3",
	"names=(? ? ?)\nfor n in \"${names[@]}\"; do mkdir -p \"dir/$n\"; done\necho \"${#names[@]} ${names[-1]}\" > ?",
	"declare -A owners=([?]=1 [?]=2)\nfor k in \"${!owners[@]}\"; do echo \"$k ${owners[$k]}\"; done | sort > out",
	"for f in *; do [[ -f $f ]] && echo \"$f\" >> list || :; done", "for f in */; do chmod g+s \"$f\" || :; done", "shopt -s nullglob\nfor f in */*; do stat -c '%n %a %u' \"$f\" >> stats; done",
	"if [ -d ? ]; then echo dir > flag; elif [ -L ? ]; then readlink ? > flag; else :; fi",
	"make() { local where=$1; shift; mkdir -p \"$where\" && chmod \"$1\" \"$where\"; }\nmake ?/? !",
	"cat > ? <<EOF\nvalue $((6 * 7)) ${HOME##*/}\n\tkept\nEOF", "cat > ? <<-'EOF'\n\t$literal `text`\n\tEOF", "cat >> ? <<< \"words of ${x:-nothing}\"",
	"x=$(cat ? 2>/dev/null || echo missing)\necho \"${x%y}\" > ?", "while read -r a b; do echo \"$b-$a\"; done < ? > out", "case ? in a|b) echo ab > out;; *) echo other > out;; esac",
	"(umask 077; mkdir -p ?; echo secret > ?)", "(cd ? && echo inner > ?)", "{ echo first; echo second; } | tee ? > out", "find . -type f -name '?*' -exec chmod ! {} +",
	"find . -type d -print0 | sort -z | xargs -0 chmod u+rwx", "i=0\nuntil (( i >= 3 )); do echo $i > \"n$i\"; ((++i)); done", "trap 'echo end > trapped' EXIT",
}

// differentialScript makes up a script. Statements with "|| :" go on after an error; one in some has none and ends the script.
func differentialScript(rng *rand.Rand) string {
	pick := func(list ...string) string { return list[rng.IntN(len(list))] }
	var b strings.Builder
	b.WriteString("mkdir -p a b\necho o > c\n")
	for range 5 + rng.IntN(7) {
		part := pick(differentialParts...)
		for strings.Contains(part, "?") {
			part = strings.Replace(part, "?", pick("a", "b", "c", "d", "e"), 1)
		}
		for strings.Contains(part, "!") && !strings.Contains(part, "${!") {
			part = strings.Replace(part, "!", pick("644", "755", "2775", "4711", "u=rwX,go=rX", "g-w", "+x", "a+r"), 1)
		}
		part = strings.Replace(part, "^", pick("5:6", "1000", ":7", "root:root", "0:0"), 1)
		if !strings.Contains(part, "\n") && rng.IntN(8) > 0 {
			part += " || :"
		}
		b.WriteString(part + "\n")
	}
	return b.String()
}

// differentialOutcome is whether a script succeeded, and its tree with one line a file.
type differentialOutcome struct {
	ok   bool
	tree string
}

// realOutcomes runs scripts in real shells, all under one fakeroot.
func realOutcomes(t *testing.T, scripts []string) []differentialOutcome {
	t.Helper()
	for _, name := range []string{"fakeroot", "bash"} {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%s is needed: %v", name, err)
			}
			t.Skipf("%s is not installed: nothing to compare with", name)
		}
	}
	dir := t.TempDir()
	var driver strings.Builder
	driver.WriteString("umask 022\n")
	for i, text := range scripts {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("s%d", i)), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&driver, "mkdir t%[1]d; (cd t%[1]d; timeout 10 bash -e ../s%[1]d) >/dev/null 2>&1 </dev/null; echo $? >r%[1]d\n", i)
		fmt.Fprintf(&driver, "find t%[1]d -mindepth 1 -printf '%%P|%%y|%%m|%%U:%%G|%%i|%%n|%%l\\n' >l%[1]d\n", i)
	}
	ctx, cancel := context.WithTimeout(context.Background(), differentialTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, "fakeroot", "bash", "-c", driver.String())
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC", "HOME=/homeless-shelter", "FAKEROOTDONTTRYCHOWN=1"}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("fakeroot bash: %v\n%s", err, out)
	}
	outcomes := make([]differentialOutcome, len(scripts))
	for i := range scripts {
		status := hostText(t, filepath.Join(dir, fmt.Sprint("r", i)))
		var files []listedFile
		for line := range strings.Lines(hostText(t, filepath.Join(dir, fmt.Sprint("l", i)))) {
			part := strings.Split(strings.TrimSuffix(line, "\n"), "|")
			file := listedFile{name: part[0], kind: part[1], mode: part[2], owner: part[3], inode: part[4], linked: part[5] != "1", content: part[6]}
			if file.kind == "f" {
				file.content = fmt.Sprintf("%q", hostText(t, filepath.Join(dir, fmt.Sprint("t", i), file.name)))
			}
			files = append(files, file)
		}
		outcomes[i] = differentialOutcome{strings.TrimSpace(status) == "0", listing(files)}
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
		fmt.Fprintf(&b, "%s %s %s %s %s", f.name, f.kind, f.mode, f.owner, f.content)
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
func ourOutcome(t *testing.T, text string) (outcome differentialOutcome, output string) {
	t.Helper()
	place := newPlace(t)
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
	return differentialOutcome{err == nil, listing(files)}, out.String()
}

// differentialScripts is how many scripts are made up; differentialTime is what the real shells may take.
const (
	differentialScripts = 200
	differentialTime    = 2 * time.Minute
)

// TestScriptsAgainstFakeroot: what fake_root_commands leaves is what bash -e leaves under fakeroot.
func TestScriptsAgainstFakeroot(t *testing.T) {
	scripts := slices.Clone(documentedScripts)
	for seed := range uint64(differentialScripts) {
		scripts = append(scripts, differentialScript(rand.New(rand.NewPCG(seed, 7))))
	}
	for i, want := range realOutcomes(t, scripts) {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			got, output := ourOutcome(t, scripts[i])
			if got != want {
				t.Errorf("%s\nsuccess %v, want %v\n%s\noutput: %s", scripts[i], got.ok, want.ok, difference(got.tree, want.tree), output)
			}
		})
	}
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
