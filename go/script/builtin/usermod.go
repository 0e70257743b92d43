package builtin

import (
	"slices"
	"strconv"
	"strings"

	"github.com/rules-strata/rules_strata/go/passwd"
)

// userChange is what a command line of usermod asks for.
type userChange struct {
	old, changed passwd.User
	inactive     int64
	expire       int64
	groups       []string
	// given are the options whose values change something.
	given map[string]bool
	hash  string
}

func (u *userChange) any(options ...string) bool {
	return slices.ContainsFunc(options, func(o string) bool { return u.given[o] })
}

// usermod changes a user.
func usermod(c *Context) error {
	o, err := parseOptions(c.Args, "a,append", "b,badname,badnames", "c,comment=", "d,home=", "e,expiredate=", "f,inactive=", "g,gid=",
		"G,groups=", "l,login=", "L,lock", "m,move-home", "o,non-unique", "p,password=", "r,remove", "root,R=", "prefix,P=",
		"s,shell=", "u,uid=", "U,unlock")
	if err != nil {
		return accountFailure(usageStatus, "%v", err)
	}
	f, err := openAccounts(c, o)
	if err != nil {
		return err
	}
	if len(o.args) != 1 {
		return accountFailure(usageStatus, "want one user name, got %q", o.args)
	}
	user, exists := f.users.Lookup(o.args[0])
	u := &userChange{old: user, changed: user, inactive: passwd.Unset, expire: passwd.Unset, given: map[string]bool{}}
	for _, option := range o.given {
		if err := f.setUserChange(u, option, o.has("b")); err != nil {
			return err
		}
	}
	if !exists {
		return accountFailure(6, "user '%s' does not exist", o.args[0])
	}
	if err := f.checkUserChange(u, o); err != nil {
		return err
	}
	if !u.any("c", "d", "e", "f", "g", "G", "l", "L", "p", "s", "u", "U") {
		c.Printf("usermod: no changes\n")
		return nil
	}
	return f.changeUser(u, o)
}

// setUserChange applies one option.
func (f *accountFiles) setUserChange(u *userChange, option givenOption, badNames bool) error {
	value := option.value
	var err error
	u.given[option.name] = true
	switch option.name {
	case "c":
		u.changed.Comment = value
	case "d":
		u.changed.Home = value
		if !strings.HasPrefix(value, "/") && value != "" {
			return accountFailure(3, "homedir must be an absolute path")
		}
	case "e":
		u.expire, err = parseDay(value)
	case "f":
		if u.inactive, err = strconv.ParseInt(value, 10, 32); err != nil || u.inactive < -1 {
			return accountFailure(3, "invalid numeric argument '%s'", value)
		}
	case "g":
		g, ok := f.group(value)
		if !ok {
			return accountFailure(6, "group '%s' does not exist", value)
		}
		u.changed.GID = g.GID
	case "G":
		u.groups, err = f.groupNames(value)
	case "l":
		u.changed.Name = value
		if !passwd.ValidUserName(value) && (!badNames || !validField(value) || value == "") {
			return accountFailure(3, "invalid user name '%s'", value)
		}
	case "p":
		u.hash = value
	case "s":
		u.changed.Shell = value
		err = f.checkShell(value)
	case "u":
		var ok bool
		if u.changed.UID, ok = passwd.ParseID(value); !ok {
			return accountFailure(3, "invalid user ID '%s'", value)
		}
	}
	if err == nil && !validField(value) {
		return accountFailure(3, "invalid field '%s'", value)
	}
	return err
}

// checkUserChange checks what options say together and forgets those that change nothing.
func (f *accountFiles) checkUserChange(u *userChange, o *options) error {
	if len(o.given) == 0 {
		return accountFailure(usageStatus, "no options")
	}
	for _, pair := range [][2]string{{"a", "G"}, {"r", "G"}, {"o", "u"}, {"m", "d"}} {
		if o.has(pair[0]) && !o.has(pair[1]) {
			return accountFailure(usageStatus, "-%s flag is only allowed with the -%s flag", pair[0], pair[1])
		}
	}
	if o.has("r") && o.has("a") {
		return accountFailure(usageStatus, "-r and -a are mutually exclusive flags")
	}
	if o.has("L") && (o.has("p") || o.has("U")) || o.has("p") && o.has("U") {
		return accountFailure(usageStatus, "the -L, -p, and -U flags are exclusive")
	}
	expire, inactive := int64(passwd.Unset), int64(passwd.Unset)
	if s, ok := f.shadow.Lookup(u.old.Name); ok {
		expire, inactive = s.Expire, s.Inactive
	}
	u.given["u"] = u.changed.UID != u.old.UID
	u.given["g"] = u.changed.GID != u.old.GID
	u.given["s"] = u.changed.Shell != u.old.Shell
	u.given["l"] = u.changed.Name != u.old.Name
	u.given["c"] = u.changed.Comment != u.old.Comment
	u.given["d"] = u.changed.Home != u.old.Home
	u.given["m"] = u.given["m"] && u.given["d"]
	u.given["f"] = u.given["f"] && u.inactive != inactive
	u.given["e"] = u.given["e"] && u.expire != expire
	if !f.shadow.present && u.any("e", "f") {
		return accountFailure(usageStatus, "shadow passwords required for -e and -f")
	}
	if _, taken := f.users.Lookup(u.changed.Name); taken && u.given["l"] {
		return accountFailure(9, "user '%s' already exists", u.changed.Name)
	}
	if _, taken := f.users.Find(func(x passwd.User) bool { return x.UID == u.changed.UID }); taken && u.given["u"] && !o.has("o") {
		return accountFailure(4, "UID '%d' already exists", u.changed.UID)
	}
	if home := u.changed.Home; len(home) > 1 {
		u.changed.Home = strings.TrimSuffix(home, "/")
	}
	return nil
}

func (f *accountFiles) changeUser(u *userChange, o *options) error {
	if err := f.lockUsers(u.any("G", "l")); err != nil {
		return err
	}
	if u.any("c", "d", "e", "f", "g", "L", "l", "p", "s", "u", "U") {
		if err := f.changeUserEntries(u); err != nil {
			return err
		}
	}
	if u.any("G", "l") {
		if err := f.changeMemberships(u, o); err != nil {
			return err
		}
	}
	if err := f.commit(); err != nil {
		return err
	}
	return f.changeUserFiles(u)
}

// changeUserEntries changes the lines of etc/passwd and etc/shadow.
func (f *accountFiles) changeUserEntries(u *userChange) error {
	if !f.shadow.present || u.changed.Password != "x" {
		u.changed.Password = f.changePassword(u, u.changed.Password)
	}
	s, exists := f.shadow.Lookup(u.old.Name)
	if f.shadow.present && !exists && (u.given["p"] && u.changed.Password == "x" || u.any("e", "f")) {
		s = passwd.Shadow{Name: u.old.Name, Password: u.changed.Password, LastChange: f.today(), Inactive: passwd.Unset, Expire: passwd.Unset}
		if err := f.setAging(&s); err != nil {
			return err
		}
		u.changed.Password, exists = "x", true
	}
	if u.any("l", "u", "g", "c", "d", "s", "p", "L", "U") {
		if err := replaceEntry(f.users, 1, u.old.Name, u.changed); err != nil {
			return err
		}
	}
	if !exists || !u.any("l", "e", "f", "p", "L", "U") {
		return nil
	}
	s.Name = u.changed.Name
	if u.given["f"] {
		s.Inactive = u.inactive
	}
	if u.given["e"] {
		s.Expire = u.expire
	}
	s.Password = f.changePassword(u, s.Password)
	if u.given["p"] {
		s.LastChange = f.today()
	}
	return replaceEntry(f.shadow, 1, u.old.Name, s)
}

// changePassword locks, unlocks or replaces a password.
func (f *accountFiles) changePassword(u *userChange, password string) string {
	switch {
	case u.given["L"] && !strings.HasPrefix(password, "!"):
		return "!" + password
	case u.given["U"] && password == "!":
		f.c.Errorf("unlocking the user's password would result in a passwordless account: set a password with usermod -p")
	case u.given["U"]:
		return strings.TrimPrefix(password, "!")
	case u.given["p"]:
		return u.hash
	}
	return password
}
