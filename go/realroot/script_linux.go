//go:build linux && (amd64 || arm64)

package realroot

import (
	"fmt"
	"os"
	"path"

	"github.com/rules-strata/rules_strata/go/rootfs"
)

// scriptTime is the time that tools should use for what they make, in seconds
// since 1970: as early as zip files can hold.
const scriptTime = 315532800

// environment is all that the script sees of an environment.
func (m *machine) environment() []string {
	env := []string{
		"HOME=/root",
		"LC_ALL=C",
		"PATH=" + rootfs.DefaultPath,
		fmt.Sprintf("SOURCE_DATE_EPOCH=%d", scriptTime),
		"TZ=UTC",
	}
	// Shells need a directory for temporary files.
	if info, err := os.Stat("/tmp"); err != nil || !info.IsDir() {
		env = append(env, "TMPDIR=/dev/shm")
	}
	return env
}

// stopAtErrors goes before the script's first line, whose number stays, since
// not every shell has the flag -e.
const stopAtErrors = "set -e; "

// writeScript puts the script where it is no part of the image.
func (m *machine) writeScript() (string, error) {
	at := path.Join("/dev", path.Base(m.Name))
	return at, os.WriteFile(at, append([]byte(stopAtErrors), m.Script...), 0o555)
}

// findShell finds what runs the script.
func (m *machine) findShell() (string, error) {
	if shell := string(m.Shell); shell != "" {
		if !executable(shell) {
			return "", fmt.Errorf("the shell %s is not in the image, or not executable: add the package that has it", shell)
		}
		return shell, nil
	}
	shells := []string{"/bin/bash", "/bin/sh"}
	for _, name := range shells {
		if executable(name) {
			return name, nil
		}
	}
	for _, name := range shells {
		for _, object := range m.Objects {
			if shell := string(object) + name; executable(shell) {
				return shell, nil
			}
		}
	}
	return "", fmt.Errorf("the image has no shell to run the script: neither /bin/bash nor /bin/sh is in the base image or the new layer: " +
		"add bash to them, or leave real_root off")
}

func executable(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
