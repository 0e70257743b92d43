package builtin

import (
	"bufio"
	"strings"

	"github.com/rules-strata/rules_strata/go/passwd"
)

// hashAdvice ends the messages for passwords in plain text.
const hashAdvice = "a hash of it needs a random salt, and the image would be another with every build: " +
	"give the hash (made once, by mkpasswd or openssl passwd -6) to chpasswd -e, useradd -p or usermod -p"

// chpasswd sets passwords that are hashed already.
func chpasswd(c *Context) error {
	o, err := parseOptions(c.Args, "c,crypt-method=", "e,encrypted", "m,md5", "root,R=", "prefix,P=", "s,sha-rounds=")
	if err != nil {
		return accountFailure(usageStatus, "%v", err)
	}
	if o.last("c", "m", "s") != "" || !o.has("e") {
		return accountFailure(1, "passwords in plain text are not supported without -e: %s", hashAdvice)
	}
	if len(o.args) > 0 {
		return accountFailure(usageStatus, "unexpected argument '%s'", o.args[0])
	}
	f, err := openAccounts(c, o)
	if err != nil {
		return err
	}
	if err := f.lockUsers(false); err != nil {
		return err
	}
	failed := false
	lines := bufio.NewScanner(c.Stdin)
	for n := 1; lines.Scan(); n++ {
		name, hash, ok := strings.Cut(lines.Text(), ":")
		user, exists := f.users.Lookup(name)
		switch {
		case !ok:
			c.Errorf("line %d: missing new password", n)
			failed = true
		case !exists:
			c.Errorf("line %d: user '%s' does not exist", n, name)
			failed = true
		case !validField(hash):
			c.Errorf("line %d: a hash has no ':'", n)
			failed = true
		default:
			if err := f.setHash(user, hash); err != nil {
				return err
			}
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	if failed {
		return accountFailure(1, "error detected, changes ignored")
	}
	return f.commit()
}

// setHash sets the hash of a user's password.
func (f *accountFiles) setHash(user passwd.User, hash string) error {
	s, exists := f.shadow.Lookup(user.Name)
	if !exists && f.shadow.present && user.Password == "x" {
		s, exists = passwd.Shadow{Name: user.Name, Inactive: passwd.Unset, Expire: passwd.Unset}, true
		if err := f.setAging(&s); err != nil {
			return err
		}
	}
	if exists {
		s.Password, s.LastChange = hash, f.today()
		if err := replaceEntry(f.shadow, 1, s.Name, s); err != nil {
			return err
		}
	}
	if exists && user.Password == "x" {
		return nil
	}
	user.Password = hash
	return replaceEntry(f.users, 1, user.Name, user)
}

// passwdCommand locks, unlocks, deletes or expires a user's password.
func passwdCommand(c *Context) error {
	o, err := parseOptions(c.Args, "d,delete", "e,expire", "l,lock", "q,quiet", "root,R=", "prefix,P=", "u,unlock")
	if err != nil {
		return accountFailure(usageStatus, "%v", err)
	}
	if len(o.args) != 1 {
		return accountFailure(usageStatus, "want one user name, got %q", o.args)
	}
	if o.last("d", "e", "l", "u") == "" {
		return accountFailure(1, "a script cannot type a password, and %s", hashAdvice)
	}
	f, err := openAccounts(c, o)
	if err != nil {
		return err
	}
	user, ok := f.users.Lookup(o.args[0])
	if !ok {
		return accountFailure(1, "user '%s' does not exist", o.args[0])
	}
	if err := f.lockUsers(false); err != nil {
		return err
	}
	if s, ok := f.shadow.Lookup(user.Name); ok {
		if s.Password, err = changeLock(o, s.Password); err != nil {
			return err
		}
		if o.has("e") {
			s.LastChange = 0
		}
		err = replaceEntry(f.shadow, 1, user.Name, s)
	} else {
		if user.Password, err = changeLock(o, user.Password); err != nil {
			return err
		}
		err = replaceEntry(f.users, 1, user.Name, user)
	}
	if err != nil {
		return err
	}
	if err := f.commit(); err != nil {
		return err
	}
	if !o.has("q") {
		c.Printf("passwd: password changed.\n")
	}
	return nil
}

// changeLock deletes, unlocks and locks a password, in this order.
func changeLock(o *options, password string) (string, error) {
	if o.has("d") {
		password = ""
	}
	if o.has("u") {
		if password == "!" {
			return "", accountFailure(3, "unlocking the password would result in a passwordless account: set a password with usermod -p")
		}
		password = strings.TrimPrefix(password, "!")
	}
	if o.has("l") && !strings.HasPrefix(password, "!") {
		password = "!" + password
	}
	return password, nil
}
