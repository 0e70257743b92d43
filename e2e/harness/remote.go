package harness

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// PrebuiltCheckout copies the repository to a temporary folder, as CopyCheckout
// does, and has its images made by programs of its own, which are built already.
func PrebuiltCheckout(t testing.TB) string {
	t.Helper()
	programs := copyPrograms(t)
	dir := CopyCheckout(t)
	if err := usePrebuilt(dir, programs); err != nil {
		t.Fatal(err)
	}
	return dir
}

// CopyWorkspaceAndRules copies a workspace as CopyWorkspace does, and also the
// checkout of rules_strata and the programs that it uses: two such copies have
// no path in common.
func CopyWorkspaceAndRules(t testing.TB, dir string) string {
	t.Helper()
	programs := copyPrograms(t)
	to, err := copyWorkspace(dir, TempDir(t), CopyCheckout(t))
	if err == nil {
		err = usePrebuilt(to, programs)
	}
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// copyPrograms copies the programs to a folder of the test.
func copyPrograms(t testing.TB) []string {
	t.Helper()
	folder := TempDir(t)
	var copies []string
	for _, program := range built.get(t) {
		to := filepath.Join(folder, filepath.Base(program))
		info, err := os.Stat(program)
		if err == nil {
			err = copyFile(program, to, info)
		}
		if err != nil {
			t.Fatal(err)
		}
		copies = append(copies, to)
	}
	return copies
}

// SecondUser is Bazel as somebody else runs it in a workspace of a test's own:
// another home, user name, PATH, language and time zone, an output base, and
// the private root that is named ("base" or "test"). Its server ends with the
// test. No cache of the machine serves it but the one with the programs and
// modules that ./bazelw downloaded.
func SecondUser(t testing.TB, workspace, root string) Bazel {
	t.Helper()
	home, err := cacheHome()
	if err != nil {
		t.Fatal(err)
	}
	own := TempDir(t)
	return Temporary(t, workspace,
		"BAZELW_HOME="+home, "BAZELW_MODE=private", "BAZELW_ROOT="+root,
		"HOME="+own, "XDG_CACHE_HOME", "USER=somebody", "LOGNAME=somebody",
		"PATH="+filepath.Join(own, "bin")+":/usr/local/sbin:/usr/bin:/bin:/usr/sbin:/sbin",
		"LANG=C", "LC_ALL=POSIX", "TZ=Pacific/Chatham", "SOURCE_DATE_EPOCH=1", "GOFLAGS=-tags=somebody",
	)
}

// cacheHome is the folder that ./bazelw sets up.
func cacheHome() (string, error) {
	if home := os.Getenv("BAZELW_HOME"); home != "" {
		return home, nil
	}
	caches, err := os.UserCacheDir()
	return filepath.Join(caches, "bazelw"), err
}

// Files are the digests of what a build of targets made, by their paths below
// the execution root. The flags and targets must be those of the build. cquery
// also names what targets make in other configurations, which nobody built.
func (b Bazel) Files(t testing.TB, args ...string) map[string]string {
	t.Helper()
	root := b.ExecutionRoot(t)
	said := b.Run(t, "cquery", append([]string{"--output=files"}, args...)...).Must(t).Stdout
	digests := map[string]string{}
	for name := range strings.Lines(said) {
		name = strings.TrimSpace(name)
		top, err := filepath.EvalSymlinks(filepath.Join(root, name))
		if errors.Is(err, os.ErrNotExist) {
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		if err := filepath.WalkDir(top, func(path string, entry os.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			below := name + strings.TrimPrefix(path, top)
			if info, err := os.Stat(path); err != nil {
				return err
			} else if info.IsDir() {
				digests[below] = "a link to a directory"
			} else {
				digests[below] = Digest(t, path)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	return digests
}

// ExecutionRoot is the folder that the paths of actions begin at.
func (b Bazel) ExecutionRoot(t testing.TB) string {
	t.Helper()
	return strings.TrimSpace(b.Run(t, "info", "execution_root").Must(t).Stdout)
}
