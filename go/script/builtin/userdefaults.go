package builtin

import (
	"bufio"
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/rules-strata/rules_strata/go/passwd"
)

// userDefaults are the settings of /etc/default/useradd.
type userDefaults struct {
	gid         int64
	groups      []string
	home, shell string
	inactive    int64
	expire      string
	skel        []string
	mailSpool   bool
}

// readUserDefaults reads /etc/default/useradd. What it does not set is as in Debian's shadow; upstream's differs in the group (1000).
func (f *accountFiles) readUserDefaults() (*userDefaults, error) {
	d := &userDefaults{gid: 100, home: "/home", shell: "/bin/bash", inactive: passwd.Unset, skel: []string{"/etc/skel", "/usr/etc/skel"}}
	for i := range d.skel {
		switch {
		case !f.prefixed:
			d.skel[i] = f.path(d.skel[i])
		case f.c.Root != "/":
			// shadow takes those of the system that it runs on, which here is an empty one.
			d.skel[i] = ""
		}
	}
	r, err := f.c.FS.Open(f.path("/etc/default/useradd"))
	if notExist(err) {
		return d, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot open /etc/default/useradd: %s", reason(err))
	}
	defer func() { _ = r.Close() }()
	for lines := bufio.NewScanner(r); ; {
		if !lines.Scan() {
			return d, lines.Err()
		}
		name, value, _ := strings.Cut(lines.Text(), "=")
		if err := f.setDefault(d, name, value); err != nil {
			return nil, err
		}
	}
}

func (f *accountFiles) setDefault(d *userDefaults, name, value string) error {
	switch name {
	case "GROUP":
		g, ok := f.group(value)
		if !ok {
			f.c.Errorf("group '%s' does not exist", value)
			f.c.Errorf("the GROUP= configuration in /etc/default/useradd will be ignored")
			return nil
		}
		d.gid = g.GID
	case "GROUPS":
		var err error
		d.groups, err = f.groupNames(value)
		return err
	case "HOME":
		d.home = value
	case "SHELL":
		d.shell = value
	case "INACTIVE":
		n, err := strconv.ParseInt(value, 10, 32)
		if err != nil || n < -1 {
			return fmt.Errorf("/etc/default/useradd: INACTIVE is %q: want a number of days or -1", value)
		}
		d.inactive = n
	case "EXPIRE":
		d.expire = value
	case "SKEL":
		d.skel[0] = f.path(cmp.Or(value, "/etc/skel"))
	case "USRSKEL":
		d.skel[1] = f.path(cmp.Or(value, "/usr/etc/skel"))
	case "CREATE_MAIL_SPOOL":
		d.mailSpool = strings.EqualFold(value, "yes")
	}
	return nil
}
