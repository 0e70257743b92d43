package builtin

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

// TestStoreObjects: what is in the store can be read, copied and linked to, and nothing in it changes.
func TestStoreObjects(t *testing.T) {
	const path = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-app"
	c := newTestContext(t)
	dir := t.TempDir()
	source := filepath.Join(dir, "source")
	if err := os.WriteFile(source, []byte("a program"), 0o600); err != nil {
		t.Fatal(err)
	}
	manifest := "directory\x000555\x00bin\x00\nfile\x000555\x00bin/app\x00" + source + "\nsymlink\x00\x00bin/link\x00app\n"
	o, err := object.ReadManifest(store.Path(path), strings.NewReader(manifest), dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.FS.MountLazily(path, func() (*object.Object, error) { return o, nil }); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		line, stdout, stderr string
		status               int
	}{
		{"ls " + path + "/bin", "app\nlink\n", "", 0},
		{"stat -c '%A %U:%G %s %Y %n' " + path + "/bin/app", "-r-xr-xr-x root:root 9 1 " + path + "/bin/app\n", "", 0},
		{"cp " + path + "/bin/app app", "", "", 0},
		{"cp -r " + path + " copy", "", "", 0},
		{"cp -a " + path + "/. all", "", "", 0},
		{"install -m 755 " + path + "/bin/link bin", "", "", 0},
		{"stat -c '%A %Y %s %n' app copy copy/bin/app all/bin/app all/bin/link bin", "-r-xr-xr-x 1714979289 9 app\ndr-xr-xr-x 1714979289 4096 copy\n" +
			"-r-xr-xr-x 1714979289 9 copy/bin/app\n-r-xr-xr-x 1 9 all/bin/app\nlrwxrwxrwx 1714979289 3 all/bin/link\n-rwxr-xr-x 1714979289 9 bin\n", "", 0},
		{"ln -s " + path + "/bin/app link", "", "", 0},
		{"chmod u+w " + path, "", "chmod: changing permissions of '" + path + "': Read-only file system\n", 1},
		{"chmod 755 link", "", "chmod: changing permissions of 'link': Read-only file system\n", 1},
		{"chown 5 link", "", "chown: changing ownership of 'link': Read-only file system\n", 1},
		{"rm -r " + path + "/bin", "", "rm: cannot remove '" + path + "/bin/app': Read-only file system\n" +
			"rm: cannot remove '" + path + "/bin/link': Read-only file system\n", 1},
		{"touch " + path + "/x", "", "touch: cannot touch '" + path + "/x': Read-only file system\n", 1},
		{"touch link", "", "touch: setting times of 'link': Read-only file system\n", 1},
		{"mkdir " + path + "/x", "", "mkdir: cannot create directory '" + path + "/x': Read-only file system\n", 1},
		{"mkdir -p " + path + "/bin", "", "", 0},
		{"cp app " + path + "/x", "", "cp: cannot create regular file '" + path + "/x': Read-only file system\n", 1},
		{"cp app link", "", "cp: cannot create regular file 'link': Read-only file system\n", 1},
		{"ln " + path + "/bin/app hard", "", "ln: failed to create hard link 'hard' => '" + path + "/bin/app': Invalid cross-device link\n", 1},
		{"mv " + path + "/bin/app x", "", "mv: cannot move '" + path + "/bin/app' to 'x': Read-only file system\n", 1},
		{"find " + path + " -type f", path + "/bin/app\n", "", 0},
		{"test -x link", "", "", 0},
	} {
		status, stdout, stderr := runLine(t, c, splitWords(test.line)...)
		if status != test.status || stdout != test.stdout || stderr != test.stderr {
			t.Errorf("%s: status %d\n%s%s\nwant %d\n%s%s", test.line, status, stdout, stderr, test.status, test.stdout, test.stderr)
		}
	}
}
