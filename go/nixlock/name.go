package nixlock

import (
	"fmt"
	"slices"

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

// names are those that the package can have: the one that was chosen, or the
// path's own without its version and with it.
func (p Package) names() []string {
	if p.Name != "" {
		return []string{p.Name}
	}
	return []string{defaultName(p.Path), p.Path.Name()}
}

// systems are those under which a package is in the lock already, by the first
// of its names that has its path.
func (l *Lock) systems(p Package) []string {
	for _, name := range p.names() {
		var systems []string
		for system, path := range l.Packages[name] {
			if path == p.Path {
				systems = append(systems, system)
			}
		}
		if systems != nil {
			slices.Sort(systems)
			return systems
		}
	}
	return nil
}

// setPackage gives a store path a name: the one that was chosen, or the path's
// own name, with its version when the plain one is taken. One that has a name
// already keeps it.
func (l *Lock) setPackage(p Package) error {
	if slices.ContainsFunc(p.names(), func(name string) bool { return l.Packages[name][p.System] == p.Path }) {
		return nil
	}
	for _, name := range p.names() {
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
