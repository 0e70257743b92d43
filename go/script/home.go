package script

import (
	"bufio"
	"path"
	"strings"
)

// Home is a user's home directory, by the image's own etc/passwd.
func (m *machine) Home(user string) (string, bool) {
	f, err := m.place.FS.Open(path.Join(m.place.Root, "etc/passwd"))
	if err != nil {
		return "", false
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Split(lines.Text(), ":")
		if len(fields) >= 6 && fields[0] == user {
			return fields[5], true
		}
	}
	return "", false
}
