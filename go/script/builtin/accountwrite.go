package builtin

import (
	"errors"
	"os"
	"strconv"

	"github.com/rules-strata/rules_strata/go/passwd"
	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// commit writes the files that were changed.
func (f *accountFiles) commit() error {
	for _, write := range []func() error{
		func() error { return writeAccountFile(f, f.users, 1) },
		func() error { return writeAccountFile(f, f.shadow, 1) },
		func() error { return writeAccountFile(f, f.groups, 10) },
		func() error { return writeAccountFile(f, f.groupShadow, 10) },
		func() error { return writeAccountFile(f, f.subUIDs, 16) },
		func() error { return writeAccountFile(f, f.subGIDs, 18) },
	} {
		if err := write(); err != nil {
			return err
		}
	}
	return nil
}

// writeAccountFile puts the new file in the place of the old one, which stays as the backup that ends in "-". Both have the old one's owner,
// mode (without the bits that no account file needs) and, the backup, time.
func writeAccountFile[E passwd.Entry](f *accountFiles, a *accountFile[E], status int) error {
	if !a.Changed() {
		return nil
	}
	info := scriptfs.Info{Mode: 0o644}
	var err error
	if a.present {
		if info, err = f.c.FS.Stat(a.path); err == nil {
			err = f.c.FS.Clone(a.path, a.path+"-", 0)
		}
		if err == nil {
			err = errors.Join(setOwnerAndMode(f.c.FS, a.path+"-", info), f.c.FS.Chtimes(a.path+"-", info.MTime))
		}
	}
	if err == nil {
		err = writeOver(f.c.FS, a, info)
	}
	if err != nil {
		return accountFailure(status, "failure while writing changes to %s: %s%s", a.name, reason(err), f.remedy(err))
	}
	return nil
}

func writeOver[E passwd.Entry](tree *scriptfs.FS, a *accountFile[E], info scriptfs.Info) error {
	w, err := tree.OpenFile(a.path+"+", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	_, err = a.WriteTo(w)
	if err := errors.Join(err, w.Close(), setOwnerAndMode(tree, a.path+"+", info)); err != nil {
		return err
	}
	return tree.Rename(a.path+"+", a.path)
}

func setOwnerAndMode(tree *scriptfs.FS, path string, info scriptfs.Info) error {
	return errors.Join(tree.Chown(path, info.UID, info.GID), tree.Chmod(path, info.Mode&0o664))
}

// today is the date that goes into etc/shadow, in days since 1970: that of SOURCE_DATE_EPOCH, else of the clock. Day 0 would ask for a new
// password, so that it is left out instead.
func (f *accountFiles) today() int64 {
	seconds, err := strconv.ParseInt(f.c.Getenv("SOURCE_DATE_EPOCH"), 10, 64)
	if err != nil || seconds < 0 {
		seconds = f.c.Clock.Unix()
	}
	if days := seconds / 86400; days > 0 {
		return days
	}
	return passwd.Unset
}
