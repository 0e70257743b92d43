package nixlock

import (
	"fmt"

	"github.com/rules-strata/rules_strata/go/store"
)

// defaultName is the name of a store path without its version, which begins at
// the first dash that no letter follows (Nix's parseDrvName).
func defaultName(path store.Path) string {
	name := path.Name()
	for i := 1; i+1 < len(name); i++ {
		if c := name[i+1] | 0x20; name[i] == '-' && (c < 'a' || c > 'z') {
			return name[:i]
		}
	}
	return name
}

// setPackage gives a store path a name: the one that was chosen, or the path's
// own name, with its version when the plain one is taken.
func (l *Lock) setPackage(p Package) error {
	names := []string{p.Name}
	if p.Name == "" {
		names = []string{defaultName(p.Path), p.Path.Name()}
	}
	for _, name := range names {
		taken, ok := l.Packages[name][p.System]
		if CheckName(name) != nil || p.Name == "" && ok && taken != p.Path {
			continue
		}
		if l.Packages[name] == nil {
			l.Packages[name] = Systems{}
		}
		l.Packages[name][p.System] = p.Path
		return nil
	}
	return fmt.Errorf("%s: a package named %s is there for %s: choose a name: NAME=%s", p.Path, p.Path.Name(), p.System, p.Path)
}
