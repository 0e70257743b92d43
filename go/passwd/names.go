package passwd

import "strings"

// Limits of the lengths of names, in bytes.
const (
	maxUserName  = 255
	maxGroupName = 32
)

// ValidUserName says whether shadow takes a name for a new user: letters,
// digits and _ . - of ASCII, not beginning with -, not all digits, perhaps a $
// at the end, at most 255 bytes.
func ValidUserName(s string) bool { return len(s) <= maxUserName && validName(s) }

// ValidGroupName is ValidUserName for groups, with at most 32 bytes.
func ValidGroupName(s string) bool { return len(s) <= maxGroupName && validName(s) }

const nameBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_."

func validName(s string) bool {
	if s == "" || s == "." || s == ".." || !strings.Contains(nameBytes, s[:1]) || strings.Trim(s, "0123456789") == "" {
		return false
	}
	return strings.Trim(strings.TrimSuffix(s[1:], "$"), nameBytes+"-") == ""
}
