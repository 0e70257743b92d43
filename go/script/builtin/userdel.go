package builtin

import (
	"strings"

	"github.com/rules-strata/rules_strata/go/passwd"
)

// userdel removes a user.
func userdel(c *Context) error {
	o, err := parseOptions(c.Args, "f,force", "r,remove", "root,R=", "prefix,P=")
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
	if _, ok := f.settings["USERDEL_CMD"]; ok {
		return accountFailure(1, "USERDEL_CMD of /etc/login.defs is not supported: remove it")
	}
	user, ok := f.users.Lookup(o.args[0])
	if !ok {
		return accountFailure(6, "user '%s' does not exist", o.args[0])
	}
	if err := f.lockUsers(true); err != nil {
		return err
	}
	if f.users.Count(user.Name) > 1 {
		return accountFailure(1, "Multiple entries named '%s' in %s: remove all but one", user.Name, f.users.name)
	}
	f.users.Remove(func(u passwd.User) bool { return u.Name == user.Name })
	f.shadow.Remove(func(s passwd.Shadow) bool { return s.Name == user.Name })
	f.subUIDs.Remove(func(s passwd.SubID) bool { return s.Owner == user.Name })
	f.subGIDs.Remove(func(s passwd.SubID) bool { return s.Owner == user.Name })
	if err := f.leaveGroups(user, o.has("f")); err != nil {
		return err
	}
	clean := true
	if o.has("r") {
		clean = f.removeUserFiles(user, o.has("f"))
	}
	if err := f.commit(); err != nil {
		return err
	}
	if !clean {
		return &accountError{status: 12, text: "not all files of user '" + user.Name + "' were removed"}
	}
	return nil
}

// removeUserFiles removes the mailbox and the home directory; false if one of them is there and stays.
func (f *accountFiles) removeUserFiles(user passwd.User, force bool) bool {
	mailbox := f.mailbox(user.Name)
	clean := f.removeOwned(user, mailbox, user.Name+" mail spool", force)
	if !force {
		for _, u := range f.users.All() {
			if u.Name != user.Name && (u.Home == user.Home || strings.HasPrefix(u.Home, user.Home+"/")) {
				f.c.Errorf("not removing directory %s (would remove home of user %s)", user.Home, u.Name)
				return false
			}
		}
	}
	return f.removeOwned(user, f.path(user.Home), user.Name+" home directory", force) && clean
}

func (f *accountFiles) removeOwned(user passwd.User, path, what string, force bool) bool {
	info, err := f.c.FS.Stat(path)
	switch {
	case notExist(err):
		f.c.Errorf("%s (%s) not found", what, path)
		return true
	case err != nil || info.UID != user.UID && !force:
		f.c.Errorf("%s not owned by %s, not removing", path, user.Name)
		return false
	}
	if err := f.c.FS.RemoveAll(path); err != nil {
		f.c.Errorf("error removing %s: %s", path, reason(err))
		return false
	}
	return true
}
