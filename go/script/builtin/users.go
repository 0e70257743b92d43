package builtin

// userCommands are the commands that change the image's users and groups, and those that need the whole tree: setcap and tar.
var userCommands = map[string]Command{
	"useradd":  accountCommand(useradd),
	"usermod":  accountCommand(usermod),
	"userdel":  accountCommand(userdel),
	"groupadd": accountCommand(groupadd),
	"groupmod": accountCommand(groupmod),
	"groupdel": accountCommand(groupdel),
	"gpasswd":  accountCommand(gpasswd),
	"chpasswd": accountCommand(chpasswd),
	"passwd":   accountCommand(passwdCommand),
	"setcap":   runSetcap,
	"tar":      tarCommand,
	"gzip":     runGzip,
	"gunzip":   runGzip,
	"zcat":     runGzip,
	"getcap":   runGetcap,
}

// refusedCommands do nothing but name the command to use.
var refusedCommands = map[string]Command{
	"adduser":  insteadUse("useradd"),
	"addgroup": insteadUse("groupadd"),
	"deluser":  insteadUse("userdel"),
	"delgroup": insteadUse("groupdel"),
}

// insteadUse is a command that differs from system to system: Debian's adduser and BusyBox's have the same options for different things.
func insteadUse(other string) Command {
	return func(c *Context) int {
		return c.Fail(1, "not supported, since its options differ between systems: use %s", other)
	}
}
