package builtin

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rules-strata/rules_strata/go/passwd"
	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// groupNames turns a list of names and IDs of groups, with commas between them, into names.
func (f *accountFiles) groupNames(list string) ([]string, error) {
	if list == "" {
		return nil, nil
	}
	var names, missing []string
	for text := range strings.SplitSeq(list, ",") {
		g, ok := f.group(text)
		if !ok {
			missing = append(missing, fmt.Sprintf("group '%s' does not exist", text))
			continue
		}
		names = append(names, g.Name)
	}
	if missing != nil {
		return nil, accountFailure(6, "%s", strings.Join(missing, "; "))
	}
	return names, nil
}

// validField says whether a text may stand in an account file.
func validField(s string) bool { return !strings.ContainsAny(s, ":\n") }

// parseDay reads a date for etc/shadow: a number of days since 1970, or a day.
func parseDay(text string) (int64, error) {
	if text == "" {
		return passwd.Unset, nil
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n >= -1 {
		return n, nil
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, accountFailure(3, "invalid date '%s': write it as YYYY-MM-DD, or as days since 1970-01-01", text)
	}
	return t.Unix() / 86400, nil
}

// newUser is what a command line of useradd asks for.
type newUser struct {
	user     passwd.User
	secret   string
	inactive int64
	expire   int64
	groups   []string
	skel     []string
	system   bool
	ownGroup bool // the user gets a group of the same name
	makeHome bool
	mail     bool
}

// useradd makes a user.
func useradd(c *Context) error {
	o, err := parseOptions(c.Args, "b,base-dir=", "badname", "c,comment=", "d,home-dir=,home=", "e,expiredate=", "f,inactive=",
		"F,add-subids-for-system", "g,gid=", "G,groups=", "k,skel=", "K,key=", "l,no-log-init", "m,create-home", "M,no-create-home",
		"N,no-user-group", "o,non-unique", "p,password=", "r,system", "root,R=", "prefix,P=", "s,shell=", "u,uid=", "U,user-group")
	if err != nil {
		return accountFailure(usageStatus, "%v", err)
	}
	f, err := openAccounts(c, o)
	if err != nil {
		return err
	}
	defaults, err := f.readUserDefaults()
	if err != nil {
		return err
	}
	n := &newUser{user: passwd.User{UID: -1, GID: defaults.gid, Shell: defaults.shell}, secret: "!", inactive: defaults.inactive,
		groups: defaults.groups, skel: slices.Clone(defaults.skel), system: o.has("r"), mail: defaults.mailSpool && !o.has("r")}
	if n.expire, err = parseDay(defaults.expire); err != nil {
		return err
	}
	for _, option := range o.given {
		if err := f.setNewUser(n, defaults, option); err != nil {
			return err
		}
	}
	if err := f.checkNewUser(n, o); err != nil {
		return err
	}
	n.user.Name = o.args[0]
	if !o.has("d") {
		n.user.Home = defaults.home + "/" + n.user.Name
	}
	return f.addUser(n, o)
}

// setNewUser applies one option.
func (f *accountFiles) setNewUser(n *newUser, defaults *userDefaults, option givenOption) error {
	value := option.value
	var err error
	switch option.name {
	case "b", "d":
		if !validField(value) || !strings.HasPrefix(value, "/") {
			return accountFailure(3, "invalid directory '%s': must be an absolute path", value)
		}
		if option.name == "b" {
			defaults.home = value
		} else {
			n.user.Home = value
		}
	case "c":
		n.user.Comment = value
		if !validField(value) {
			return accountFailure(3, "invalid comment '%s'", value)
		}
	case "e":
		if n.expire, err = parseDay(value); err == nil && n.expire != passwd.Unset && !f.shadow.present {
			return accountFailure(usageStatus, "shadow passwords required for -e")
		}
	case "f":
		n.inactive, err = strconv.ParseInt(value, 10, 32)
		if err != nil || n.inactive < -1 {
			return accountFailure(3, "invalid numeric argument '%s'", value)
		}
		if n.inactive != passwd.Unset && !f.shadow.present {
			return accountFailure(usageStatus, "shadow passwords required for -f")
		}
	case "g":
		g, ok := f.group(value)
		if !ok {
			return accountFailure(6, "group '%s' does not exist", value)
		}
		n.user.GID = g.GID
	case "G":
		if value != "" {
			err = f.lockGroups(10)
		}
		if err == nil {
			n.groups, err = f.groupNames(value)
		}
	case "k":
		n.skel[0] = f.c.Path(value)
		if !f.prefixed {
			n.skel[0] = f.path(value)
		}
	case "K":
		err = f.override(value)
	case "p":
		n.secret = value
		if !validField(value) {
			return accountFailure(3, "invalid field '%s'", value)
		}
	case "s":
		n.user.Shell = value
		err = f.checkShell(value)
	case "u":
		var ok bool
		if n.user.UID, ok = passwd.ParseID(value); !ok {
			return accountFailure(3, "invalid user ID '%s'", value)
		}
	}
	return err
}

// checkShell refuses what cannot be a shell, and warns of one that is not there.
func (f *accountFiles) checkShell(shell string) error {
	if shell == "" || strings.HasPrefix(shell, "*") && validField(shell) {
		return nil
	}
	if !validField(shell) || !strings.HasPrefix(shell, "/") {
		return accountFailure(3, "invalid shell '%s'", shell)
	}
	info, err := f.c.FS.Stat(f.path(shell))
	if path.Base(shell) != "nologin" && (err != nil || info.Type == scriptfs.Directory || info.Mode&anyExec == 0) {
		f.c.Errorf("Warning: missing or non-executable shell '%s'", shell)
	}
	return nil
}

// checkNewUser checks what options say together, and the name.
func (f *accountFiles) checkNewUser(n *newUser, o *options) error {
	n.ownGroup = o.has("U") || !o.has("g") && !o.has("N") && f.settings.Bool("USERGROUPS_ENAB")
	n.makeHome = (o.has("m") || !n.system && f.settings.Bool("CREATE_HOME")) && !o.has("M")
	for _, pair := range [][2]string{{"o", "u"}, {"k", "m"}} {
		if o.has(pair[0]) && !o.has(pair[1]) {
			return accountFailure(usageStatus, "-%s flag is only allowed with the -%s flag", pair[0], pair[1])
		}
	}
	for _, pair := range [][2]string{{"U", "g"}, {"U", "N"}, {"m", "M"}} {
		if o.has(pair[0]) && o.has(pair[1]) {
			return accountFailure(usageStatus, "options -%s and -%s conflict", pair[0], pair[1])
		}
	}
	if len(o.args) != 1 {
		return accountFailure(usageStatus, "want one user name, got %q", o.args)
	}
	if !passwd.ValidUserName(o.args[0]) && (!o.has("badname") || !validField(o.args[0]) || o.args[0] == "") {
		return accountFailure(19, "invalid user name '%s'", o.args[0])
	}
	return nil
}

// newUID chooses the ID of a new user.
func (f *accountFiles) newUID(system bool) (int64, error) {
	r, err := passwd.IDRange(f.settings, "UID", system)
	if err != nil {
		return 0, accountFailure(4, "can't choose a UID: %v", err)
	}
	var used []int64
	for _, u := range f.users.All() {
		used = append(used, u.UID)
	}
	uid, err := r.Choose(used, -1)
	if errors.Is(err, passwd.ErrNoFreeID) {
		err = accountFailure(4, "can't get a UID from %d to %d: %v", r.Min, r.Max, err)
	}
	return uid, err
}
