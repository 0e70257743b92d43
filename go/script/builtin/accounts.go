package builtin

import (
	"bufio"
	"strconv"
	"strings"
)

// account is a user or a group of the image.
type account struct {
	name string
	id   int64
	// gid is a user's login group.
	gid int64
}

// accounts are the users and groups that the image's own etc/passwd and etc/group name, in the files' order.
type accounts struct {
	users, groups []account
}

// accounts reads the image's users and groups. Where the image has no such file, there are the three that every system agrees on, so that
// "chown root:root" and "chown nobody:nogroup" work in an image without users.
func (c *Context) accounts() accounts {
	a := accounts{users: c.readAccounts("etc/passwd"), groups: c.readAccounts("etc/group")}
	if a.users == nil {
		a.users = []account{{name: "root"}, {name: "nobody", id: 65534, gid: 65534}}
	}
	if a.groups == nil {
		a.groups = []account{{name: "root"}, {name: "nogroup", id: 65534}}
	}
	return a
}

// readAccounts reads one file below the image's root, nil when it is not there. Lines that are no accounts are skipped, as the C library
// skips them.
func (c *Context) readAccounts(name string) []account {
	file, err := c.FS.Open(strings.TrimSuffix(c.Root, "/") + "/" + name)
	if err != nil {
		return nil
	}
	defer file.Close()
	found := []account{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		fields := strings.Split(lines.Text(), ":")
		if len(fields) < 3 || fields[0] == "" {
			continue
		}
		id, err := strconv.ParseUint(fields[2], 10, 32)
		if err != nil {
			continue
		}
		a := account{name: fields[0], id: int64(id)}
		if len(fields) >= 7 {
			gid, err := strconv.ParseUint(fields[3], 10, 32)
			if err != nil {
				continue
			}
			a.gid = int64(gid)
		}
		found = append(found, a)
	}
	return found
}

// byName returns the first account of that name.
func byName(list []account, name string) (account, bool) {
	for _, a := range list {
		if a.name == name {
			return a, true
		}
	}
	return account{}, false
}

// byID returns the first account of that number.
func byID(list []account, id int64) (account, bool) {
	for _, a := range list {
		if a.id == id {
			return a, true
		}
	}
	return account{}, false
}

// nameOf returns the name of a number, the number itself where it has none.
func nameOf(list []account, id int64) string {
	if a, ok := byID(list, id); ok {
		return a.name
	}
	return strconv.FormatInt(id, 10)
}

// idOf returns the number that a text stands for: the account of that name, else the number that it is ("+5" is never a name).
func idOf(list []account, text string) (id int64, ok bool) {
	number, forced := strings.CutPrefix(text, "+")
	if !forced {
		if a, ok := byName(list, text); ok {
			return a.id, true
		}
	}
	if number == "" || number[0] < '0' || number[0] > '9' {
		return 0, false
	}
	n, err := strconv.ParseUint(number, 10, 32)
	if err != nil || n == 1<<32-1 {
		return 0, false
	}
	return int64(n), true
}
