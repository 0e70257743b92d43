package builtin

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/filecap"
)

func TestSetcap(t *testing.T) {
	tree := newTree(t, map[string]string{"bin/f": "x", "bin/g": "x", "bin/l->": "f", "bin/d/h": "x"})
	in := func(c *Context) { c.Dir = "/bin"; c.Stdin = strings.NewReader("cap_kill=p\ncap_chown+i\n\nrest\n") }
	for _, c := range []struct {
		args           []string
		status         int
		stdout, stderr string
	}{
		{[]string{"getcap", "f"}, 0, "", ""},
		{[]string{"setcap", "cap_net_bind_service=+ep", "f"}, 0, "", ""},
		{[]string{"getcap", "f", "l", "g", "d"}, 0, "f cap_net_bind_service=ep\nl cap_net_bind_service=ep\n", ""},
		{[]string{"setcap", "-v", "cap_net_bind_service=ep", "f"}, 0, "f: OK\n", ""},
		{[]string{"setcap", "-v", "cap_net_bind_service=p", "f"}, 1, "f differs in [e]\n", "has other capabilities"},
		{[]string{"setcap", "cap_chown=p", "g", "-", "d/h"}, 0, "", ""},
		{[]string{"getcap", "-r", "."}, 0, "./d/h cap_chown=i cap_kill+p\n./f cap_net_bind_service=ep\n./g cap_chown=p\n", ""},
		{[]string{"setcap", "-r", "f"}, 0, "", ""},
		{[]string{"setcap", "-r", "f"}, 0, "", ""},
		{[]string{"getcap", "-v", "f"}, 0, "f\n", ""},
		{[]string{"setcap", "cap_nope=p", "f"}, 1, "", "no capability \"cap_nope\""},
		{[]string{"setcap", "cap_chown=ep cap_kill=p", "f"}, 1, "", "effective file capabilities must"},
		{[]string{"setcap", "cap_chown=p", "l"}, 1, "", "must be a regular (non-symlink) file"},
		{[]string{"setcap", "cap_chown=p", "d"}, 1, "", "must be a regular"},
		{[]string{"setcap", "cap_chown=p", "none"}, 1, "", "none: No such file or directory"},
		{[]string{"setcap", "cap_chown=p"}, 1, "", "want pairs"},
		{[]string{"setcap", "-n", "1000", "cap_chown=p", "f"}, 2, "", "unrecognised option '-n'"},
		{[]string{"getcap", "none"}, 0, "", "none (No such file or directory)"},
		{[]string{"getcap", "-l"}, 2, "", "unrecognised option '-l'"},
	} {
		status, stdout, stderr := runIn(t, tree, in, c.args...)
		if status != c.status || stdout != c.stdout || !strings.Contains(stderr, c.stderr) || c.stderr == "" && stderr != "" {
			t.Errorf("%q: status %d, stdout %q, stderr %q, want %+v", c.args, status, stdout, stderr, c)
		}
	}
	value, err := tree.Getxattr("/bin/d/h", filecap.Attribute)
	if got := hex.EncodeToString(value); err != nil || got != "0000000220000000010000000000000000000000" {
		t.Errorf("attribute %s, %v", got, err)
	}
	if status, _, stderr := runIn(t, tree, func(c *Context) { c.Privileged = false }, "setcap", "cap_chown=p", "/bin/f"); status != 1 ||
		!strings.Contains(stderr, "Operation not permitted") {
		t.Errorf("unprivileged: %d %q", status, stderr)
	}
}
