package builtin

// byteSet is a set of bytes.
type byteSet [4]uint64

func (s *byteSet) has(b byte) bool { return s[b>>6]&(1<<(b&63)) != 0 }
func (s *byteSet) add(b byte)      { s[b>>6] |= 1 << (b & 63) }
func (s *byteSet) remove(b byte)   { s[b>>6] &^= 1 << (b & 63) }

func (s *byteSet) addRange(lo, hi byte) {
	for b := int(lo); b <= int(hi); b++ {
		s.add(byte(b))
	}
}

func (s *byteSet) union(t *byteSet) {
	for i := range s {
		s[i] |= t[i]
	}
}

func (s *byteSet) negate() {
	for i := range s {
		s[i] = ^s[i]
	}
}

// fold adds the other case of every ASCII letter in the set.
func (s *byteSet) fold() {
	for b := byte('a'); b <= 'z'; b++ {
		if upper := b - 'a' + 'A'; s.has(b) || s.has(upper) {
			s.add(b)
			s.add(upper)
		}
	}
}

// single returns the only member.
func (s *byteSet) single() (byte, bool) {
	found, n := byte(0), 0
	for b := range 256 {
		if s.has(byte(b)) {
			found, n = byte(b), n+1
		}
	}
	return found, n == 1
}

// classSet returns the members of a character class in the C locale; ok is false for a name that is none.
func classSet(name string) (s byteSet, ok bool) {
	switch name {
	case "alpha":
		s.addRange('a', 'z')
		s.addRange('A', 'Z')
	case "digit":
		s.addRange('0', '9')
	case "alnum":
		s.addRange('a', 'z')
		s.addRange('A', 'Z')
		s.addRange('0', '9')
	case "upper":
		s.addRange('A', 'Z')
	case "lower":
		s.addRange('a', 'z')
	case "space":
		s.addRange('\t', '\r')
		s.add(' ')
	case "blank":
		s.add(' ')
		s.add('\t')
	case "cntrl":
		s.addRange(0, 31)
		s.add(127)
	case "print":
		s.addRange(32, 126)
	case "graph":
		s.addRange(33, 126)
	case "punct":
		s.addRange(33, 47)
		s.addRange(58, 64)
		s.addRange(91, 96)
		s.addRange(123, 126)
	case "xdigit":
		s.addRange('0', '9')
		s.addRange('a', 'f')
		s.addRange('A', 'F')
	default:
		return s, false
	}
	return s, true
}

// wordSet holds the bytes of words: letters, digits and "_".
func wordSet() byteSet {
	s, _ := classSet("alnum")
	s.add('_')
	return s
}

// isWordByte reports whether b belongs to words.
func isWordByte(b byte) bool {
	return b == '_' || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}
