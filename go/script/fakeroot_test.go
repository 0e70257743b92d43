package script

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// generated is how many scripts are made up.
const generated = 200

// writer makes up a script.
type writer struct {
	rng   *rand.Rand
	lines []string
	depth int
	// functions counts those that were made up.
	functions int
}

func (w *writer) pick(list ...string) string { return list[w.rng.IntN(len(list))] }

// name is a path that may be there.
func (w *writer) name() string {
	name := w.pick("a", "b", "c", "d", "e")
	for w.rng.IntN(3) == 0 {
		name += "/" + w.pick("a", "b", "f", "g", "h.txt")
	}
	return name
}

func (w *writer) names() string {
	names := w.name()
	for w.rng.IntN(3) == 0 {
		names += " " + w.name()
	}
	return names
}

// special is the name of a device or fifo, which is never read.
func (w *writer) special() string { return w.pick("q", "r") }

func (w *writer) mode() string {
	return w.pick("644", "755", "0600", "4755", "2755", "1777", "u+x", "go-w", "a=rx", "u=rw,g=r,o=", "+x", "g+s", "u+s,o-x", "-w", "a+X", "o=u", "u+w")
}

func (w *writer) owner() string {
	return w.pick("5", "5:6", ":7", "1000:1000", "0:0", "12345:", "root", "root:root")
}

// command is one command.
func (w *writer) command() string {
	switch w.rng.IntN(30) {
	case 0, 1:
		return "mkdir -p " + w.names()
	case 2:
		return "mkdir " + w.pick("", "-m 700 ", "-m 2775 ") + w.name()
	case 3, 4, 5:
		return fmt.Sprintf("echo %s %s %s", w.pick("one", "'two words'", "$((1+2))", "\"$x\""), w.pick(">", ">>"), w.name())
	case 6:
		return "touch " + w.names()
	case 7:
		return "ln -s " + w.pick("", "-f ", "-n ", "-sfn ") + w.pick("a", "../b", "/nowhere", "f", "d/a") + " " + w.name()
	case 8:
		return "ln " + w.pick("", "-f ") + w.name() + " " + w.name()
	case 9, 10:
		return "cp " + w.pick("", "-r ", "-a ", "-p ", "-R ", "-rL ", "-f ", "-n ", "-P ", "-d ") + w.name() + " " + w.name()
	case 11, 12:
		return "mv " + w.pick("", "-f ", "-n ") + w.name() + " " + w.name()
	case 13:
		return "rm " + w.pick("", "-f ", "-r ", "-rf ", "-d ") + w.names()
	case 14:
		return "rmdir " + w.pick("", "-p ") + w.name()
	case 15, 16:
		return "chmod " + w.pick("", "-R ") + w.mode() + " " + w.names()
	case 17, 18:
		return "chown " + w.pick("", "-R ", "-h ") + w.owner() + " " + w.names()
	case 19:
		return "chgrp " + w.pick("", "-R ", "-h ") + w.pick("5", "0", "root", "99") + " " + w.name()
	case 20:
		return fmt.Sprintf("mknod %s%s %s", w.pick("", "-m 600 "), w.special(), w.pick("c 1 3", "b 8 1", "p", "c 5 0"))
	case 21:
		return w.pick("mkfifo ", "mkfifo -m 640 ", "chmod 666 ", "chown 7:8 ", "rm -f ", "stat -c '%F %a %u %t,%T' ", "ls -l --time-style=+ ") + w.special()
	case 22:
		return fmt.Sprintf("install %s%s %s", w.pick("", "-m 640 ", "-m 755 ", "-o 5 -g 6 ", "-D ", "-m 4711 "), w.name(), w.name())
	case 23:
		return "install -d " + w.pick("", "-m 750 ", "-o 7 ") + w.name()
	case 24:
		return "find . " + w.pick("-type f", "-type d", "-type l", "-name 'a*'", "-perm -u+x", "-newer a", "-empty") + " " +
			w.pick("-print", "-exec chmod go-rwx {} +", "-exec echo {} \\;", "-delete", "-print0 | xargs -0 ls -d") + " | sort"
	case 25:
		return "ls " + w.pick("-a", "-1", "-A", "-d", "-R", "-p", "-F") + " " + w.name()
	case 26:
		return "stat -c '" + w.pick("%a %n", "%u:%g %F", "%s %h", "%A %U", "%N", "%t %T") + "' " + w.name()
	case 27:
		return "sed -i " + w.pick("s/o/0/", "'/two/d'", "'1i top'", "'$a end'", "-e s/e/E/g -e 2d") + " " + w.name()
	case 28:
		return "cat " + w.names() + " | " + w.pick("sort", "tr a-z A-Z", "head -n 1", "wc -l", "grep -c o", "sed 's/ .*//'", "cut -c1-3", "uniq", "tail -n 1")
	}
	return w.pick("umask 077", "umask 022", "umask 002", "x="+w.name(), "x=$(cat "+w.name()+")", "readlink "+w.name(), "basename "+w.name(), "dirname "+w.name(),
		"printf '%s|' "+w.name()+"/*; echo", "echo "+w.pick("*", "*/*", "[a-c]", "*/?", "d/*.txt"), "cp -a q r 2>/dev/null", "mv q r 2>/dev/null", "realpath -m "+w.name()+" | sed 's|.*/||'")
}

// statement is a command, or some of them in a clause.
func (w *writer) statement() string {
	w.depth++
	defer func() { w.depth-- }()
	if w.depth > 3 {
		return w.command()
	}
	switch w.rng.IntN(16) {
	case 0:
		return fmt.Sprintf("if [ -%s %s ]; then %s; else %s; fi", w.pick("e", "f", "d", "L", "s", "x", "u", "p", "c"), w.name(), w.statement(), w.statement())
	case 1:
		return fmt.Sprintf("for i in %s; do %s; done", w.pick("1 2", "*", "a b", "$(ls)", "{a,b}/f"), w.pick("echo $i", "touch $i", "mkdir -p \"$i\"", "echo $i >> log", w.statement()))
	case 2:
		return fmt.Sprintf("(cd %s && %s)", w.name(), w.statement())
	case 3:
		return fmt.Sprintf("%s %s %s", w.command(), w.pick("&&", "||"), w.command())
	case 4:
		w.functions++
		name := fmt.Sprint("f", w.functions)
		return fmt.Sprintf("%s() { %s; }; %s", name, w.statement(), name)
	case 5:
		return fmt.Sprintf("{ %s; %s; } %s %s", w.command(), w.command(), w.pick(">", ">>"), w.name())
	case 6:
		return fmt.Sprintf("case %s in a*) %s;; *) %s;; esac", w.name(), w.statement(), w.statement())
	case 7:
		return fmt.Sprintf("while read -r l; do echo \"[$l]\" >> %s; done < %s", w.name(), w.name())
	case 8:
		return fmt.Sprintf("cat > %s <<END\n$x %s\n$(echo sub)\nEND", w.name(), w.name())
	}
	return w.command()
}

func (w *writer) script() string {
	for range 10 + w.rng.IntN(25) {
		w.lines = append(w.lines, w.statement(), "echo \"status $?\"")
	}
	return strings.Join(w.lines, "\n") + "\n"
}

// fixedScripts are what users of dockerTools write.
var fixedScripts = []string{
	"mkdir -p data\nchown 999:999 data\n",
	"mkdir -p tmp\nchmod 1777 tmp\n",
	"mkdir -p ./home/alice\nchown 1000 ./home/alice\nln -s /nix/store/x/bin/hello ./hello\n",
	"mkdir -p tmp/nginx_client_body\nmkdir -p var/log/nginx\n",
	"echo '(some)' > extraCommands\n",
	"mkdir -p ./nix/{store,var/nix} ./etc/nix ; chown -R 1000:100 ./nix ./etc/nix ; mkdir -p ./build; chown -R 1000:100 ./build\n",
	"mkdir -p example-output && chmod 777 example-output\n",
	"echo layer1 > tmp1; cat tmp1 > layerOrder; echo 2 >> layerOrder\n",
	"for d in bin lib etc; do install -d -m 0755 $d; done; printf 'root:x:0:0::/root:/bin/sh\\n' > etc/passwd; chmod 0644 etc/passwd; touch etc/{group,shadow}; chmod 600 etc/shadow; chown 0:42 etc/shadow\n",
	"umask 027; mkdir -p a/b; echo x > a/b/c; (umask 077; touch a/d); cp -a a e; mv e/d .; chmod -R g+rX a\n",
}

// realFakeroot runs scripts in a bash under fakeroot and gives for each its
// standard output and the tree that it made.
func realFakeroot(t *testing.T, scripts []string) (outputs, trees []string) {
	t.Helper()
	if _, err := exec.LookPath("fakeroot"); err != nil {
		t.Skip("needs fakeroot")
	}
	dir := t.TempDir()
	driver := "umask 022\n"
	for i, s := range scripts {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("s%03d", i)), []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
		driver += fmt.Sprintf("mkdir t%03d; timeout 20 bash -c 'cd t%03d; . ../s%03d' > o%03d 2> e%03d < /dev/null || echo timeout >> o%03d\n", i, i, i, i, i, i)
	}
	driver += "tar --sort=name --numeric-owner --hard-dereference -cf all.tar t*\n"
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "timeout", "100", "fakeroot", "bash", "-c", driver)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "TZ=UTC", "HOME=/homeless-shelter"}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	outputs, trees = make([]string, len(scripts)), make([]string, len(scripts))
	for i := range scripts {
		data, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("o%03d", i)))
		if err != nil {
			t.Fatal(err)
		}
		outputs[i] = strings.ReplaceAll(string(data), filepath.Join(dir, fmt.Sprintf("t%03d", i)), "/build/old_out")
	}
	f, err := os.Open(filepath.Join(dir, "all.tar"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if err == io.EOF {
			return outputs, trees
		}
		if err != nil {
			t.Fatal(err)
		}
		var i int
		fmt.Sscanf(h.Name, "t%d", &i)
		_, name, _ := strings.Cut(strings.TrimSuffix(h.Name, "/"), "/")
		if name == "" {
			continue
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		kinds := map[byte]scriptfs.Type{tar.TypeReg: scriptfs.Regular, tar.TypeDir: scriptfs.Directory, tar.TypeSymlink: scriptfs.Symlink,
			tar.TypeChar: scriptfs.CharDevice, tar.TypeBlock: scriptfs.BlockDevice, tar.TypeFifo: scriptfs.FIFO}
		line := fmt.Sprintf("%s %s %o %d:%d", name, kinds[h.Typeflag], h.Mode, h.Uid, h.Gid)
		switch h.Typeflag {
		case tar.TypeSymlink:
			line += " " + h.Linkname
		case tar.TypeReg:
			line += fmt.Sprintf(" %q", content)
		case tar.TypeChar, tar.TypeBlock:
			line += fmt.Sprintf(" %d,%d", h.Devmajor, h.Devminor)
		}
		if trees[i] != "" {
			trees[i] += "\n"
		}
		trees[i] += line
	}
}

// TestFakeroot: scripts give the same here and in a real bash under a real
// fakeroot.
func TestFakeroot(t *testing.T) {
	scripts := append([]string{}, fixedScripts...)
	for seed := range uint64(generated) {
		w := &writer{rng: rand.New(rand.NewPCG(seed, 3))}
		scripts = append(scripts, w.script())
	}
	outputs, trees := realFakeroot(t, scripts)
	for i, text := range scripts {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			p := newPlace(t)
			_, stdout, stderr, err := runTextIn(t, p, text)
			if err != nil {
				t.Fatalf("%s\n%v\n%s", text, err, stderr)
			}
			if stdout != outputs[i] {
				t.Errorf("%s\n%s", text, difference(stdout, outputs[i]))
			}
			if tree := treeOf(t, p); tree != trees[i] {
				t.Errorf("%s\n%s\nstderr: %s", text, difference(tree, trees[i]), stderr)
			}
		})
	}
}

// difference shows the first lines that differ.
func difference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	var out bytes.Buffer
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
