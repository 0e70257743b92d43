package builtin

import (
	"fmt"
	"strings"
	"testing"
)

func TestParseOptions(t *testing.T) {
	specifications := []string{"a,all", "R,r,recursive", "m,mode=", "b,backup?", "verbose", "version-sort", "reference="}
	for _, test := range []struct{ name, line, want string }{
		{"none", "x y", "[] [x y]"},
		{"short", "-a x", "[a] [x]"},
		{"bundle", "-aR", "[a R] []"},
		{"second short name", "-r", "[R] []"},
		{"attached value", "-m644 x", "[m=644] [x]"},
		{"value that follows", "-m 644 x", "[m=644] [x]"},
		{"value at a bundle's end", "-am 644", "[a m=644] []"},
		{"value in a bundle", "-am644R", "[a m=644R] []"},
		{"long", "--all --recursive", "[a R] []"},
		{"long value", "--mode=644 --mode 755", "[m=644 m=755] []"},
		{"empty value", "--mode=", "[m=] []"},
		{"shortened", "--rec --verb", "[R verbose] []"},
		{"optional value", "-bx --backup --backup=y -b z", "[b=x b b=y b] [z]"},
		{"end of options", "-a -- -R x", "[a] [-R x]"},
		{"dash is an operand", "- -a", "[a] [-]"},
		{"options behind operands", "x -a y", "[a] [x y]"},
		{"value that looks like an option", "-m -a", "[m=-a] []"},
		{"unknown short", "-Z", "unrecognised option '-Z': these are supported: -a --all -R -r --recursive -m --mode -b --backup --verbose --version-sort --reference"},
		{"unknown in a bundle", "-aZ", "unrecognised option '-Z'"},
		{"unknown long", "--nope", "unrecognised option '--nope'"},
		{"ambiguous", "--ver", "option '--ver' is ambiguous; possibilities: '--verbose' '--version-sort'"},
		{"ambiguous with another start", "--re", "option '--re' is ambiguous; possibilities: '--recursive' '--reference'"},
		{"no value", "-m", "option requires an argument -- 'm'"},
		{"no long value", "--mode", "option '--mode' requires an argument"},
		{"needless value", "--all=x", "option '--all' doesn't allow an argument"},
	} {
		t.Run(test.name, func(t *testing.T) {
			args := append([]string{"cmd"}, strings.Fields(test.line)...)
			o, err := parseOptions(args, specifications...)
			got := ""
			if err != nil {
				got = err.Error()
			} else {
				got = showOptions(o)
			}
			if got != test.want && (err == nil || !strings.HasPrefix(got, test.want)) {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func showOptions(o *options) string {
	var given []string
	for _, g := range o.given {
		if g.hasValue {
			given = append(given, g.name+"="+g.value)
		} else {
			given = append(given, g.name)
		}
	}
	return fmt.Sprint(given, o.args)
}

func TestParseLeadingOptions(t *testing.T) {
	o, err := parseLeadingOptions([]string{"env", "-i", "ls", "-l", "--", "-x"}, "i,ignore-environment")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := showOptions(o), "[i] [ls -l -- -x]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestOptionsAnswers(t *testing.T) {
	o, err := parseOptions([]string{"ls", "-v", "-c", "-v", "-L", "-P", "-m1", "-m2"}, "v", "c", "L", "P", "m=")
	if err != nil {
		t.Fatal(err)
	}
	if !o.has("c") || o.has("x") {
		t.Error("has is wrong")
	}
	if got := o.last("L", "P", "H"); got != "P" {
		t.Errorf("last = %q", got)
	}
	if got := o.last("H"); got != "" {
		t.Errorf("last of none = %q", got)
	}
	if got, ok := o.value("m"); got != "2" || !ok {
		t.Errorf("value = %q, %t", got, ok)
	}
	if got := o.count("v"); got != 2 {
		t.Errorf("count = %d", got)
	}
}

// TestUnsupportedOptions: every command refuses an option that it does not have, and names it.
func TestUnsupportedOptions(t *testing.T) {
	for name := range fileCommands {
		switch name {
		case "true", "false", "test", "[", "find", "chmod":
			continue
		}
		t.Run(name, func(t *testing.T) {
			status, _, stderr := runLine(t, newTestContext(t), name, "--no-such-option", "x", "y")
			if status != usageStatus || !strings.Contains(stderr, name+": unrecognised option '--no-such-option': ") {
				t.Errorf("status %d, error %q", status, stderr)
			}
		})
	}
}
