package builtin

import "time"

// findPredicates are find's tests, actions and options without an argument, and those that read their arguments themselves.
var findPredicates = map[string]func(p *findParser) (findTest, error){
	"-depth": func(p *findParser) (findTest, error) {
		p.depthGiven, p.r.contentsFirst = true, true
		return always, nil
	},
	"-delete":     parseDelete,
	"-empty":      func(p *findParser) (findTest, error) { return p.r.empty, nil },
	"-exec":       func(p *findParser) (findTest, error) { return p.exec("-exec", false) },
	"-execdir":    func(p *findParser) (findTest, error) { return p.exec("-execdir", true) },
	"-executable": fixedTest(func(e *findEntry) bool { return fileTest('x', e.info) }),
	"-false":      fixedTest(func(*findEntry) bool { return false }),
	"-follow":     func(p *findParser) (findTest, error) { p.r.follow = followAll; return always, nil },
	"-mount":      fixedTest(always),
	"-nogroup":    func(p *findParser) (findTest, error) { return p.r.unnamed(false), nil },
	"-noleaf":     fixedTest(always),
	"-nouser":     func(p *findParser) (findTest, error) { return p.r.unnamed(true), nil },
	"-nowarn":     fixedTest(always),
	"-print":      func(p *findParser) (findTest, error) { return p.printer("\n"), nil },
	"-print0":     func(p *findParser) (findTest, error) { return p.printer("\x00"), nil },
	"-prune":      func(p *findParser) (findTest, error) { p.prunes = true; return prune, nil },
	"-quit":       func(p *findParser) (findTest, error) { p.acts = true; return p.r.end, nil },
	"-readable":   fixedTest(always),
	"-true":       fixedTest(always),
	"-writable":   fixedTest(always),
	"-xdev":       fixedTest(always),
}

// findArgumentPredicates are those with one argument.
var findArgumentPredicates = map[string]func(p *findParser, argument string) (findTest, error){
	"-gid":        countOf(func(e *findEntry) int64 { return e.info.GID }),
	"-group":      func(p *findParser, name string) (findTest, error) { return p.owner(name, false) },
	"-ilname":     patternOf(func(e *findEntry) string { return e.info.Target }, true),
	"-iname":      patternOf((*findEntry).name, true),
	"-ipath":      patternOf(func(e *findEntry) string { return e.path }, true),
	"-iregex":     func(p *findParser, pattern string) (findTest, error) { return p.regex(pattern, true) },
	"-iwholename": patternOf(func(e *findEntry) string { return e.path }, true),
	"-links":      countOf(func(e *findEntry) int64 { return int64(e.info.Nlink) }),
	"-lname":      patternOf(func(e *findEntry) string { return e.info.Target }, false),
	"-maxdepth":   func(p *findParser, n string) (findTest, error) { return depthLimit(n, &p.r.maxDepth) },
	"-mindepth":   func(p *findParser, n string) (findTest, error) { return depthLimit(n, &p.r.minDepth) },
	"-mmin":       func(p *findParser, n string) (findTest, error) { return p.age(n, time.Minute) },
	"-mtime":      func(p *findParser, n string) (findTest, error) { return p.age(n, 24*time.Hour) },
	"-name":       patternOf((*findEntry).name, false),
	"-newer":      parseNewer,
	"-newermt":    parseNewerThan,
	"-path":       patternOf(func(e *findEntry) string { return e.path }, false),
	"-perm":       parsePerm,
	"-printf":     func(p *findParser, format string) (findTest, error) { return p.printf(format) },
	"-regex":      func(p *findParser, pattern string) (findTest, error) { return p.regex(pattern, false) },
	"-regextype":  parseRegexType,
	"-samefile":   parseSameFile,
	"-size":       parseFindSize,
	"-type":       func(p *findParser, letters string) (findTest, error) { return p.types(letters) },
	"-uid":        countOf(func(e *findEntry) int64 { return e.info.UID }),
	"-user":       func(p *findParser, name string) (findTest, error) { return p.owner(name, true) },
	"-wholename":  patternOf(func(e *findEntry) string { return e.path }, false),
	"-xtype":      func(p *findParser, letters string) (findTest, error) { return p.otherTypes(letters) },
}

func fixedTest(test findTest) func(*findParser) (findTest, error) {
	return func(*findParser) (findTest, error) { return test, nil }
}

func countOf(value func(e *findEntry) int64) func(*findParser, string) (findTest, error) {
	return func(_ *findParser, text string) (findTest, error) { return countTest(text, value) }
}

func patternOf(value func(e *findEntry) string, fold bool) func(*findParser, string) (findTest, error) {
	return func(_ *findParser, pattern string) (findTest, error) {
		return func(e *findEntry) bool { return matchGlob(pattern, value(e), fold) }, nil
	}
}
