package builtin

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/rules-strata/rules_strata/go/passwd"
)

// The user that scripts without root's rights seem to be, as in a build of Nix.
const (
	builderName = "nixbld"
	builderID   = 1000
)

// database is the image's own users and groups.
func (c *Context) database() passwd.Database {
	return passwd.Database{Open: func(name string) (io.ReadCloser, error) {
		return c.FS.Open(strings.TrimSuffix(c.Root, "/") + "/" + name)
	}}
}

// identity is a user with the user's groups, the login group first.
type identity struct {
	name   string
	uid    int64
	groups []int64
}

// whoAmI is the user that the script runs as.
func (c *Context) whoAmI() (identity, error) {
	if c.Privileged {
		name, err := c.userName(0)
		return identity{name: name, groups: []int64{0}}, err
	}
	name, err := c.userName(builderID)
	return identity{name: name, uid: builderID, groups: []int64{builderID}}, err
}

// userName is the name of a user: the image's, "nixbld" for the builder that the image does not know, else "".
func (c *Context) userName(uid int64) (string, error) {
	user, ok, err := c.database().LookupUID(uid)
	if !ok && uid == builderID {
		user.Name = builderName
	}
	return user.Name, err
}

func (c *Context) groupName(gid int64) (string, error) {
	group, ok, err := c.database().LookupGID(gid)
	if !ok && gid == builderID {
		group.Name = builderName
	}
	return group.Name, err
}

// lookUp finds a user of the image by name or number.
func (c *Context) lookUp(name string) (identity, error) {
	d := c.database()
	user, ok, err := d.LookupUser(name)
	if err == nil && !ok {
		if uid, number := passwd.ParseID(name); number {
			user, ok, err = d.LookupUID(uid)
		}
	}
	if err != nil {
		return identity{}, err
	}
	if !ok {
		return identity{}, fmt.Errorf("%s: no such user", quote(name))
	}
	groups, err := d.GroupsOf(user)
	return identity{user.Name, user.UID, groups}, err
}

// runWhoami is whoami: the user's name.
func runWhoami(c *Context) int {
	o, err := parseOptions(c.Args)
	if err != nil {
		return c.usage(err)
	}
	if len(o.args) > 0 {
		return c.Fail(1, "extra operand %s", quote(o.args[0]))
	}
	me, err := c.whoAmI()
	switch {
	case err != nil:
		return c.Fail(1, "%s", reason(err))
	case me.name == "":
		return c.Fail(1, "cannot find name for user ID %d", me.uid)
	}
	c.Printf("%s\n", me.name)
	return 0
}

// runID is id: a user's numbers and names.
func runID(c *Context) int {
	o, err := parseOptions(c.Args, "a", "g,group", "G,groups", "n,name", "r,real", "u,user", "z,zero")
	if err != nil {
		return c.usage(err)
	}
	choices := 0
	for _, name := range []string{"u", "g", "G"} {
		if o.has(name) {
			choices++
		}
	}
	switch {
	case choices > 1:
		return c.Fail(1, `cannot print "only" of more than one choice`)
	case choices == 0 && (o.has("n") || o.has("r")):
		return c.Fail(1, "cannot print only names or real IDs in default format")
	case choices == 0 && o.has("z"):
		return c.Fail(1, "option --zero not permitted in default format")
	}
	var who []identity
	status := 0
	for _, name := range o.args {
		one, err := c.lookUp(name)
		if err != nil {
			status = c.Fail(1, "%v", err)
			continue
		}
		who = append(who, one)
	}
	if len(o.args) == 0 {
		me, err := c.whoAmI()
		if err != nil {
			return c.Fail(1, "%s", reason(err))
		}
		who = []identity{me}
	}
	for _, one := range who {
		if err := c.showIdentity(o, one); err != nil {
			status = c.Fail(1, "%v", err)
		}
	}
	return status
}

// showIdentity writes what the options ask for.
func (c *Context) showIdentity(o *options, who identity) error {
	end := string([]byte{lineEnd(o.has("z"))})
	switch {
	case o.has("u"):
		if !o.has("n") {
			c.Printf("%d%s", who.uid, end)
			return nil
		}
		if who.name == "" {
			return fmt.Errorf("cannot find name for user ID %d", who.uid)
		}
		c.Printf("%s%s", who.name, end)
	case o.has("g"), o.has("G"):
		groups, joint := who.groups[:1], " "
		if o.has("G") {
			groups = who.groups
		}
		if o.has("z") {
			joint = end
		}
		names, err := c.groupNames(groups, o.has("n"))
		c.Printf("%s%s", strings.Join(names, joint), end)
		return err
	default:
		names, err := c.groupNames(who.groups, true)
		for i, gid := range who.groups {
			if names[i] != fmt.Sprint(gid) {
				names[i] = withName(gid, names[i])
			}
		}
		c.Printf("uid=%s gid=%s groups=%s\n", withName(who.uid, who.name), names[0], strings.Join(names, ","))
		var unnamed *unnamedGroup
		if errors.As(err, &unnamed) {
			return nil
		}
		return err
	}
	return nil
}

// unnamedGroup is a group that has no name.
type unnamedGroup struct{ gid int64 }

func (e *unnamedGroup) Error() string { return fmt.Sprintf("cannot find name for group ID %d", e.gid) }

// groupNames returns the groups' names or numbers; the number for a group without name, which is an error too.
func (c *Context) groupNames(groups []int64, names bool) ([]string, error) {
	shown := make([]string, len(groups))
	var failure error
	for i, gid := range groups {
		shown[i] = fmt.Sprint(gid)
		if !names {
			continue
		}
		name, err := c.groupName(gid)
		switch {
		case err != nil:
			failure = err
		case name == "":
			failure = &unnamedGroup{gid}
		default:
			shown[i] = name
		}
	}
	return shown, failure
}

// withName writes "0(root)", or the number alone.
func withName(id int64, name string) string {
	if name == "" {
		return fmt.Sprint(id)
	}
	return fmt.Sprintf("%d(%s)", id, name)
}
