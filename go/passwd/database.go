package passwd

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
)

// Database finds users and groups in etc/passwd and etc/group of an image.
// Names and IDs that the files do not have, or that have no file, are looked
// up among those which every system has: root (0) and, as in a build sandbox
// of Nix, the user nobody and the group nogroup (65534).
type Database struct {
	// Open opens an account file, "etc/passwd" or "etc/group", for reading.
	// An error that is fs.ErrNotExist means that the image has none.
	Open func(name string) (io.ReadCloser, error)
}

var wellKnownUsers = []User{
	{Name: "root", Password: "x", Home: "/root", Shell: "/bin/sh"},
	{Name: "nobody", Password: "x", UID: 65534, GID: 65534, Comment: "nobody", Home: "/", Shell: "/noshell"},
}

var wellKnownGroups = []Group{{Name: "root", Password: "x"}, {Name: "nogroup", Password: "x", GID: 65534}}

// LookupUser finds the user of this name; false if there is none.
func (d Database) LookupUser(name string) (User, bool, error) {
	return find(d.Users, wellKnownUsers, func(u User) bool { return u.Name == name })
}

// LookupUID finds the first user that has this ID; false if there is none.
func (d Database) LookupUID(uid int64) (User, bool, error) {
	return find(d.Users, wellKnownUsers, func(u User) bool { return u.UID == uid })
}

// LookupGroup finds the group of this name; false if there is none.
func (d Database) LookupGroup(name string) (Group, bool, error) {
	return find(d.Groups, wellKnownGroups, func(g Group) bool { return g.Name == name })
}

// LookupGID finds the first group that has this ID; false if there is none.
func (d Database) LookupGID(gid int64) (Group, bool, error) {
	return find(d.Groups, wellKnownGroups, func(g Group) bool { return g.GID == gid })
}

// GroupsOf gives the IDs of a user's groups: first is the user's own, then
// those that have the user as a member, in the order of the file.
func (d Database) GroupsOf(u User) ([]int64, error) {
	groups, err := d.Groups()
	if err != nil {
		return nil, err
	}
	ids := []int64{u.GID}
	for _, g := range groups {
		if slices.Contains(g.Members, u.Name) && !slices.Contains(ids, g.GID) {
			ids = append(ids, g.GID)
		}
	}
	return ids, nil
}

// Users gives the entries of etc/passwd in order; none if there is no file.
func (d Database) Users() ([]User, error) { return readAll(d, "etc/passwd", ParseUser) }

// Groups gives the entries of etc/group in order; none if there is no file.
func (d Database) Groups() ([]Group, error) { return readAll(d, "etc/group", ParseGroup) }

func find[E any](list func() ([]E, error), wellKnown []E, match func(E) bool) (E, bool, error) {
	entries, err := list()
	if err != nil {
		var none E
		return none, false, err
	}
	for _, e := range slices.Concat(entries, wellKnown) {
		if match(e) {
			return e, true, nil
		}
	}
	var none E
	return none, false, nil
}

func readAll[E Entry](d Database, name string, parse func(string) (E, bool)) ([]E, error) {
	r, err := d.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	defer func() { _ = r.Close() }()
	f, err := Read(r, parse)
	if err != nil {
		return nil, fmt.Errorf("read accounts: %s: %w", name, err)
	}
	return f.All(), nil
}
