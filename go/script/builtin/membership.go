package builtin

import (
	"slices"

	"github.com/rules-strata/rules_strata/go/passwd"
)

// changeMemberships changes the groups that a user is in: to those of -G, by those of -G with -a and -r, and to the user's new name.
func (f *accountFiles) changeMemberships(u *userChange, o *options) error {
	for _, g := range f.groups.All() {
		if members, changed := u.members(o, g.Name, g.Members); changed {
			g.Members = members
			if err := setEntry(f.groups, 10, g); err != nil {
				return err
			}
		}
	}
	for _, g := range f.groupShadow.All() {
		members, changed := u.members(o, g.Name, g.Members)
		if u.given["l"] && slices.Contains(g.Admins, u.old.Name) {
			g.Admins, changed = addName(removeName(g.Admins, u.old.Name), u.changed.Name), true
		}
		if !changed {
			continue
		}
		g.Members = members
		if err := setEntry(f.groupShadow, 10, g); err != nil {
			return err
		}
	}
	return nil
}

// members are a group's members after the change, and whether they are others than before.
func (u *userChange) members(o *options, group string, members []string) ([]string, bool) {
	was := slices.Contains(members, u.old.Name)
	named := slices.Contains(u.groups, group)
	is := was
	switch {
	case o.has("r"):
		is = was && !named
	case o.has("a"):
		is = was || named
	case u.given["G"]:
		is = named
	}
	switch {
	case is && !was:
		return addName(members, u.changed.Name), true
	case was && !is:
		return removeName(members, u.old.Name), true
	case was && u.given["l"]:
		return addName(removeName(members, u.old.Name), u.changed.Name), true
	}
	return members, false
}

// leaveGroups takes a user who is removed out of all groups, and removes the user's own group where login.defs says so.
func (f *accountFiles) leaveGroups(user passwd.User, force bool) error {
	for _, g := range f.groups.All() {
		if slices.Contains(g.Members, user.Name) {
			g.Members = removeName(g.Members, user.Name)
			if err := setEntry(f.groups, 10, g); err != nil {
				return err
			}
		}
	}
	if f.settings.Bool("USERGROUPS_ENAB") {
		f.removeOwnGroup(user, force)
	}
	for _, g := range f.groupShadow.All() {
		if slices.Contains(g.Members, user.Name) || slices.Contains(g.Admins, user.Name) {
			g.Members, g.Admins = removeName(g.Members, user.Name), removeName(g.Admins, user.Name)
			if err := setEntry(f.groupShadow, 10, g); err != nil {
				return err
			}
		}
	}
	return nil
}

// removeOwnGroup removes the group of the user's name, if it is the user's and nobody else's.
func (f *accountFiles) removeOwnGroup(user passwd.User, force bool) {
	g, ok := f.groupOfName(user.Name)
	other, shared := f.users.Find(func(u passwd.User) bool { return u.Name != user.Name && u.GID == g.GID })
	switch {
	case !ok:
	case g.GID != user.GID:
		f.c.Errorf("group %s not removed because it is not the primary group of user %s.", g.Name, user.Name)
	case len(g.Members) > 0:
		f.c.Errorf("group %s not removed because it has other members.", g.Name)
	case shared && !force:
		f.c.Errorf("group %s is the primary group of another user (%s) and is not removed.", g.Name, other.Name)
	default:
		f.groups.Remove(func(e passwd.Group) bool { return e.Name == g.Name })
		f.groupShadow.Remove(func(e passwd.GroupShadow) bool { return e.Name == g.Name })
	}
}
