package filecap

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
)

// Parse reads capabilities as text: clauses with blanks between them, each a
// list of names or numbers with commas (or "all", or nothing before a "="),
// an operator = + - and flags of e i p, and perhaps more of + - with flags.
func Parse(text string) (Capabilities, error) {
	var c Capabilities
	clauses := strings.Fields(text)
	if len(clauses) == 0 {
		return c, fmt.Errorf("empty space is an invalid capability: use -r to remove capabilities")
	}
	for _, clause := range clauses {
		if err := c.apply(clause); err != nil {
			return c, fmt.Errorf("%q: %w", clause, err)
		}
	}
	return c, nil
}

// apply applies one clause.
func (c *Capabilities) apply(clause string) error {
	i := strings.IndexAny(clause, "=+-")
	if i < 0 {
		return fmt.Errorf("want an operator = + or - after the names")
	}
	list, actions := clause[:i], clause[i:]
	set := all
	if list != "" {
		var err error
		if set, err = parseList(list); err != nil {
			return err
		}
	} else if actions[0] != '=' {
		return fmt.Errorf("want names before %c", actions[0])
	}
	for first := true; actions != ""; first = false {
		operator := actions[0]
		flags := actions[1:]
		if end := strings.IndexAny(flags, "=+-"); end >= 0 {
			flags = flags[:end]
		}
		actions = actions[1+len(flags):]
		switch {
		case strings.Trim(flags, "eip") != "":
			return fmt.Errorf("flags are e, i and p, got %q", flags)
		case operator == '=' && !first:
			return fmt.Errorf("= must be the first operator")
		case operator != '=' && flags == "":
			return fmt.Errorf("want flags e, i, p after %c", operator)
		}
		if operator == '=' {
			c.change(set, "eip", false)
		}
		c.change(set, flags, operator != '-')
	}
	return nil
}

// change raises or lowers the capabilities of set in the sets that flags name.
func (c *Capabilities) change(set Set, flags string, raise bool) {
	for _, flag := range []byte(flags) {
		target := map[byte]*Set{'e': &c.Effective, 'i': &c.Inheritable, 'p': &c.Permitted}[flag]
		if raise {
			*target |= set
		} else {
			*target &^= set
		}
	}
}

// parseList reads names, numbers and "all", with commas between them.
func parseList(list string) (Set, error) {
	var set Set
	for name := range strings.SplitSeq(list, ",") {
		lower := strings.ToLower(name)
		i := slices.Index(names, lower)
		number, err := strconv.ParseUint(name, 0, 6)
		switch {
		case lower == "all":
			set |= all
		case i >= 0:
			set |= 1 << i
		case err == nil:
			set |= 1 << number
		default:
			return 0, fmt.Errorf("no capability %q: the names are all %s", name, strings.Join(names, " "))
		}
	}
	return set, nil
}

// Bits of a state: in which of the three sets a capability is.
const (
	stateEffective = 1 << iota
	statePermitted
	stateInheritable
	states
)

func (c Capabilities) state(n int) int {
	return int(c.Effective>>n&1)*stateEffective | int(c.Permitted>>n&1)*statePermitted | int(c.Inheritable>>n&1)*stateInheritable
}

func flagsText(state int) string {
	var b strings.Builder
	for _, f := range []struct {
		bit  int
		name byte
	}{{stateEffective, 'e'}, {stateInheritable, 'i'}, {statePermitted, 'p'}} {
		if state&f.bit != 0 {
			b.WriteByte(f.name)
		}
	}
	return b.String()
}

// String is the text of cap_to_text(3): first the state that most
// capabilities have, then those that differ from it.
func (c Capabilities) String() string {
	var byState [states]Set
	for n := range names {
		byState[c.state(n)] |= 1 << n
	}
	base := states - 1
	for s := states - 2; s >= 0; s-- {
		if bits.OnesCount64(uint64(byState[s])) >= bits.OnesCount64(uint64(byState[base])) {
			base = s
		}
	}
	clauses := []string{"=" + flagsText(base)}
	for s := states - 1; s >= 0; s-- {
		if s == base || byState[s] == 0 {
			continue
		}
		members := list(byState[s], func(n int) string { return names[n] })
		if clauses[0] == "=" {
			clauses[0] = members + "=" + flagsText(s)
			continue
		}
		clauses = append(clauses, members+actions(s, base))
	}
	return strings.Join(append(clauses, c.unnamed()...), " ")
}

// actions are the operators that turn the base state into another.
func actions(state, base int) string {
	var text string
	if more := flagsText(state &^ base); more != "" {
		text += "+" + more
	}
	if less := flagsText(base &^ state); less != "" {
		text += "-" + less
	}
	return text
}

// unnamed are the clauses for capabilities that have only numbers.
func (c Capabilities) unnamed() []string {
	var byState [states]Set
	for n := len(names); n < 64; n++ {
		byState[c.state(n)] |= 1 << n
	}
	var clauses []string
	for s := states - 1; s > 0; s-- {
		if byState[s] != 0 {
			clauses = append(clauses, list(byState[s], strconv.Itoa)+"+"+flagsText(s))
		}
	}
	return clauses
}

func list(set Set, name func(n int) string) string {
	var members []string
	for n := range 64 {
		if set>>n&1 != 0 {
			members = append(members, name(n))
		}
	}
	return strings.Join(members, ",")
}
