package builtin

import (
	"strings"
	"testing"
)

// parentheses protects them from the shell.
var parentheses = strings.NewReplacer("(", `\(`, ")", `\)`)

func TestTestAgainstGNU(t *testing.T) {
	script := `
		write f text
		touch e
		touch -d @5 old
		mkdir d
		ln f h
		ln -s f l
		ln -s nowhere dl
		mkfifo p
		chmod 6755 e
		chmod 1777 d
		chmod 600 f
		chown 5:6 h
	`
	var expressions []string
	for _, operator := range []string{"-b", "-c", "-d", "-e", "-f", "-g", "-G", "-h", "-k", "-L", "-O", "-p", "-r", "-s", "-S", "-u", "-w", "-x", "-n", "-z"} {
		for _, operand := range []string{"f", "e", "d", "l", "dl", "p", "old", "nosuch", "''", "/dev/null"} {
			if operand != "/dev/null" {
				expressions = append(expressions, operator+" "+operand)
			}
		}
	}
	for _, operator := range []string{"=", "==", "!=", "-eq", "-ne", "-lt", "-le", "-gt", "-ge"} {
		for _, operands := range [][2]string{{"1", "1"}, {"1", "2"}, {"2", "1"}, {"-5", "+3"}, {"x", "1"}, {"''", "''"}, {"' 7 '", "7"}, {"99999999999999999999", "1"}} {
			expressions = append(expressions, operands[0]+" "+operator+" "+operands[1])
		}
	}
	expressions = append(expressions,
		"", "x", "''", "-f", "!", "! x", "! ''", "! -f f", "! -f nosuch", "f -ef h", "f -ef l", "f -ef e", "f -nt old", "old -nt f", "old -ot f", "f -nt nosuch",
		"nosuch -ot f", "nosuch -nt f", "a -a b", "a -a ''", "'' -o b", "'' -o ''", "-f f -a -d d", "-f f -o -d nosuch", "-f nosuch -o -d nosuch",
		"! -f f -a -d d", "( x )", "( '' )", "( -f f )", "( -f f -o -f nosuch ) -a -d nosuch", "-f nosuch -a -f f -o -d d", "x = x -a y = y", "x = x -a y = z",
		"! x = x", "! x = y", "-n = -n", "-f = -f", "( = (", "! = !", "-a -a -a", "x y", "x y z", "x = y z", "-z '' -a -n x", "! ! x", "! ! ! x", "! ( x )",
		"-t 0", "-t x", "1 -eq 1 -a 2 -lt 3", "a b c d e", "( x", "x )", "! ( -f f ) -o -d d", "-d d -a ! -f nosuch", "= =", "-e", "-o", "-e -a x", "1 -eq",
	)
	for _, e := range expressions {
		// The shell has built-ins of these names: env runs GNU's.
		script += "env test " + parentheses.Replace(e) + "\n"
	}
	script += "env [ x ]\nenv [ x\nenv [ ]\nenv [\nenv [ -f f ]\nenv [ ! -f f ]\n"
	compareWithGNU(t, []testScript{{name: "test", script: script}})
}
