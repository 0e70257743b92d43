package rootfs

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// identity is who a command runs as.
type identity struct {
	uid, gid int
	groups   []int // supplementary ones
	home     string
}

// lookUpUser finds who "user" or "user:group" is, as Docker does: numbers need
// no entry in the image's /etc/passwd and /etc/group, names do.
func lookUpUser(spec string, root fs.FS) (identity, error) {
	who := identity{home: "/"}
	user, group, hasGroup := strings.Cut(spec, ":")
	if user == "" {
		user = "0"
	}
	number, isNumber := parseID(user)
	name, found := "", false
	err := eachLine(root, "etc/passwd", 7, func(f []string) bool {
		uid, ok1 := parseID(f[2])
		gid, ok2 := parseID(f[3])
		if !ok1 || !ok2 || f[0] != user && (!isNumber || uid != number) {
			return true
		}
		name, found = f[0], true
		who.uid, who.gid, who.home = uid, gid, f[5]
		return false
	})
	if err != nil {
		return who, err
	}
	if !found && !isNumber {
		return who, fmt.Errorf("user %q is not in the image's /etc/passwd: name one that is, or a number", user)
	}
	if !found {
		who.uid = number
	}
	if hasGroup && group != "" {
		who.gid, err = lookUpGroup(group, root)
		return who, err
	}
	if !found {
		return who, nil
	}
	err = eachLine(root, "etc/group", 4, func(f []string) bool {
		if gid, ok := parseID(f[2]); ok && slices.Contains(strings.Split(f[3], ","), name) {
			who.groups = append(who.groups, gid)
		}
		return true
	})
	return who, err
}

func lookUpGroup(group string, root fs.FS) (gid int, err error) {
	number, isNumber := parseID(group)
	found := false
	err = eachLine(root, "etc/group", 4, func(f []string) bool {
		id, ok := parseID(f[2])
		if ok && f[0] == group {
			gid, found = id, true
		}
		return !found
	})
	if err != nil || found {
		return gid, err
	}
	if !isNumber {
		return 0, fmt.Errorf("group %q is not in the image's /etc/group: name one that is, or a number", group)
	}
	return number, nil
}

// eachLine calls f with the fields of every line of a file such as /etc/passwd,
// until f returns false. Lines with too few fields are passed over, and so is a
// file that is absent.
func eachLine(root fs.FS, name string, fields int, f func([]string) bool) error {
	file, err := root.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		line := strings.Split(strings.TrimSpace(lines.Text()), ":")
		if len(line) >= fields && !f(line) {
			return nil
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("the image's /%s: %w", name, err)
	}
	return nil
}

func parseID(s string) (id int, ok bool) {
	n, err := strconv.ParseUint(s, 10, 32)
	return int(n), err == nil && n <= maxID
}
