//go:build e2e

package harness

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestHidden: an executor sees the folder that it is given, and of the machine
// neither the checkout nor what is in folders for temporary files.
func TestHidden(t *testing.T) {
	Need(t, CASServer)
	keep := TempDir(t)
	file := filepath.Join(keep, "file")
	WriteFile(t, file, "")
	look := []string{"unshare", "--mount", "sh", "-ec", hidden, "sh", keep, "ls", "-d", file, Root()}
	for _, parent := range []string{"/tmp", "/var/tmp"} {
		dir := strings.TrimSpace(Exec("mktemp", "-d", parent+"/strataXXXXXX").Run(t).Must(t).Stdout)
		remove := Exec("rmdir", dir).Args
		t.Cleanup(func() {
			if err := exec.Command(remove[0], remove[1:]...).Run(); err != nil {
				t.Error(err)
			}
		})
		look = append(look, dir)
	}
	if seen := Exec(look...).Run(t).Stdout; seen != file+"\n" {
		t.Errorf("seen:\n%swant:\n%s", seen, file)
	}
}
