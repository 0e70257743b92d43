package nixcache

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// logins are the logins of hosts.
type logins map[string]login

type login struct{ user, password string }

// netrcFile names the file with logins: the variable NETRC, or ~/.netrc.
func netrcFile() string {
	if file := os.Getenv("NETRC"); file != "" {
		return file
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".netrc")
}

// readNetrc reads the logins of a netrc file, which may be absent. The first
// login of a machine counts. "default" is not used: a login is for a host that
// it names.
func readNetrc(file string) (logins, error) {
	if file == "" {
		return nil, nil
	}
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	found, err := parseNetrc(string(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return found, nil
}

// parseNetrc never puts a word of the file into an error: it may be a password.
func parseNetrc(text string) (logins, error) {
	found := logins{}
	var machine string
	var current login
	end := func() {
		if _, ok := found[machine]; machine != "" && !ok {
			found[machine] = current
		}
		machine, current = "", login{}
	}
	lines := bufio.NewScanner(strings.NewReader(text))
	inMacro := false
	var want *string
	for number := 1; lines.Scan(); number++ {
		line := strings.TrimSpace(lines.Text())
		if inMacro = inMacro && line != ""; inMacro {
			continue
		}
		var ignored string
		for _, word := range strings.Fields(line) {
			if want != nil {
				*want, want = word, nil
				continue
			}
			if strings.HasPrefix(word, "#") {
				break
			}
			switch word {
			case "machine":
				end()
				want = &machine
			case "default":
				end()
			case "login":
				want = &current.user
			case "password":
				want = &current.password
			case "account":
				want = &ignored
			case "macdef":
				inMacro, want = true, &ignored
			default:
				return nil, fmt.Errorf("line %d: want machine, default, login, password, account or macdef", number)
			}
		}
	}
	if want != nil {
		return nil, errors.New("it ends in the middle of an entry")
	}
	end()
	return found, lines.Err()
}
