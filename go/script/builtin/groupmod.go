package builtin

import (
	"slices"

	"github.com/rules-strata/rules_strata/go/passwd"
)

// addName adds a name to a list that has it not.
func addName(list []string, name string) []string {
	if slices.Contains(list, name) {
		return list
	}
	return append(slices.Clone(list), name)
}

// removeName takes a name out of a list.
func removeName(list []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == name })
}

// setEntry puts a changed entry in the place of the old one, or adds it. With several of one name it is not clear which is meant.
func setEntry[E passwd.Entry](f *accountFile[E], status int, e E) error {
	if f.Count(e.EntryName()) > 1 {
		return accountFailure(status, "Multiple entries named '%s' in %s: remove all but one", e.EntryName(), f.name)
	}
	f.Set(e.EntryName(), e)
	return nil
}

// replaceEntry puts a changed entry in the place of the one named old; with a new name it goes to the end, as with shadow.
func replaceEntry[E passwd.Entry](f *accountFile[E], status int, old string, e E) error {
	if f.Count(old) > 1 {
		return accountFailure(status, "Multiple entries named '%s' in %s: remove all but one", old, f.name)
	}
	f.Set(e.EntryName(), e)
	if e.EntryName() != old {
		f.Remove(func(e E) bool { return e.EntryName() == old })
	}
	return nil
}

// groupmod changes a group.
func groupmod(c *Context) error {
	o, err := parseOptions(c.Args, "a,append", "g,gid=", "n,new-name=", "o,non-unique", "p,password=", "root,R=", "prefix,P=", "U,users=")
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
	newID := int64(-1)
	if text, ok := o.value("g"); ok {
		if newID, ok = passwd.ParseID(text); !ok {
			return accountFailure(3, "invalid group ID '%s'", text)
		}
	}
	group, ok := f.groupOfName(o.args[0])
	if !ok {
		return accountFailure(6, "group '%s' does not exist", o.args[0])
	}
	changed := group
	if newID >= 0 && newID != group.GID {
		if _, taken := f.groupOfID(newID); taken && !o.has("o") {
			return accountFailure(4, "GID '%d' already exists", newID)
		}
		changed.GID = newID
	}
	if name, ok := o.value("n"); ok && name != group.Name {
		if !passwd.ValidGroupName(name) {
			return accountFailure(3, "invalid group name '%s'", name)
		}
		if _, taken := f.groupOfName(name); taken {
			return accountFailure(9, "group '%s' already exists", name)
		}
		changed.Name = name
	}
	return f.changeGroup(o, group, changed)
}

func (f *accountFiles) changeGroup(o *options, old, changed passwd.Group) error {
	if err := f.lockGroups(10); err != nil {
		return err
	}
	if changed.GID != old.GID {
		if err := f.lock(10, f.users.name); err != nil {
			return err
		}
		for _, u := range f.users.All() {
			if u.GID == old.GID {
				u.GID = changed.GID
				if err := setEntry(f.users, 10, u); err != nil {
					return err
				}
			}
		}
	}
	hash, newPassword := o.value("p")
	users, newMembers := o.value("U")
	secret, hasSecret := f.groupShadow.Lookup(old.Name)
	if newPassword && (!f.groupShadow.present || changed.Password != "x") {
		changed.Password = hash
	}
	if newPassword && !hasSecret && f.groupShadow.present && changed.Password == "x" {
		secret, hasSecret = passwd.GroupShadow{Name: old.Name, Members: old.Members}, true
	}
	if newPassword {
		secret.Password = hash
	}
	if newMembers {
		if !o.has("a") {
			changed.Members, secret.Members = nil, nil
		}
		var err error
		if changed.Members, err = f.addMembers(changed.Members, users); err != nil {
			return err
		}
		secret.Members, _ = f.addMembers(secret.Members, users)
	}
	if err := replaceEntry(f.groups, 10, old.Name, changed); err != nil {
		return err
	}
	secret.Name = changed.Name
	if hasSecret && (newPassword || newMembers || changed.Name != old.Name) {
		if err := replaceEntry(f.groupShadow, 10, old.Name, secret); err != nil {
			return err
		}
	}
	return f.commit()
}

// groupdel removes a group.
func groupdel(c *Context) error {
	o, err := parseOptions(c.Args, "f,force", "root,R=", "prefix,P=")
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
	name := o.args[0]
	group, ok := f.groupOfName(name)
	if !ok {
		return accountFailure(6, "group '%s' does not exist", name)
	}
	user, busy := f.users.Find(func(u passwd.User) bool { return u.GID == group.GID })
	if busy && !o.has("f") {
		return accountFailure(8, "cannot remove the primary group of user '%s'", user.Name)
	}
	if err := f.lockGroups(10); err != nil {
		return err
	}
	if f.groups.Count(name) > 1 {
		return accountFailure(10, "Multiple entries named '%s' in %s: remove all but one", name, f.groups.name)
	}
	f.groups.Remove(func(g passwd.Group) bool { return g.Name == name })
	f.groupShadow.Remove(func(g passwd.GroupShadow) bool { return g.Name == name })
	return f.commit()
}
