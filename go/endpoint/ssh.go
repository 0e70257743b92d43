package endpoint

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// sshCommand is how the ssh program is called.
type sshCommand struct {
	options []string // -o, -l, -p and -i with their arguments
	name    string   // of the far side
	remote  []string // the command there
	program string   // the engine's command, "docker"
}

// What would leave the place it is put in: ssh hands user and name on to the
// shells of ProxyCommand and Match, unquoted.
var sshUnsafe = regexp.MustCompile("^-|[\x00-\x20\x7f'\"`$\\\\;&<>|(){}]")

func (e *Endpoint) parseSSH(o Options) (*sshCommand, error) {
	u, err := url.Parse(e.host)
	switch {
	case err != nil || u.Hostname() == "":
		return nil, e.malformed("")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, e.malformed("it has a query or a fragment")
	}
	user := ""
	if u.User != nil {
		if _, set := u.User.Password(); set {
			return nil, e.malformed("a password in it is not supported, use a key")
		}
		user = u.User.Username()
	}
	if sshUnsafe.MatchString(user) || sshUnsafe.MatchString(u.Hostname()) {
		return nil, e.malformed("the user or the name begins with - or has characters that are special to a shell")
	}
	c := &sshCommand{name: u.Hostname(), program: o.Kind.words().program}
	if user != "" {
		c.options = append(c.options, "-l", user)
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return nil, e.malformed("the port is not a number from 1 to 65535")
		}
		c.options = append(c.options, "-p", port)
	}
	if o.Identity != "" {
		c.options = append(c.options, "-i", o.Identity, "-o", "IdentitiesOnly=yes")
	}
	if o.Machine && isLoopback(u.Hostname()) {
		c.options = append(c.options,
			"-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR")
	}
	c.remote = o.RemoteCommand
	if c.remote == nil {
		c.remote = dialStdio(o.Kind, u.Path)
	}
	return c, nil
}

// dialStdio is the engine's own command that joins its standard streams to the
// engine's socket, the default one if socket is empty.
func dialStdio(k Kind, socket string) []string {
	w := k.words()
	if strings.Trim(socket, "/") == "" {
		return []string{w.program, "system", "dial-stdio"}
	}
	return []string{w.program, w.socketOf + "unix://" + socket, "system", "dial-stdio"}
}

// args are the arguments of ssh. The far side has its command interpreted by a
// shell.
func (c *sshCommand) args() []string {
	words := make([]string, len(c.remote))
	for i, word := range c.remote {
		words[i] = quote(word)
	}
	options := append([]string{"-o", fmt.Sprintf("ConnectTimeout=%d", int(connectTimeout.Seconds())), "-T"}, c.options...)
	return append(options, "--", c.name, strings.Join(words, " "))
}

// check is the command for a person to try.
func (c *sshCommand) check() string {
	words := []string{"ssh"}
	for _, word := range append(append([]string{}, c.options...), c.name, c.program, "version") {
		words = append(words, quote(word))
	}
	return strings.Join(words, " ")
}

var shellSafe = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`)

// quote is a word of a POSIX shell that means s.
func quote(s string) string {
	if shellSafe.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
