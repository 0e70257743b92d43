package script

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

const (
	// commandDir is the directory that the built-in commands seem to be in.
	commandDir = "/strata/bin"
	// umaskVariable holds the umask of a shell, in octal, so that each
	// subshell has its own.
	umaskVariable = "__strata_umask"
	defaultUmask  = 0o022

	builderUID = 1000
	noTempDir  = "/\x00"
)

// environment is what a script sees at its beginning, as in a build of
// nixpkgs' stdenv.
func (r *run) environment() []string {
	scratch := r.place.Scratch
	return []string{
		"HOME=/homeless-shelter",
		"LC_ALL=C",
		"NIX_BUILD_TOP=" + scratch,
		"PATH=" + commandDir,
		"SOURCE_DATE_EPOCH=" + strconv.FormatInt(r.clock().Unix(), 10),
		"TEMP=" + scratch,
		"TEMPDIR=" + scratch,
		"TMP=" + scratch,
		"TMPDIR=" + scratch,
		"TZ=UTC",
	}
}

// variables is a shell's environment at its beginning.
type variables struct {
	values map[string]expand.Variable
	// resetting is set while the interpreter makes a shell. It then must not
	// learn the script's TMPDIR, in which it would look for pipes of its own
	// on the host, nor that nobody set GID, which it would set itself.
	resetting bool
}

func newVariables(env []string, uid int) *variables {
	v := &variables{values: map[string]expand.Variable{}, resetting: true}
	for _, pair := range env {
		if name, value, ok := strings.Cut(pair, "="); ok && syntax.ValidName(name) {
			v.values[name] = expand.Variable{Set: true, Exported: true, Kind: expand.String, Str: value}
		}
	}
	for _, name := range []string{"UID", "EUID"} {
		v.values[name] = expand.Variable{Set: true, ReadOnly: true, Kind: expand.String, Str: strconv.Itoa(uid)}
	}
	if _, ok := v.values["HOME"]; !ok {
		v.values["HOME"] = expand.Variable{}
	}
	return v
}

func (v *variables) Get(name string) expand.Variable {
	if v.resetting {
		switch name {
		case "TMPDIR":
			return expand.Variable{Set: true, Kind: expand.String, Str: noTempDir}
		case "GID", "HOME":
			return expand.Variable{Set: true, Kind: expand.String}
		}
	}
	return v.values[name]
}

func (v *variables) Each(f func(name string, value expand.Variable) bool) {
	for _, name := range slices.Sorted(maps.Keys(v.values)) {
		if !f(name, v.values[name]) {
			return
		}
	}
}

// exported is a shell's environment for its commands, sorted.
func exported(env expand.Environ) []string {
	values := map[string]expand.Variable{}
	env.Each(func(name string, value expand.Variable) bool {
		values[name] = value
		return true
	})
	list := make([]string, 0, len(values))
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if v := values[name]; v.IsSet() && v.Exported && v.Kind == expand.String {
			list = append(list, name+"="+v.Str)
		}
	}
	return list
}

// umask is a shell's umask.
func umask(env expand.Environ) uint32 {
	mask, err := strconv.ParseUint(cmp.Or(env.Get(umaskVariable).String(), strconv.FormatUint(defaultUmask, 8)), 8, 32)
	if err != nil {
		return defaultUmask
	}
	return uint32(mask)
}
