package builtin

import (
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/passwd"
)

// gpasswd changes who is in a group and who administers it.
func gpasswd(c *Context) error {
	o, err := parseOptions(c.Args, "a,add=", "A,administrators=", "d,delete=", "M,members=", "root,Q=", "r,remove-password", "R,restrict")
	if err != nil {
		return accountFailure(usageStatus, "%v", err)
	}
	f, err := openAccounts(c, o)
	if err != nil {
		return err
	}
	var kinds []string
	for _, option := range o.given {
		switch option.name {
		case "root":
			continue
		case "A":
			if !f.groupShadow.present {
				return accountFailure(17, "shadow group passwords required for -A")
			}
			kinds = append(kinds, "M")
		default:
			kinds = append(kinds, option.name)
		}
		if err := f.checkUsers(option); err != nil {
			return err
		}
	}
	slices.Sort(kinds)
	switch {
	case len(slices.Compact(kinds)) > 1:
		return accountFailure(usageStatus, "only one of -a, -d, -r, -R, and -A or -M can be given")
	case len(o.args) != 1:
		return accountFailure(usageStatus, "want one group name, got %q", o.args)
	case len(kinds) == 0:
		return accountFailure(1, "Not a tty: a script cannot type a password: give the group a hash with groupmod -p")
	}
	group, ok := f.groupOfName(o.args[0])
	if !ok {
		return accountFailure(3, "group '%s' does not exist in /etc/group", o.args[0])
	}
	return f.administer(o, group)
}

// checkUsers checks that the users whom an option names are there.
func (f *accountFiles) checkUsers(option givenOption) error {
	if option.name == "d" || option.value == "" {
		return nil
	}
	for user := range strings.SplitSeq(strings.TrimSuffix(option.value, ","), ",") {
		if _, ok := f.users.Lookup(user); !ok {
			return accountFailure(3, "user '%s' does not exist", user)
		}
	}
	return nil
}

func (f *accountFiles) administer(o *options, group passwd.Group) error {
	secret, ok := f.groupShadow.Lookup(group.Name)
	if !ok && f.groupShadow.present {
		secret = passwd.GroupShadow{Name: group.Name, Password: group.Password, Members: slices.Clone(group.Members)}
		group.Password = "x"
	}
	password := &group.Password
	if f.groupShadow.present {
		password = &secret.Password
	}
	for _, option := range o.given {
		switch option.name {
		case "r", "R":
			if f.groupShadow.present {
				group.Password = "x"
			}
			*password = map[string]string{"r": "", "R": "!"}[option.name]
		case "a":
			f.c.Printf("Adding user %s to group %s\n", option.value, group.Name)
			group.Members, secret.Members = addName(group.Members, option.value), addName(secret.Members, option.value)
		case "d":
			f.c.Printf("Removing user %s from group %s\n", option.value, group.Name)
			if !slices.Contains(group.Members, option.value) && !slices.Contains(secret.Members, option.value) {
				return accountFailure(3, "user '%s' is not a member of '%s'", option.value, group.Name)
			}
			group.Members, secret.Members = removeName(group.Members, option.value), removeName(secret.Members, option.value)
		case "A":
			secret.Admins = commaList(option.value)
		case "M":
			group.Members, secret.Members = commaList(option.value), commaList(option.value)
		}
	}
	if err := f.lockGroups(1); err != nil {
		return err
	}
	if err := setEntry(f.groups, 1, group); err != nil {
		return err
	}
	if f.groupShadow.present {
		if err := setEntry(f.groupShadow, 1, secret); err != nil {
			return err
		}
	}
	return f.commit()
}

func commaList(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}
