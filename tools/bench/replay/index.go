// Package replay plans the layers of images twice, from a graph of packages as
// it was and as it is now, and counts the bytes that a registry or a daemon
// which has the first images must get of the second ones.
//
// The graphs are those of Debian: a Packages index (Debian policy, chapter 5)
// has the dependencies, the size and the source of each binary package of a
// suite.
package replay

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Package is a binary package of an index.
type Package struct {
	Name, Version string
	// Source is the source package that it is built from.
	Source string
	// Size is its size when it is installed, in bytes, at least 1.
	Size int64
	// depends are its dependencies, each a list of alternatives.
	depends [][]string
}

// Index has the packages of a suite by name.
type Index struct {
	packages map[string]*Package
	// provides has, for the name of a virtual package, those that provide it.
	provides map[string][]string
	// needs has what resolve gives for each package.
	needs map[string][]string
}

// ReadIndex reads the indices of a suite. Of a package that is there several
// times the highest version counts, so that an index of updates may follow the
// one that it updates.
func ReadIndex(indices ...io.Reader) (*Index, error) {
	x := &Index{packages: map[string]*Package{}, provides: map[string][]string{}, needs: map[string][]string{}}
	virtual := map[string][]string{}
	for _, r := range indices {
		if err := x.read(r, virtual); err != nil {
			return nil, err
		}
	}
	for name := range x.packages {
		for _, p := range virtual[name] {
			x.provides[p] = append(x.provides[p], name)
		}
	}
	for _, names := range x.provides {
		slices.Sort(names)
	}
	for name, p := range x.packages {
		x.needs[name] = x.resolve(p)
	}
	return x, nil
}

// read adds the paragraphs of an index. virtual gets what each provides.
func (x *Index) read(r io.Reader, virtual map[string][]string) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 16<<20)
	fields := map[string]string{}
	for number := 1; lines.Scan(); number++ {
		line := lines.Text()
		switch {
		case line == "":
			if err := x.add(fields, virtual); err != nil {
				return fmt.Errorf("line %d: %w", number, err)
			}
			clear(fields)
		case line[0] != ' ' && line[0] != '\t':
			key, value, ok := strings.Cut(line, ":")
			if !ok {
				return fmt.Errorf("line %d: %q is not a field: want an uncompressed Packages index of Debian", number, line)
			}
			fields[key] = strings.TrimSpace(value)
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return x.add(fields, virtual)
}

// add adds the package of a paragraph, if the index has none as new.
func (x *Index) add(fields map[string]string, virtual map[string][]string) error {
	name := fields["Package"]
	if name == "" {
		return nil
	}
	version := fields["Version"]
	if known := x.packages[name]; known != nil && compareVersions(known.Version, version) >= 0 {
		return nil
	}
	p := &Package{Name: name, Version: version, Source: name, Size: 1 << 10}
	if source, _, _ := strings.Cut(fields["Source"], " "); source != "" {
		p.Source = source
	}
	if text, ok := fields["Installed-Size"]; ok {
		kib, err := strconv.ParseInt(text, 10, 64-1-10)
		if err != nil || kib < 0 {
			return fmt.Errorf("the Installed-Size %q of %s is not a number of KiB", text, name)
		}
		p.Size = max(kib<<10, 1)
	}
	for _, relations := range []string{fields["Pre-Depends"], fields["Depends"]} {
		for clause := range strings.SplitSeq(relations, ",") {
			p.depends = append(p.depends, alternatives(clause))
		}
	}
	x.packages[name] = p
	virtual[name] = nil
	for provided := range strings.SplitSeq(fields["Provides"], ",") {
		if v := packageName(provided); v != "" {
			virtual[name] = append(virtual[name], v)
		}
	}
	return nil
}

// alternatives are the names in a clause of a dependency.
func alternatives(clause string) []string {
	var names []string
	for one := range strings.SplitSeq(clause, "|") {
		if name := packageName(one); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// packageName is the name in a relation such as "python3:any (>= 3.11)".
func packageName(relation string) string {
	name, _, _ := strings.Cut(relation, "(")
	name, _, _ = strings.Cut(name, ":")
	return strings.TrimSpace(name)
}

// resolve returns the packages that a package depends on: for each clause the
// first alternative that there is, or the first by name of those that provide
// it. They are sorted, each once, without the package itself.
func (x *Index) resolve(p *Package) []string {
	var names []string
	for _, clause := range p.depends {
		for _, name := range clause {
			if x.packages[name] == nil {
				if len(x.provides[name]) == 0 {
					continue
				}
				name = x.provides[name][0]
			}
			if name != p.Name {
				names = append(names, name)
			}
			break
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Has says whether there is a package.
func (x *Index) Has(name string) bool { return x.packages[name] != nil }
