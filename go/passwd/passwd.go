// Package passwd reads and writes the account files of an image: etc/passwd,
// etc/group, etc/shadow, etc/gshadow, etc/subuid and etc/subgid.
//
// It follows the formats of passwd(5), group(5), shadow(5), gshadow(5) and
// subuid(5), and treats files as shadow 4.17 does: a line that is no entry
// stays where it is, an entry that is not changed keeps its bytes, and new
// entries go before the first NIS line (one that begins with + or -).
package passwd

import (
	"strconv"
	"strings"
)

// MaxID is the largest user or group ID: 2^32-1 means "none" to the kernel.
const MaxID = 1<<32 - 2

// User is one line of etc/passwd.
type User struct {
	Name     string
	Password string // "x" when the password is in etc/shadow
	UID, GID int64  // 0 to MaxID
	Comment  string
	Home     string
	Shell    string
}

// Group is one line of etc/group.
type Group struct {
	Name     string
	Password string // "x" when the password is in etc/gshadow
	GID      int64  // 0 to MaxID
	Members  []string
}

// EntryName is the name by which a file's entries are told apart.
func (u User) EntryName() string { return u.Name }

// EntryName is the name by which a file's entries are told apart.
func (g Group) EntryName() string { return g.Name }

// Line is the entry as it stands in etc/passwd, without the newline.
func (u User) Line() string {
	return strings.Join([]string{u.Name, u.Password, formatID(u.UID), formatID(u.GID), u.Comment, u.Home, u.Shell}, ":")
}

// Line is the entry as it stands in etc/group, without the newline.
func (g Group) Line() string {
	return strings.Join([]string{g.Name, g.Password, formatID(g.GID), strings.Join(g.Members, ",")}, ":")
}

// ParseUser reads one line of etc/passwd; false if it is no entry.
func ParseUser(line string) (User, bool) {
	f := strings.Split(line, ":")
	if len(f) != 7 || isNIS(line) {
		return User{}, false
	}
	uid, ok1 := ParseID(f[2])
	gid, ok2 := ParseID(f[3])
	return User{f[0], f[1], uid, gid, f[4], f[5], f[6]}, ok1 && ok2
}

// ParseGroup reads one line of etc/group; false if it is no entry.
func ParseGroup(line string) (Group, bool) {
	f := strings.Split(line, ":")
	if len(f) != 4 || isNIS(line) {
		return Group{}, false
	}
	gid, ok := ParseID(f[2])
	return Group{f[0], f[1], gid, splitList(f[3])}, ok
}

// ParseID reads a user or group ID: decimal digits, 0 to MaxID.
func ParseID(s string) (int64, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n <= MaxID
}

func formatID(n int64) string { return strconv.FormatInt(n, 10) }

// isNIS says whether a line asks for entries of NIS.
func isNIS(line string) bool { return strings.HasPrefix(line, "+") || strings.HasPrefix(line, "-") }

// splitList is the list of names in one field; an empty field has none.
func splitList(s string) []string {
	s = strings.TrimSuffix(s, ",")
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}
