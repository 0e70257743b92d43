package builtin

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

func prune(e *findEntry) bool {
	e.pruned = true
	return true
}

func depthLimit(text string, limit *int) (findTest, error) {
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return nil, errors.New("a positive decimal integer is expected")
	}
	*limit = int(n)
	return always, nil
}

// empty is true of empty files and of directories with nothing in them.
func (r *findRun) empty(e *findEntry) bool {
	switch e.info.Type {
	case scriptfs.Regular:
		return e.info.Size == 0
	case scriptfs.Directory:
		members, err := r.c.FS.ReadDir(r.c.Path(e.path))
		if err != nil {
			r.fail("%s: %s", quote(e.path), reason(err))
		}
		return err == nil && len(members) == 0
	}
	return false
}

// unnamed is true of files whose owner or group has no name in the image.
func (r *findRun) unnamed(user bool) findTest {
	return func(e *findEntry) bool {
		list, id := r.accounts.groups, e.info.GID
		if user {
			list, id = r.accounts.users, e.info.UID
		}
		_, named := byID(list, id)
		return !named
	}
}

func (p *findParser) owner(name string, user bool) (findTest, error) {
	list, what := p.r.accounts.groups, "group"
	if user {
		list, what = p.r.accounts.users, "user"
	}
	if a, ok := byName(list, name); ok {
		name = strconv.FormatInt(a.id, 10)
	}
	test, err := countTest(name, func(e *findEntry) int64 {
		if user {
			return e.info.UID
		}
		return e.info.GID
	})
	if err != nil {
		return nil, fmt.Errorf("not the name of a known %s", what)
	}
	return test, nil
}

// findTypes are the letters of -type.
var findTypes = map[string]scriptfs.Type{
	"b": scriptfs.BlockDevice, "c": scriptfs.CharDevice, "d": scriptfs.Directory, "f": scriptfs.Regular, "l": scriptfs.Symlink,
	"p": scriptfs.FIFO, "s": 0,
}

// parseTypes parses a list of types, "f,l".
func parseTypes(letters string) (map[scriptfs.Type]bool, error) {
	types := map[scriptfs.Type]bool{}
	for letter := range strings.SplitSeq(letters, ",") {
		t, ok := findTypes[letter]
		if !ok {
			return nil, errors.New("types are b, c, d, f, l, p and s, with commas between them")
		}
		types[t] = true
	}
	return types, nil
}

func (p *findParser) types(letters string) (findTest, error) {
	types, err := parseTypes(letters)
	return func(e *findEntry) bool { return types[e.info.Type] }, err
}

// otherTypes tests a symlink by what it leads to, or with -L by the link itself.
func (p *findParser) otherTypes(letters string) (findTest, error) {
	types, err := parseTypes(letters)
	return func(e *findEntry) bool {
		lookUp := p.r.c.FS.Stat
		if p.r.follow == followAll {
			lookUp = p.r.c.FS.Lstat
		}
		info, err := lookUp(p.r.c.Path(e.path))
		switch {
		case err == nil:
			return types[info.Type]
		// A link that leads nowhere or to itself stands for itself.
		case notExist(err), errors.Is(err, syscall.ELOOP):
			return types[e.info.Type]
		}
		p.r.fail("%s: %s", quote(e.path), reason(err))
		return false
	}, err
}

func parseNewer(p *findParser, path string) (findTest, error) {
	lookUp := p.r.c.FS.Lstat
	if p.r.follow != followNone {
		lookUp = p.r.c.FS.Stat
	}
	info, err := lookUp(p.r.c.Path(path))
	if err != nil {
		return nil, errors.New(reason(err))
	}
	return func(e *findEntry) bool { return e.info.MTime.After(info.MTime) }, nil
}

func parseNewerThan(p *findParser, text string) (findTest, error) {
	t, ok := parseDate(text, p.r.c.Clock)
	if !ok {
		return nil, errors.New("no date")
	}
	return func(e *findEntry) bool { return e.info.MTime.After(t) }, nil
}

// age tests how many units ago a file was changed, the time of the script being now. Days that have begun do not count, minutes do.
func (p *findParser) age(text string, unit time.Duration) (findTest, error) {
	now := p.r.c.Clock
	return countTest(text, func(e *findEntry) int64 {
		age := now.Sub(e.info.MTime)
		if unit == time.Minute {
			age += unit - 1
		}
		return int64(age / unit)
	})
}

func parseSameFile(p *findParser, path string) (findTest, error) {
	lookUp := p.r.c.FS.Lstat
	if p.r.follow != followNone {
		lookUp = p.r.c.FS.Stat
	}
	info, err := lookUp(p.r.c.Path(path))
	if err != nil {
		return nil, errors.New(reason(err))
	}
	return func(e *findEntry) bool { return e.info.Ino == info.Ino }, nil
}

// parsePerm parses "MODE" (exactly), "-MODE" (all of the bits) or "/MODE" (any of them).
func parsePerm(_ *findParser, text string) (findTest, error) {
	how, mode := byte(0), text
	if text != "" && (text[0] == '-' || text[0] == '/') {
		how, mode = text[0], text[1:]
	}
	change, err := parseMode(mode)
	if err != nil || len(mode) > 1 && mode[0] == '+' && isOctal(mode[1]) {
		return nil, errors.New("invalid mode")
	}
	return func(e *findEntry) bool {
		bits := change.apply(0, e.info.Type == scriptfs.Directory, 0)
		switch how {
		case '-':
			return e.info.Mode&bits == bits
		case '/':
			return bits == 0 || e.info.Mode&bits != 0
		default:
			return e.info.Mode == bits
		}
	}, nil
}

// parseFindSize parses a number of units, of which a file fills the last one only in part.
func parseFindSize(_ *findParser, text string) (findTest, error) {
	units := map[byte]int64{'b': 512, 'c': 1, 'w': 2, 'k': 1 << 10, 'M': 1 << 20, 'G': 1 << 30}
	unit := int64(512)
	if text != "" {
		if u, ok := units[text[len(text)-1]]; ok {
			unit, text = u, text[:len(text)-1]
		}
	}
	return countTest(text, func(e *findEntry) int64 { return (fileSize(e.info) + unit - 1) / unit })
}
