package script

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
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

// differentialScripts is how many scripts are made up.
const differentialScripts = 200

// TestScriptsAgainstFakeroot: what fake_root_commands leaves is what bash -e leaves under fakeroot.
func TestScriptsAgainstFakeroot(t *testing.T) {
	scripts := slices.Clone(documentedScripts)
	for seed := range uint64(differentialScripts) {
		scripts = append(scripts, differentialScript(rand.New(rand.NewPCG(seed, 7))))
	}
	for i, want := range realOutcomes(t, fakerootShells, scripts) {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			got, output := ourOutcome(t, newPlace(t), scripts[i])
			if got != want {
				t.Errorf("%s\nsuccess %v, want %v\n%s\noutput: %s", scripts[i], got.ok, want.ok, difference(got.tree, want.tree), output)
			}
		})
	}
}
