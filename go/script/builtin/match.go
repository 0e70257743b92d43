package builtin

// MatchExtended finds a POSIX extended regular expression in a text, as the shell's [[ text =~ pattern ]] does: pairs of offsets for the
// leftmost longest match and each subexpression, -1 for one that took no part; nil when there is none.
func MatchExtended(pattern, text string) ([]int, error) {
	r, err := compileRegex(regexOptions{extended: true}, pattern)
	if err != nil {
		return nil, err
	}
	return r.find([]byte(text), 0, nil), nil
}
