package builtin

import (
	"errors"
	"strings"

	"github.com/rules-strata/rules_strata/go/passwd"
)

// groupOfName finds a group by its name.
func (f *accountFiles) groupOfName(name string) (passwd.Group, bool) { return f.groups.Lookup(name) }

// groupOfID finds the first group with an ID.
func (f *accountFiles) groupOfID(gid int64) (passwd.Group, bool) {
	return f.groups.Find(func(g passwd.Group) bool { return g.GID == gid })
}

// group finds a group by its ID, if that is what is given, or by its name.
func (f *accountFiles) group(nameOrID string) (passwd.Group, bool) {
	if gid, ok := passwd.ParseID(nameOrID); ok {
		return f.groupOfID(gid)
	}
	return f.groupOfName(nameOrID)
}

// newGID chooses the ID of a new group; preferred is taken where it can be, unless it is negative.
func (f *accountFiles) newGID(system bool, preferred int64) (int64, error) {
	r, err := passwd.IDRange(f.settings, "GID", system)
	if err != nil {
		return 0, accountFailure(4, "can't choose a GID: %v", err)
	}
	var used []int64
	for _, g := range f.groups.All() {
		used = append(used, g.GID)
	}
	gid, err := r.Choose(used, preferred)
	if errors.Is(err, passwd.ErrNoFreeID) {
		err = accountFailure(4, "can't get a GID from %d to %d: %v", r.Min, r.Max, err)
	}
	return gid, err
}

// lockGroups checks that etc/group and etc/gshadow may be changed.
func (f *accountFiles) lockGroups(status int) error {
	err := f.lock(status, f.groups.name)
	if err == nil && f.groupShadow.present {
		err = f.lock(status, f.groupShadow.name)
	}
	return err
}

// addMembers adds users that there are to a list of members.
func (f *accountFiles) addMembers(members []string, users string) ([]string, error) {
	for user := range strings.SplitSeq(users, ",") {
		if _, ok := f.users.Lookup(user); !ok {
			return nil, accountFailure(10, "Invalid member username %s", user)
		}
		members = addName(members, user)
	}
	return members, nil
}

// override applies -K NAME=VALUE.
func (f *accountFiles) override(setting string) error {
	name, value, ok := strings.Cut(setting, "=")
	if !ok {
		return accountFailure(3, "-K requires KEY=VALUE")
	}
	if !passwd.KnownDefinition(name) {
		return accountFailure(3, "configuration error - unknown item '%s'", name)
	}
	f.settings[name] = value
	return nil
}

// groupadd makes a group.
func groupadd(c *Context) error {
	o, err := parseOptions(c.Args, "f,force", "g,gid=", "K,key=", "o,non-unique", "p,password=", "r,system", "root,R=", "prefix,P=", "U,users=")
	if err != nil {
		return accountFailure(usageStatus, "%v", err)
	}
	f, err := openAccounts(c, o)
	if err != nil {
		return err
	}
	if len(o.args) != 1 {
		return accountFailure(usageStatus, "want one group name, got %q", o.args)
	}
	if o.has("o") && !o.has("g") {
		return accountFailure(usageStatus, "-o flag is only allowed with the -g flag")
	}
	gid := int64(-1)
	for _, g := range o.given {
		switch g.name {
		case "g":
			var ok bool
			if gid, ok = passwd.ParseID(g.value); !ok {
				return accountFailure(3, "invalid group ID '%s'", g.value)
			}
		case "K":
			if err := f.override(g.value); err != nil {
				return err
			}
		}
	}
	return f.addNewGroup(o, o.args[0], gid)
}

// addNewGroup makes a group with this ID, or with a new one if it is negative.
func (f *accountFiles) addNewGroup(o *options, name string, gid int64) error {
	if !passwd.ValidGroupName(name) {
		return accountFailure(3, "'%s' is not a valid group name", name)
	}
	if _, exists := f.groupOfName(name); exists {
		if o.has("f") {
			return nil
		}
		return accountFailure(9, "group '%s' already exists", name)
	}
	if _, exists := f.groupOfID(gid); exists && !o.has("o") {
		if !o.has("f") {
			return accountFailure(4, "GID '%d' already exists", gid)
		}
		gid = -1
	}
	if err := f.lockGroups(10); err != nil {
		return err
	}
	if gid < 0 {
		var err error
		if gid, err = f.newGID(o.has("r"), -1); err != nil {
			return err
		}
	}
	var members []string
	if users, ok := o.value("U"); ok {
		var err error
		if members, err = f.addMembers(nil, users); err != nil {
			return err
		}
	}
	group := passwd.Group{Name: name, Password: "x", GID: gid, Members: members}
	secret := "!"
	if hash, ok := o.value("p"); ok {
		secret = hash
		if !f.groupShadow.present {
			group.Password = hash
		}
	}
	return f.putGroup(group, secret)
}

// putGroup adds a group to etc/group and etc/gshadow.
func (f *accountFiles) putGroup(g passwd.Group, secret string) error {
	f.groups.Set(g.Name, g)
	if f.groupShadow.present {
		f.groupShadow.Set(g.Name, passwd.GroupShadow{Name: g.Name, Password: secret, Members: g.Members})
	}
	return f.commit()
}
