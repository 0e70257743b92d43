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

var (
	systemPattern  = regexp.MustCompile(`^([a-z0-9_]+-[a-z0-9]+|any)$`)
	packagePattern = regexp.MustCompile(`^[A-Za-z0-9_+?=-][A-Za-z0-9_+?=.-]*$`)
)

// closureName is the name of the target that stands for all packages.
const closureName = "closure"

// CheckSystem says what is wrong with the name of a system.
func CheckSystem(system string) error {
	if !systemPattern.MatchString(system) {
		return fmt.Errorf("%q is not a Nix system: want x86_64-linux, aarch64-linux, x86_64-darwin, aarch64-darwin, …, or %s", system, AnySystem)
	}
	return nil
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
	for _, system := range slices.Sorted(maps.Keys(systems)) {
		if err := CheckSystem(system); err != nil {
			return err
		}
		if err := checkPath(systems[system]); err != nil {
			return fmt.Errorf("%s: %w", system, err)
		}
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
