package builtin

import (
	"errors"
	"os"
	"slices"

	"github.com/rules-strata/rules_strata/go/passwd"
)

// addUser makes the user that n describes, whose name and home are set.
func (f *accountFiles) addUser(n *newUser, o *options) error {
	if _, exists := f.users.Lookup(n.user.Name); exists {
		return accountFailure(9, "user '%s' already exists", n.user.Name)
	}
	if _, exists := f.groupOfName(n.user.Name); exists && n.ownGroup {
		return accountFailure(9, "group %s exists - if you want to add this user to that group, use -g.", n.user.Name)
	}
	if err := f.lockUsers(n.ownGroup || n.groups != nil); err != nil {
		return err
	}
	asked := n.user.UID
	if asked < 0 {
		uid, err := f.newUID(n.system)
		if err != nil {
			return err
		}
		n.user.UID = uid
	} else if _, taken := f.users.Find(func(u passwd.User) bool { return u.UID == asked }); taken && !o.has("o") {
		return accountFailure(4, "UID %d is not unique", asked)
	}
	if n.ownGroup {
		gid, err := f.newGID(n.system, n.user.UID)
		if err != nil {
			return err
		}
		n.user.GID = gid
		f.groups.Set(n.user.Name, passwd.Group{Name: n.user.Name, Password: f.groupPassword(), GID: gid})
		if f.groupShadow.present {
			f.groupShadow.Set(n.user.Name, passwd.GroupShadow{Name: n.user.Name, Password: "!"})
		}
	}
	if !n.system || o.has("F") {
		if err := f.addSubIDs(n.user.Name, asked); err != nil {
			return err
		}
	}
	if err := f.putUser(n); err != nil {
		return err
	}
	if err := f.joinGroups(n.user.Name, n.groups); err != nil {
		return err
	}
	if err := f.commit(); err != nil {
		return err
	}
	return f.makeFiles(n)
}

// groupPassword is what etc/group has for a group without a password of its own.
func (f *accountFiles) groupPassword() string {
	if f.groupShadow.present {
		return "x"
	}
	return "!"
}

// lockUsers checks that the files that a command for users changes may be changed.
func (f *accountFiles) lockUsers(groups bool) error {
	err := f.lock(1, f.users.name)
	if err == nil && f.shadow.present {
		err = f.lock(1, f.shadow.name)
	}
	if err == nil && groups {
		err = f.lockGroups(10)
	}
	return err
}

// putUser adds the user to etc/passwd and etc/shadow.
func (f *accountFiles) putUser(n *newUser) error {
	n.user.Password = n.secret
	if f.shadow.present {
		n.user.Password = "x"
		s := passwd.Shadow{Name: n.user.Name, Password: n.secret, LastChange: f.today(), Min: passwd.Unset, Max: passwd.Unset,
			Warn: passwd.Unset, Inactive: passwd.Unset, Expire: passwd.Unset}
		if !n.system {
			s.Inactive, s.Expire = n.inactive, n.expire
			if err := f.setAging(&s); err != nil {
				return err
			}
		}
		f.shadow.Set(s.Name, s)
	}
	f.users.Set(n.user.Name, n.user)
	return nil
}

// setAging sets the spans of a new entry of etc/shadow from login.defs.
func (f *accountFiles) setAging(s *passwd.Shadow) error {
	var errs [3]error
	s.Min, errs[0] = f.settings.Number("PASS_MIN_DAYS", passwd.Unset)
	s.Max, errs[1] = f.settings.Number("PASS_MAX_DAYS", passwd.Unset)
	s.Warn, errs[2] = f.settings.Number("PASS_WARN_AGE", passwd.Unset)
	return errors.Join(errs[:]...)
}

// joinGroups makes a user a member of groups.
func (f *accountFiles) joinGroups(user string, groups []string) error {
	for _, g := range f.groups.All() {
		if slices.Contains(groups, g.Name) {
			g.Members = addName(g.Members, user)
			if err := setEntry(f.groups, 10, g); err != nil {
				return err
			}
		}
	}
	for _, g := range f.groupShadow.All() {
		if _, ok := f.groupOfName(g.Name); ok && slices.Contains(groups, g.Name) {
			g.Members = addName(g.Members, user)
			if err := setEntry(f.groupShadow, 10, g); err != nil {
				return err
			}
		}
	}
	return nil
}

// addSubIDs gives a new user IDs for user namespaces, where etc/subuid and etc/subgid are. A user whose ID was asked for and is not in the
// range of normal users gets none.
func (f *accountFiles) addSubIDs(user string, asked int64) error {
	r, err := passwd.IDRange(f.settings, "UID", false)
	if err != nil {
		return err
	}
	if asked > 0 && (asked < r.Min || asked > r.Max) {
		return nil
	}
	if err := f.addSubIDsTo(f.subUIDs, "SUB_UID", user, 16); err != nil {
		return err
	}
	return f.addSubIDsTo(f.subGIDs, "SUB_GID", user, 18)
}

func (f *accountFiles) addSubIDsTo(file *accountFile[passwd.SubID], setting, user string, status int) error {
	var errs [3]error
	var low, high, count int64
	low, errs[0] = f.settings.Number(setting+"_MIN", 100000)
	high, errs[1] = f.settings.Number(setting+"_MAX", 600100000)
	count, errs[2] = f.settings.Number(setting+"_COUNT", 65536)
	if err := errors.Join(errs[:]...); err != nil || count <= 0 || !file.present {
		return err
	}
	if err := f.lock(status, file.name); err != nil {
		return err
	}
	start, err := passwd.FreeSubIDs(file.All(), low, high, count)
	if err != nil {
		return accountFailure(status, "can't get %d subordinate IDs from %d to %d (%s_MIN, %s_MAX): %v", count, low, high, setting, setting, err)
	}
	passwd.SortSubIDs(file.File)
	if file.Count(user) == 0 {
		file.Append(passwd.SubID{Owner: user, Start: start, Count: count})
	}
	return nil
}

// makeFiles makes the home directory and the mailbox.
func (f *accountFiles) makeFiles(n *newUser) error {
	if n.makeHome {
		made, err := f.makeHome(n.user)
		if err != nil {
			return err
		}
		if !made {
			f.c.Errorf("warning: the home directory %s already exists.", n.user.Home)
			f.c.Errorf("Not copying any file from skel directory into it.")
		}
		for _, skel := range n.skel {
			if !made {
				break
			}
			if err := f.copySkeleton(skel, n.user); err != nil {
				return err
			}
		}
	}
	if n.mail {
		return f.makeMailbox(n.user)
	}
	return nil
}

// mailbox is the file in which a user's mail would be.
func (f *accountFiles) mailbox(user string) string {
	directory, ok := f.settings["MAIL_DIR"]
	if !ok {
		directory = "/var/mail"
	}
	return f.path(directory + "/" + user)
}

// makeMailbox makes an empty mailbox. As with shadow, a missing directory is only worth a message.
func (f *accountFiles) makeMailbox(u passwd.User) error {
	file := f.mailbox(u.Name)
	w, err := f.c.FS.OpenFile(file, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0)
	if err != nil {
		f.c.Errorf("Creating mailbox file: %s", reason(err))
		return nil
	}
	gid, mode := u.GID, uint32(0o600)
	if mail, ok := f.groupOfName("mail"); ok {
		gid, mode = mail.GID, 0o660
	}
	return errors.Join(w.Close(), f.c.FS.Chown(file, u.UID, gid), f.c.FS.Chmod(file, mode))
}
