package nixlock

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/decompress"
	"github.com/rules-strata/rules_strata/go/nixcache"
	"github.com/rules-strata/rules_strata/go/store"
)

// formats are the compressions that a lock may name.
var formats = []decompress.Format{decompress.XZ, decompress.Zstd, decompress.Gzip, decompress.Bzip2, decompress.None}

// knownSystems are those that packages are locked for: the platforms of Nix that
// Bazel has constraints for, and AnySystem.
var knownSystems = []string{"aarch64-darwin", "aarch64-linux", AnySystem, "x86_64-darwin", "x86_64-linux"}

var packagePattern = regexp.MustCompile(`^[A-Za-z0-9_+?=-][A-Za-z0-9_+?=.-]*$`)

// closureName is the name of the target that stands for all packages.
const closureName = "closure"

// CheckSystem says what is wrong with the name of a system.
func CheckSystem(system string) error {
	if !slices.Contains(knownSystems, system) {
		return fmt.Errorf("%q is not a system that packages are locked for: want one of %s", system, strings.Join(knownSystems, ", "))
	}
	return nil
}

// NamedSystem gives the system of a package of which Nix or a cache named one:
// "" when that is none, as of what Nix makes itself.
func NamedSystem(named string) (string, error) {
	if named == "" || named == "builtin" {
		return "", nil
	}
	if err := CheckSystem(named); err != nil {
		return "", fmt.Errorf("%w: give it with --system", err)
	}
	return named, nil
}

// CheckName says what is wrong with the name of a package.
func CheckName(name string) error {
	if !packagePattern.MatchString(name) {
		return fmt.Errorf("%q is not a package's name: use letters, digits and +-._?=", name)
	}
	if name == closureName {
		return fmt.Errorf("%q is not a package's name: it stands for all packages", name)
	}
	return nil
}

// checkStoreDir says what is wrong with a store directory.
func checkStoreDir(dir string) error {
	if !path.IsAbs(dir) || path.Clean(dir) != dir || dir == "/" {
		return fmt.Errorf("%q is not a store directory: want an absolute path like %s", dir, store.DefaultDir)
	}
	return nil
}

// checkSettings checks what is not about single objects.
func (l *Lock) checkSettings() error {
	if err := checkStoreDir(l.StoreDir); err != nil {
		return fmt.Errorf("store_dir: %w", err)
	}
	if len(l.Caches) == 0 {
		return fmt.Errorf("caches: there is none")
	}
	for i, cache := range l.Caches {
		if err := nixcache.CheckURL(cache); err != nil {
			return fmt.Errorf("caches: %w", err)
		}
		if slices.Contains(l.Caches[:i], cache) {
			return fmt.Errorf("caches: %s is there twice", cache)
		}
	}
	_, err := l.keys()
	return err
}

// check finds out whether the lock is whole.
func (l *Lock) check() error {
	if err := l.checkSettings(); err != nil {
		return err
	}
	for _, p := range slices.Sorted(maps.Keys(l.Objects)) {
		if err := l.checkObject(p, l.Objects[p]); err != nil {
			return fmt.Errorf("objects: %s: %w", p, err)
		}
	}
	if circle := l.circle(); circle != nil {
		return fmt.Errorf("objects: these refer to one another in a circle: %s: no Nix store has such objects: run nix_lock update, or take them from another cache", someOf(circle))
	}
	return l.checkPackages(func(p store.Path) error {
		if _, ok := l.Objects[p]; !ok {
			return fmt.Errorf("%s is not one of the objects: run nix_lock update", p)
		}
		return nil
	})
}

// checkPackages checks the names of all packages, and their store paths with a
// function.
func (l *Lock) checkPackages(checkPath func(store.Path) error) error {
	for _, name := range slices.Sorted(maps.Keys(l.Packages)) {
		if err := checkPackage(name, l.Packages[name], checkPath); err != nil {
			return fmt.Errorf("packages: %s: %w", name, err)
		}
	}
	return nil
}

func checkPackage(name string, systems Systems, checkPath func(store.Path) error) error {
	if err := CheckName(name); err != nil {
		return err
	}
	if len(systems) == 0 {
		return fmt.Errorf("it has no system")
	}
	names := slices.Sorted(maps.Keys(systems))
	for _, system := range names {
		if err := CheckSystem(system); err != nil {
			return err
		}
		if err := checkPath(systems[system]); err != nil {
			return fmt.Errorf("%s: %w", system, err)
		}
	}
	if _, ok := systems[AnySystem]; ok && len(systems) > 1 {
		return fmt.Errorf("%q stands alone, and the systems are %s: lock it again with --system for each of its systems", AnySystem, strings.Join(names, ", "))
	}
	return nil
}

func (l *Lock) checkObject(p store.Path, o Object) error {
	if _, err := store.ParsePath(l.StoreDir, string(p)); err != nil {
		return err
	}
	if !slices.Contains(l.Caches, o.Cache) {
		return fmt.Errorf("cache: %q is not one of the caches: %s", o.Cache, strings.Join(l.Caches, ", "))
	}
	if !slices.Contains(formats, o.Compression) {
		return fmt.Errorf("compression: %q, want one of %s", o.Compression, joinFormats())
	}
	if o.FileSize <= 0 {
		return fmt.Errorf("file_size: %d, want a number of bytes", o.FileSize)
	}
	if o.NARSize <= 0 {
		return fmt.Errorf("nar_size: %d, want a number of bytes", o.NARSize)
	}
	if err := nixcache.CheckRef(o.URL); err != nil {
		return fmt.Errorf("url: %w", err)
	}
	if _, err := o.narInfo(p); err != nil {
		return err
	}
	for i, r := range o.References {
		if i > 0 && o.References[i-1] >= r {
			return fmt.Errorf("references: %s is not in its order, or there twice", r)
		}
		if _, ok := l.Objects[r]; !ok {
			return fmt.Errorf("references: %s is not one of the objects: run nix_lock update", r)
		}
	}
	return nil
}

func joinFormats() string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = string(f)
	}
	return strings.Join(names, ", ")
}
