package builtin

import (
	"errors"
	"path"
	"strings"

	"github.com/rules-strata/rules_strata/go/passwd"
)

// makeHome makes a home directory, and the directories above it, which belong to root; false if it is there.
func (f *accountFiles) makeHome(u passwd.User) (bool, error) {
	umask, err := f.settings.Number("UMASK", 0o022)
	if err != nil {
		return false, err
	}
	mode, err := f.settings.Number("HOME_MODE", 0o777&^umask)
	if err != nil {
		return false, err
	}
	if _, err := f.c.FS.Stat(f.path(u.Home)); err == nil {
		return false, nil
	}
	at := "/"
	for name := range strings.SplitSeq(u.Home, "/") {
		at += "/" + name
		if _, err := f.c.FS.Stat(f.path(at)); err == nil {
			continue
		}
		if err := f.c.FS.Mkdir(f.path(at), 0o755); err != nil {
			return false, accountFailure(12, "cannot create directory %s: %s", path.Clean(at), reason(err))
		}
	}
	home := f.path(u.Home)
	return true, errors.Join(f.c.FS.Chown(home, u.UID, u.GID), f.c.FS.Chmod(home, uint32(mode)&allBits))
}

// copySkeleton copies what is in a directory of the tree, which need not be there, into a new home directory and gives it to the user.
func (f *accountFiles) copySkeleton(from string, u passwd.User) error {
	if from == "" {
		return nil
	}
	s := &skeleton{tree: f.c.FS, from: from, to: f.path(u.Home), user: u, copied: map[uint64]string{}}
	switch {
	case f.prefixed:
		// Links to the skeleton itself get the whole path, with shadow's two slashes.
		s.to = f.root + "/" + u.Home
	case f.root != "/":
		s.from, s.to = strings.TrimPrefix(from, f.root), u.Home
	}
	if err := s.directory(from, f.path(u.Home)); err != nil && !notExist(err) {
		return accountFailure(12, "cannot copy %s to %s: %v", from, u.Home, err)
	}
	return nil
}
