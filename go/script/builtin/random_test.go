package builtin

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// randomPaths are what random commands name: few, so that they meet.
var randomPaths = []string{"a", "b", "c", "d", "d/a", "d/b", "d/e", "d/e/f", "l", "l/a", "./a", "d/", "e", "e/a", "d/../b", "e/f/g"}

// randomCommands are templates: %p is a path, %m a mode, %o an owner.
var randomCommands = []string{
	"mkdir %p", "mkdir -p %p", "mkdir -m %m %p", "touch %p", "touch -c %p", "write a text", "write d/b more", "write b other", "chmod %m %p", "chmod -R %m %p",
	"chmod -c %m %p", "chown %o %p", "chown -R %o %p", "chown -h %o %p", "chgrp 5 %p", "chgrp -R -h 6 %p", "ln %p %p", "ln -s %p %p", "ln -sf %p %p",
	"ln -sfn %p %p", "ln -sr %p %p", "ln -f %p %p", "ln -sT %p %p", "cp %p %p", "cp -r %p %p", "cp -a %p %p", "cp -p %p %p", "cp -rT %p %p",
	"cp -d %p %p", "cp -n %p %p", "cp -f %p %p", "cp -rL %p %p", "cp -l %p %p", "cp -s %p %p", "cp --remove-destination %p %p", "cp -rp %p %p", "cp %p %p %p",
	"cp --parents %p %p", "mv %p %p", "mv -f %p %p", "mv -n %p %p", "mv -T %p %p", "mv %p %p %p", "rm %p", "rm -r %p", "rm -f %p", "rm -d %p", "rmdir %p",
	"install %p %p", "install -m %m %p %p", "install -d %p", "install -D %p %p", "install -T %p %p", "truncate -s 5 %p", "unlink %p",
	"link %p %p", "readlink -f %p", "realpath -m %p", "test -f %p", "find %p -type f", "find %p -name '*e*'", "find -L %p -type d", "find %p -perm /111 -type d",
	"find %p -type d -empty -delete", "stat -c '%%a %%F %%u:%%g %%N' %p", "stat -Lc '%%A %%h' %p", "ls %p", "ls -R %p",
}

var (
	randomModes  = []string{"644", "755", "4755", "2770", "u+x", "go-w", "a+rX", "u=rwx,go=rx", "g+s", "+t", "o=u", "-x", "700", "0"}
	randomOwners = []string{"5", "5:6", ":7", "root:root", "daemon", "daemon:", "65534:65534"}
)

// randomScript makes a script of n commands.
func randomScript(rng *rand.Rand, n int) string {
	pick := func(list []string) string { return list[rng.IntN(len(list))] }
	lines := []string{"mkdir -p d/e", "write a alpha", "write d/b beta", "ln -s d l"}
	for range n {
		line := pick(randomCommands)
		for strings.Contains(line, "%p") {
			line = strings.Replace(line, "%p", pick(randomPaths), 1)
		}
		line = strings.Replace(line, "%m", pick(randomModes), 1)
		line = strings.Replace(line, "%o", pick(randomOwners), 1)
		lines = append(lines, strings.ReplaceAll(line, "%%", "%"))
	}
	return strings.Join(lines, "\n")
}

// untilOrderMatters cuts a script before the first command whose result depends on the order of a directory's members: GNU stops copying a
// directory into itself when it comes to the copy.
func untilOrderMatters(t *testing.T, s testScript) string {
	lines := scriptLines(s.script)
	for i, stderr := range runOurs(t, s).errors {
		if strings.Contains(stderr, "into itself") {
			lines = lines[:i]
			break
		}
	}
	return strings.Join(lines, "\n")
}

// randomSeeds is how many scripts are tried.
const randomSeeds = uint64(8)

func TestRandomScriptsAgainstGNU(t *testing.T) {
	var scripts []testScript
	for seed := range randomSeeds {
		rng := rand.New(rand.NewPCG(seed, 3))
		s := testScript{name: fmt.Sprint("seed ", seed), script: randomScript(rng, 60), unsorted: true}
		s.script = untilOrderMatters(t, s)
		scripts = append(scripts, s)
	}
	compareWithGNU(t, scripts)
}
