package builtin

import (
	"fmt"
	"strings"
)

// Bits of a mode.
const (
	setUID   = 0o4000
	setGID   = 0o2000
	sticky   = 0o1000
	allBits  = 0o7777
	anyRead  = 0o444
	anyWrite = 0o222
	anyExec  = 0o111
)

// modeChange is a parsed mode argument of chmod, mkdir -m and their like: what to do to a file's mode, in order.
type modeChange []modeStep

// modeStep is one operation of a mode argument.
type modeStep struct {
	operator byte
	// affected are the bits of the users named before the operator, 0 where none is named: then the umask limits the change.
	affected uint32
	// value are the bits to add, remove or set; mentioned are those that directories change too although setuid and setgid are special
	// there.
	value, mentioned uint32
	kind             stepKind
}

// stepKind says what the value of a step depends on; the zero kind's on nothing.
type stepKind int

const (
	// copyStep copies the bits of the user class that value selects.
	copyStep stepKind = iota + 1
	// execStep adds the execution bits where any is set already and for directories ("X").
	execStep
)

// parseMode parses a mode argument: octal ("644") or symbolic ("u=rwX,go-w").
func parseMode(text string) (modeChange, error) {
	invalid := fmt.Errorf("invalid mode %s", quote(text))
	if text == "" {
		return nil, invalid
	}
	if isOctal(text[0]) {
		value, rest := readOctal(text)
		if rest != "" || value > allBits {
			return nil, invalid
		}
		mentioned := value&(setUID|setGID|sticky) | 0o777
		if len(text) > 4 {
			mentioned = allBits
		}
		return modeChange{{operator: '=', affected: allBits, value: value, mentioned: mentioned}}, nil
	}
	var change modeChange
	for clause := range strings.SplitSeq(text, ",") {
		steps, ok := parseClause(clause)
		if !ok {
			return nil, invalid
		}
		change = append(change, steps...)
	}
	return change, nil
}

// parseClause parses one clause of a symbolic mode: users, then one operator with its permissions or more.
func parseClause(clause string) (steps []modeStep, ok bool) {
	var affected uint32
	rest := clause
	for rest != "" && strings.IndexByte("ugoa", rest[0]) >= 0 {
		switch rest[0] {
		case 'u':
			affected |= setUID | 0o700
		case 'g':
			affected |= setGID | 0o070
		case 'o':
			affected |= sticky | 0o007
		case 'a':
			affected |= allBits
		}
		rest = rest[1:]
	}
	if rest == "" || strings.IndexByte("+-=", rest[0]) < 0 {
		return nil, false
	}
	for rest != "" {
		if strings.IndexByte("+-=", rest[0]) < 0 {
			return nil, false
		}
		step := modeStep{operator: rest[0], affected: affected}
		if rest, ok = step.readPermissions(rest[1:]); !ok {
			return nil, false
		}
		steps = append(steps, step)
	}
	return steps, true
}

// readPermissions reads what follows an operator and returns what follows that.
func (s *modeStep) readPermissions(text string) (rest string, ok bool) {
	switch {
	case text != "" && isOctal(text[0]):
		value, rest := readOctal(text)
		if s.affected != 0 || rest != "" || value > allBits {
			return "", false
		}
		s.affected, s.mentioned, s.value = allBits, allBits, value
		return "", true
	case text != "" && strings.IndexByte("ugo", text[0]) >= 0:
		s.kind = copyStep
		s.value = map[byte]uint32{'u': 0o700, 'g': 0o070, 'o': 0o007}[text[0]]
		text = text[1:]
	default:
		bits := map[byte]uint32{'r': anyRead, 'w': anyWrite, 'x': anyExec, 'X': 0, 's': setUID | setGID, 't': sticky}
		for text != "" {
			b, known := bits[text[0]]
			if !known {
				break
			}
			if text[0] == 'X' {
				s.kind = execStep
			}
			s.value |= b
			text = text[1:]
		}
	}
	s.mentioned = s.value
	if s.affected != 0 {
		s.mentioned &= s.affected
	}
	return text, true
}

// apply returns the mode that a file of that mode gets; umask limits the steps that name no user.
func (m modeChange) apply(mode uint32, directory bool, umask uint32) uint32 {
	mode, _ = m.applyBits(mode, directory, umask)
	return mode
}

// applyBits is apply; it returns too which bits the change says anything about.
func (m modeChange) applyBits(mode uint32, directory bool, umask uint32) (result, bits uint32) {
	mode &= allBits
	for _, s := range m {
		var omit uint32
		if directory {
			omit = (setUID | setGID) &^ s.mentioned
		}
		value := s.value
		switch s.kind {
		case copyStep:
			value = copiedBits(value & mode)
		case execStep:
			if directory || mode&anyExec != 0 {
				value |= anyExec
			}
		}
		limit := s.affected
		if limit == 0 {
			limit = ^umask
		}
		value &= limit &^ omit
		switch s.operator {
		case '+':
			bits |= value
			mode |= value
		case '-':
			bits |= value
			mode &^= value
		case '=':
			var preserved uint32
			if s.affected != 0 {
				preserved = ^s.affected
			}
			preserved |= omit
			bits |= allBits &^ preserved
			mode = mode&preserved | value
		}
		mode &= allBits
	}
	return mode, bits
}

// copiedBits spreads the permissions of one user class to all three.
func copiedBits(bits uint32) uint32 {
	var all uint32
	for _, class := range []uint32{anyRead, anyWrite, anyExec} {
		if bits&class != 0 {
			all |= class
		}
	}
	return all
}

func isOctal(c byte) bool { return '0' <= c && c <= '7' }

// readOctal reads the octal number that text begins with; a number beyond all modes stays one.
func readOctal(text string) (value uint32, rest string) {
	for text != "" && isOctal(text[0]) {
		if value <= allBits {
			value = value*8 + uint32(text[0]-'0')
		}
		text = text[1:]
	}
	return value, text
}
