package bash

import "fmt"

// suffix is where the shortest or longest suffix begins that a pattern
// matches, or the text's end.
func (sh *Shell) suffix(pattern, text string, longest bool) int {
	for i := range len(text) + 1 {
		at := len(text) - i
		if longest {
			at = i
		}
		if sh.matches(pattern, text[at:]) {
			return at
		}
	}
	return len(text)
}

// matches says whether a pattern matches a whole text.
func (sh *Shell) matches(pattern, text string) (ok bool) {
	sh.guard(func() { ok = sh.patternOptions().matches(pattern, text) })
	return ok
}

func (sh *Shell) ends(pattern, text string, start int, longest bool) (end int) {
	sh.guard(func() { end = sh.patternOptions().ends(pattern, text, start, longest) })
	return end
}

// patternOptions are those for patterns that match no file names. In [[ ]]
// extended patterns always count.
func (sh *Shell) patternOptions() patternOptions {
	return patternOptions{extended: sh.shopts["extglob"] || sh.inTest, fold: sh.shopts["nocasematch"]}
}

// guard runs a match, which may take too long.
func (sh *Shell) guard(f func()) {
	defer func() {
		if r := recover(); r != nil {
			hard, ok := r.(tooHard)
			if !ok {
				panic(r)
			}
			sh.fail(fmt.Errorf("the pattern %q needs too many steps", hard.pattern))
		}
	}()
	f()
}
