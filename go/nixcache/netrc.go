package nixcache

import (
	"errors"
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
	return parseNetrc(string(data)), nil
}

// netrcWords are the words that begin something in a netrc file.
var netrcWords = map[string]bool{"machine": true, "default": true, "login": true, "password": true, "account": true, "macdef": true}

// parseNetrc passes over a word that it does not know, and over the value after
// it: what follows on the line, if that begins nothing. An entry that the end of
// the file cuts off is none: half a password is not sent.
func parseNetrc(text string) logins {
	found := logins{}
	var machine, ignored string
	var current login
	end := func() {
		if _, ok := found[machine]; machine != "" && !ok {
			found[machine] = current
		}
		machine, current = "", login{}
	}
	inMacro := false
	var want *string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if inMacro = inMacro && line != ""; inMacro {
			continue
		}
		unknown := false
		for _, word := range strings.Fields(line) {
			if want != nil {
				*want, want = word, nil
				continue
			}
			if strings.HasPrefix(word, "#") {
				break
			}
			if unknown && !netrcWords[word] {
				unknown = false
				continue
			}
			unknown = false
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
				unknown = true
			}
		}
	}
	if want == nil {
		end()
	}
	return found
}
