package builtin

import (
	"errors"
	"fmt"
	"strings"

	"github.com/rules-strata/rules_strata/go/passwd"
	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// skeleton copies /etc/skel into a home directory.
type skeleton struct {
	tree *scriptfs.FS
	user passwd.User
	// from and to are the two directories as the image sees them: a symlink's text that begins with one gets the other.
	from, to string
	// copied are the copies of files that have several names.
	copied map[uint64]string
}

// directory copies what is in one directory into another that exists.
func (s *skeleton) directory(from, to string) error {
	entries, err := s.tree.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := s.entry(e, from+"/"+e.Name, to+"/"+e.Name); err != nil {
			return err
		}
	}
	return nil
}

func (s *skeleton) entry(e scriptfs.Info, from, to string) error {
	if e.Type == scriptfs.Directory {
		if there, err := s.tree.Lstat(to); err == nil && there.Type == scriptfs.Directory {
			return s.directory(from, to)
		}
		if err := s.tree.Mkdir(to, 0o700); err != nil {
			return err
		}
		if err := s.directory(from, to); err != nil {
			return err
		}
		return s.finish(e, to)
	}
	if first, ok := s.copied[e.Ino]; ok {
		return s.tree.Link(first, to)
	}
	if e.Nlink > 1 {
		s.copied[e.Ino] = to
	}
	switch e.Type {
	case scriptfs.Symlink:
		text := e.Target
		if rest, ok := strings.CutPrefix(text, s.from); ok {
			text = s.to + rest
		}
		if err := s.tree.Symlink(text, to); err != nil {
			return err
		}
		return s.tree.Lchown(to, s.user.UID, s.user.GID)
	case scriptfs.Regular:
		if _, err := s.tree.Lstat(to); err == nil {
			return fmt.Errorf("%s is there already", to)
		}
		if err := s.tree.Clone(from, to, 0o600); err != nil {
			return err
		}
	default:
		if err := s.tree.Mknod(to, e.Type, e.Mode, e.Major, e.Minor); err != nil {
			return err
		}
	}
	return s.finish(e, to)
}

// finish gives a copy its owner, mode and time.
func (s *skeleton) finish(e scriptfs.Info, to string) error {
	return errors.Join(s.tree.Lchown(to, s.user.UID, s.user.GID), s.tree.Chmod(to, e.Mode), s.tree.Chtimes(to, e.MTime))
}

// giveTree gives what one user or group owns in a tree to another; a negative new ID changes nothing.
func giveTree(tree *scriptfs.FS, root string, oldUID, newUID, oldGID, newGID int64) error {
	return tree.Walk(root, func(path string, e scriptfs.Info) error {
		uid, gid := int64(-1), int64(-1)
		if e.UID == oldUID {
			uid = newUID
		}
		if e.GID == oldGID {
			gid = newGID
		}
		if uid < 0 && gid < 0 {
			return nil
		}
		return tree.Lchown(path, uid, gid)
	})
}
