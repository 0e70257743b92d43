package builtin

import "github.com/rules-strata/rules_strata/go/scriptfs"

// changeUserFiles moves the home directory and the mailbox, and gives them to the new owner.
func (f *accountFiles) changeUserFiles(u *userChange) error {
	uid, gid := int64(-1), int64(-1)
	if u.given["u"] {
		uid = u.changed.UID
	}
	if u.given["g"] {
		gid = u.changed.GID
	}
	from, to := f.path(u.old.Home), f.path(u.changed.Home)
	if u.given["m"] {
		if _, err := f.c.FS.Stat(to); err == nil {
			return accountFailure(12, "directory %s exists", u.changed.Home)
		}
		info, err := f.c.FS.Stat(from)
		switch {
		case err != nil:
			f.c.Errorf("The previous home directory (%s) does not exist or is inaccessible. Move cannot be completed.", u.old.Home)
			return f.moveMailbox(u)
		case info.Type != scriptfs.Directory:
			return accountFailure(12, "The previous home directory (%s) was not a directory. It is not removed and no home directories "+
				"are created.", u.old.Home)
		}
		if err := f.c.FS.Rename(from, to); err != nil {
			return accountFailure(12, "cannot rename directory %s to %s: %s", u.old.Home, u.changed.Home, reason(err))
		}
	}
	if info, err := f.c.FS.Stat(to); u.any("u", "g", "m") && err == nil && (u.given["m"] || info.UID == u.old.UID || info.UID == uid) {
		if err := giveTree(f.c.FS, to, u.old.UID, uid, u.old.GID, gid); err != nil {
			return accountFailure(12, "Failed to change ownership of the home directory: %s", reason(err))
		}
	}
	return f.moveMailbox(u)
}

// moveMailbox gives a mailbox that belongs to the user to the new ID and the new name.
func (f *accountFiles) moveMailbox(u *userChange) error {
	file := f.mailbox(u.old.Name)
	info, err := f.c.FS.Stat(file)
	if err != nil || !u.any("l", "u") {
		return nil
	}
	if info.UID != u.old.UID {
		f.c.Errorf("warning: %s not owned by %s", file, u.old.Name)
		return nil
	}
	if u.given["u"] {
		err = f.c.FS.Chown(file, u.changed.UID, -1)
	}
	if u.given["l"] && err == nil {
		err = f.c.FS.Rename(file, f.mailbox(u.changed.Name))
	}
	return err
}
