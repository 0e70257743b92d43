package passwd

import (
	"math"
	"strconv"
	"strings"
)

// Unset is the value of a number in etc/shadow whose field is empty.
const Unset = -1

// Shadow is one line of etc/shadow. Dates are days since 1970-01-01, spans are
// in days; Unset stands for an empty field.
type Shadow struct {
	Name       string
	Password   string // a hash, "" for none needed; one that begins with ! is locked
	LastChange int64
	Min, Max   int64
	Warn       int64
	Inactive   int64
	Expire     int64
	Flag       string // reserved, kept as it is
}

// GroupShadow is one line of etc/gshadow.
type GroupShadow struct {
	Name     string
	Password string
	Admins   []string
	Members  []string
}

// SubID is one line of etc/subuid or etc/subgid: Count IDs from Start on that
// the owner may use in user namespaces.
type SubID struct {
	Owner        string // a user's name or ID
	Start, Count int64
}

// EntryName is the name by which a file's entries are told apart.
func (s Shadow) EntryName() string { return s.Name }

// EntryName is the name by which a file's entries are told apart.
func (g GroupShadow) EntryName() string { return g.Name }

// EntryName is the owner; one owner may have several entries.
func (s SubID) EntryName() string { return s.Owner }

// Line is the entry as it stands in etc/shadow, without the newline.
func (s Shadow) Line() string {
	f := []string{s.Name, s.Password}
	for _, n := range []int64{s.LastChange, s.Min, s.Max, s.Warn, s.Inactive, s.Expire} {
		if n == Unset {
			f = append(f, "")
			continue
		}
		f = append(f, strconv.FormatInt(n, 10))
	}
	return strings.Join(append(f, s.Flag), ":")
}

// Line is the entry as it stands in etc/gshadow, without the newline.
func (g GroupShadow) Line() string {
	return strings.Join([]string{g.Name, g.Password, strings.Join(g.Admins, ","), strings.Join(g.Members, ",")}, ":")
}

// Line is the entry as it stands in etc/subuid or etc/subgid, without the
// newline.
func (s SubID) Line() string {
	return strings.Join([]string{s.Owner, formatID(s.Start), formatID(s.Count)}, ":")
}

// ParseShadow reads one line of etc/shadow: nine fields, eight without the
// flag, or five without all that System V did not have. It gives false if the
// line is no entry.
func ParseShadow(line string) (Shadow, bool) {
	f := strings.Split(line, ":")
	if isNIS(line) || len(f) != 5 && len(f) != 8 && len(f) != 9 {
		return Shadow{}, false
	}
	s := Shadow{Name: f[0], Password: f[1]}
	for i, n := range []*int64{&s.LastChange, &s.Min, &s.Max, &s.Warn, &s.Inactive, &s.Expire} {
		*n = Unset
		if i+2 >= len(f) || f[i+2] == "" {
			continue
		}
		v, err := strconv.ParseInt(f[i+2], 10, 64)
		if err != nil || v < -1 {
			return Shadow{}, false
		}
		*n = v
	}
	if len(f) == 9 {
		s.Flag = f[8]
	}
	return s, true
}

// ParseGroupShadow reads one line of etc/gshadow; false if it is no entry.
func ParseGroupShadow(line string) (GroupShadow, bool) {
	f := strings.Split(line, ":")
	if len(f) != 4 || isNIS(line) {
		return GroupShadow{}, false
	}
	return GroupShadow{f[0], f[1], splitList(f[2]), splitList(f[3])}, true
}

// ParseSubID reads one line of etc/subuid or etc/subgid; false if it is no
// entry.
func ParseSubID(line string) (SubID, bool) {
	f := strings.Split(line, ":")
	if len(f) != 3 || f[0] == "" || isNIS(line) {
		return SubID{}, false
	}
	start, ok1 := parseCount(f[1])
	count, ok2 := parseCount(f[2])
	return SubID{f[0], start, count}, ok1 && ok2
}

// parseCount reads a number of 0 to 2^32-1.
func parseCount(s string) (int64, bool) {
	n, err := strconv.ParseUint(s, 10, 64)
	return int64(min(n, math.MaxInt64)), err == nil && n <= math.MaxUint32
}
