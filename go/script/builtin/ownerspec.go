package builtin

import (
	"fmt"
	"strings"
)

// noID leaves an owner or a group as it is.
const noID = -1

// ownerSpec is a parsed owner argument of chown: "user", "user:group", "user:" (with the user's login group), ":group" or numbers.
type ownerSpec struct {
	uid, gid int64
	// user and group are how messages name them; hasUser and hasGroup say whether they do.
	user, group       string
	hasUser, hasGroup bool
}

// parseOwnerSpec parses an owner argument. warning is what to tell the user about a text that is understood but obsolete.
func (a accounts) parseOwnerSpec(text string) (spec ownerSpec, warning string, err error) {
	user, group, separated := strings.Cut(text, ":")
	spec, err = a.ownerSpec(text, user, group, separated)
	if err == nil || separated || !strings.Contains(text, ".") {
		return spec, "", err
	}
	user, group, _ = strings.Cut(text, ".")
	if dotted, dottedErr := a.ownerSpec(text, user, group, true); dottedErr == nil {
		return dotted, fmt.Sprintf("warning: '.' should be ':': %s", quote(text)), nil
	}
	return spec, "", err
}

func (a accounts) ownerSpec(text, user, group string, separated bool) (ownerSpec, error) {
	spec := ownerSpec{uid: noID, gid: noID}
	if user != "" {
		id, ok := idOf(a.users, user)
		if !ok {
			return spec, fmt.Errorf("invalid user: %s", quote(text))
		}
		spec.uid, spec.user, spec.hasUser = id, user, true
	}
	switch {
	case separated && group == "" && user != "":
		login, ok := byName(a.users, user)
		if !ok {
			return spec, fmt.Errorf("invalid spec: %s", quote(text))
		}
		spec.gid, spec.group, spec.hasGroup = login.gid, nameOf(a.groups, login.gid), true
	case group != "":
		id, ok := idOf(a.groups, group)
		if !ok {
			return spec, fmt.Errorf("invalid group: %s", quote(text))
		}
		spec.gid, spec.group, spec.hasGroup, spec.hasUser = id, group, true, true
	}
	return spec, nil
}

// parseGroup parses a group argument of chgrp.
func (a accounts) parseGroup(text string) (ownerSpec, error) {
	spec := ownerSpec{uid: noID, gid: noID}
	if text == "" {
		return spec, nil
	}
	id, ok := idOf(a.groups, text)
	if !ok {
		return spec, fmt.Errorf("invalid group: %s", quote(text))
	}
	spec.gid, spec.group, spec.hasGroup = id, text, true
	return spec, nil
}

// ownerText is how messages name an owner: only the parts that the command line names.
func (s ownerSpec) ownerText(user, group string) string {
	switch {
	case s.hasUser && s.hasGroup:
		return user + ":" + group
	case s.hasUser:
		return user
	default:
		return group
	}
}
