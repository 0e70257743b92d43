package builtin

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// writeAccountsGolden runs all cases with the real commands.
func writeAccountsGolden(t *testing.T, root string) {
	t.Helper()
	var out strings.Builder
	out.WriteString("What the commands of shadow 4.17.4 (Debian 13) do in each case of TestAccounts: statuses, then the tree.\n")
	for _, c := range accountCases {
		fmt.Fprintf(&out, "\n=== %s\n", c.name)
		runRealAccountCase(t, root, c, &out)
	}
	if err := os.WriteFile(accountsGolden, []byte(out.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

func runRealAccountCase(t *testing.T, root string, c accountCase, out *strings.Builder) {
	t.Helper()
	for _, directory := range []string{"etc", "home", "var", "srv", "opt", "people", "a"} {
		if err := os.RemoveAll(filepath.Join(root, directory)); err != nil {
			t.Fatal(err)
		}
	}
	for _, directory := range []string{"etc", "home", "var", "srv"} {
		if err := os.Mkdir(filepath.Join(root, directory), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range sortedNames(c.files) {
		if name == "bin/bash" {
			continue
		}
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		mode := fileModes[name]
		if mode == 0 {
			mode = 0o644
		}
		var err error
		if link, ok := strings.CutSuffix(path, "->"); ok {
			err = os.Symlink(c.files[name], link)
		} else {
			err = os.WriteFile(path, []byte(c.files[name]), os.FileMode(mode))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, command := range c.commands {
		args, stdin := c.fields(command)
		run := exec.Command("/usr/bin/env", args...)
		run.Dir, run.Stdin = "/", strings.NewReader(stdin)
		run.Env = []string{fmt.Sprintf("SOURCE_DATE_EPOCH=%d", accountEpoch), "PATH=/usr/sbin:/usr/bin", "LC_ALL=C"}
		run.SysProcAttr = &syscall.SysProcAttr{Chroot: root}
		text, err := run.CombinedOutput()
		if run.ProcessState == nil {
			t.Fatal(err)
		}
		t.Logf("%q: %d %s", args, run.ProcessState.ExitCode(), text)
		fmt.Fprintf(out, "$ %q %d\n", args, run.ProcessState.ExitCode())
	}
	for _, top := range []string{"etc", "home", "srv", "var"} {
		list(t, root, "/"+top, out)
	}
}

// list shows what is in a directory as runAccountCase does.
func list(t *testing.T, root, directory string, out *strings.Builder) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(root, directory))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		path := directory + "/" + e.Name()
		var stat syscall.Stat_t
		if err := syscall.Lstat(filepath.Join(root, path), &stat); err != nil {
			t.Fatal(err)
		}
		kind, target := scriptfs.Regular, ""
		switch stat.Mode & syscall.S_IFMT {
		case syscall.S_IFDIR:
			kind = scriptfs.Directory
		case syscall.S_IFLNK:
			kind = scriptfs.Symlink
			target, _ = os.Readlink(filepath.Join(root, path))
		}
		fmt.Fprintf(out, "-- %s %v %04o %d:%d %s\n", path, kind, stat.Mode&0o7777, stat.Uid, stat.Gid, target)
		if kind == scriptfs.Directory {
			list(t, root, path, out)
		}
		if kind == scriptfs.Regular {
			data, err := os.ReadFile(filepath.Join(root, path))
			if err != nil {
				t.Fatal(err)
			}
			out.WriteString(shownContent(path, data))
		}
	}
}
