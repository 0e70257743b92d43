package script

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// commandTable are the files that compare a command with the real one, a file a command. Each script begins with a line "#### FLAGS": what of
// the command it is about. Before the scripts of a file may be what all of them begin with.
const commandTable = "testdata/commands"

// comparedCommands are those that scripts of images use.
var comparedCommands = strings.Fields(`chown chgrp chmod mkdir ln install cp mv rm rmdir touch mknod mkfifo stat id whoami cat echo printf test true basename
	dirname readlink realpath ls find xargs env sh bash sed grep head tail tr cut sort uniq wc tee mktemp seq date useradd groupadd usermod userdel
	groupmod groupdel gpasswd chpasswd setcap tar`)

// accountCommands are compared in a tree that is the root, since the real ones know no other.
var accountCommands = strings.Fields("id whoami useradd groupadd usermod userdel groupmod groupdel gpasswd chpasswd")

// flagless are the commands that have fewer than three flags (--help and --version aside): their scripts are about forms of their arguments.
var flagless = strings.Fields("dirname mkfifo mknod printf test true whoami")

// leastFlags is how many flags of a command are compared at least.
const leastFlags = 3

// ofRoot ends the names of the other scripts that need names of users.
const ofRoot = " in a root"

// inRoot says whether a script's tree is the root.
func inRoot(command string, c bashCase) bool {
	return slices.Contains(accountCommands, command) || strings.HasSuffix(c.name, ofRoot)
}

// scriptOf is what a case runs: what it prints is in the tree, too.
func scriptOf(command string, c bashCase) string {
	if inRoot(command, c) {
		return "exec >/stdout\n" + rootSetup + c.text
	}
	return "exec >stdout\nmkdir work\ncd work\n" + c.text
}

// rootSetup makes a small system.
const rootSetup = `mkdir etc home root tmp var
echo 'root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
app:x:1000:1000:An app:/home/app:/bin/sh' >etc/passwd
echo 'root:*:19700::99999:7:::
daemon:*:19700::99999:7:::
app:!:19700::99999:7:::' >etc/shadow
echo 'root:x:0:
daemon:x:1:
staff:x:50:app
app:x:1000:' >etc/group
echo 'root:*::
daemon:*::
staff:!::app
app:!::' >etc/gshadow
chmod 640 etc/shadow etc/gshadow
mkdir home/app
echo file >home/app/file
chown -R 1000:1000 home/app
`

// newRoot is an empty root.
func newRoot(t *testing.T) Place {
	t.Helper()
	fs := scriptfs.New(time.Unix(buildTime, 0))
	t.Cleanup(func() {
		if err := fs.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := fs.MountDevices("/dev"); err != nil {
		t.Fatal(err)
	}
	return Place{FS: fs, Dir: "/", Root: "/", Scratch: "/tmp", StoreDir: "/nix/store"}
}

// commandCases are the cases of a command.
func commandCases(t *testing.T, command string) []bashCase {
	t.Helper()
	return readCases(t, filepath.Join(commandTable, command+".sh"))
}

// TestCommandTable: every command is compared, with three flags or more.
func TestCommandTable(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(commandTable, "*.sh"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(file), ".sh"))
	}
	want := slices.Sorted(slices.Values(comparedCommands))
	if slices.Sort(names); !slices.Equal(names, want) {
		t.Fatalf("%s has %q, want %q", commandTable, names, want)
	}
	for _, command := range comparedCommands {
		cases := commandCases(t, command)
		word, flags, seen := regexp.MustCompile(`\b`+command+`\b`), map[string]bool{}, map[string]bool{}
		for _, c := range cases {
			if seen[c.name] || !word.MatchString(c.text) {
				t.Errorf("%s: the script %q is there twice, or does not use the command", command, c.name)
			}
			seen[c.name] = true
			for _, flag := range strings.Fields(c.name) {
				if !strings.HasPrefix(flag, "-") {
					continue
				}
				flags[flag] = true
				if !strings.Contains(c.text, flag) {
					t.Errorf("%s: the script %q does not use %s", command, c.name, flag)
				}
			}
		}
		if len(cases) < leastFlags || len(flags) < leastFlags && !slices.Contains(flagless, command) {
			t.Errorf("%s: %d scripts with the flags %v, want %d or more", command, len(cases), flags, leastFlags)
		}
	}
}

// TestCommands: every command leaves the tree that the real one leaves, and prints the same.
func TestCommands(t *testing.T) {
	for _, kind := range []struct {
		name   string
		shells realShells
		place  func(*testing.T) Place
		root   bool
	}{
		{"under fakeroot", fakerootShells, newPlace, false},
		{"in a root", chrootShells, newRoot, true},
	} {
		t.Run(kind.name, func(t *testing.T) {
			var commands, scripts []string
			for _, command := range comparedCommands {
				for _, c := range commandCases(t, command) {
					if inRoot(command, c) == kind.root {
						commands = append(commands, command+"/"+c.name)
						scripts = append(scripts, scriptOf(command, c))
					}
				}
			}
			for i, want := range realOutcomes(t, kind.shells, scripts) {
				t.Run(commands[i], func(t *testing.T) {
					got, output := ourOutcome(t, kind.place(t), scripts[i])
					if got != want {
						t.Errorf("%s\nsuccess %v, want %v\n%s\noutput: %s", scripts[i], got.ok, want.ok, difference(got.tree, want.tree), output)
					}
					if !want.ok {
						t.Errorf("the script fails for real, so that nothing after the failure is compared:\n%s", scripts[i])
					}
				})
			}
		})
	}
}
