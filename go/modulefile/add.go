package modulefile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bazelbuild/buildtools/build"
)

// Add is the edit that adds a tag of a class, after the others of the extension,
// with what makes its repository visible: use_extension and use_repo. The tag
// must not be there, and its attributes are in the order given, after the name.
func (m *Module) Add(e Extension, tagClass, name string, attributes []Attribute) (*Edit, error) {
	of := class{e, tagClass}
	attributes = append([]Attribute{{"name", name}}, attributes...)
	usages := m.usages(of)
	at := m.place(usages)
	visible := at != nil && at.brings(name)
	if taken := m.taken(name); taken != "" && !visible {
		return nil, fmt.Errorf("%s: the repository name %s is taken there: choose another", taken, name)
	}
	if at == nil {
		return m.addUsage(of, name, attributes)
	}
	s := &splices{file: at.file}
	lines := tagSource(at.proxy, tagClass, attributes)
	switch {
	case visible:
	case len(at.repos) == 0:
		lines += useRepo(at.proxy, name)
	default:
		at.addRepo(s, name)
	}
	s.insertStatement(at.last, lines)
	return m.edit(s, of, name, attributes)
}

// place is the usage that gets another tag: the last one of the best.
func (m *Module) place(usages []*usage) *usage {
	var best *usage
	for _, u := range usages {
		if m.owns(u.file) && (best == nil || u.rank >= best.rank) {
			best = u
		}
	}
	return best
}

// addUsage is for a module that does not use the extension.
func (m *Module) addUsage(of class, name string, attributes []Attribute) (*Edit, error) {
	f := m.files[0]
	label, ok := m.label(of.Extension)
	if !ok {
		return nil, fmt.Errorf("%s: no bazel_dep of %s: add bazel_dep(name = %s, version = \"…\") first", f.path, of.Module, quote(of.Module))
	}
	proxy := f.unused(of.Extension.Name)
	s := &splices{file: f}
	s.append(fmt.Sprintf("%s = use_extension(%s, %s)\n", proxy, quote(label), quote(of.Extension.Name)) +
		tagSource(proxy, of.name, attributes) + useRepo(proxy, name))
	return m.edit(s, of, name, attributes)
}

func tagSource(proxy, tagClass string, attributes []Attribute) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s.%s(\n", proxy, tagClass)
	for _, a := range attributes {
		fmt.Fprintf(&b, "    %s,\n", a)
	}
	b.WriteString(")\n")
	return b.String()
}

func useRepo(proxy, name string) string {
	return fmt.Sprintf("use_repo(%s, %s)\n", proxy, quote(name))
}

// unused is a variable that the file does not have: the name, or one like it.
func (f *file) unused(name string) string {
	taken := map[string]bool{}
	build.Walk(f.tree, func(x build.Expr, _ []build.Expr) {
		if ident, ok := x.(*build.Ident); ok {
			taken[ident.Name] = true
		}
	})
	free := name
	for n := 2; taken[free]; n++ {
		free = fmt.Sprintf("%s_%d", name, n)
	}
	return free
}

// brings says whether use_repo makes a repository visible, under whatever name.
func (u *usage) brings(name string) bool {
	for _, call := range u.repos {
		for _, x := range call.List[1:] {
			if assign, ok := x.(*build.AssignExpr); ok {
				x = assign.RHS
			}
			if got, ok := text(x); ok && got == name {
				return true
			}
		}
	}
	return false
}

// addRepo adds a repository to the last use_repo, in the order of the names if
// they are in order.
func (u *usage) addRepo(s *splices, name string) {
	call := u.repos[len(u.repos)-1]
	after := 0
	var names []string
	for i, x := range call.List[1:] {
		got, ok := text(x)
		if !ok {
			break
		}
		names = append(names, got)
		after = i + 1
	}
	if slices.IsSorted(names) {
		after, _ = slices.BinarySearch(names, name)
	}
	s.insertArguments(call, after, quote(name))
}

// taken is the place where an apparent name of a repository is, or empty.
func (m *Module) taken(name string) string {
	for _, f := range m.files {
		for _, call := range f.calls("use_repo") {
			for _, x := range call.List {
				got, ok := text(x)
				if assign, isAssign := x.(*build.AssignExpr); isAssign {
					got, ok = keywordName(assign), true
				}
				if ok && got == name {
					return f.at(x)
				}
			}
		}
		for _, call := range f.calls("module", "bazel_dep") {
			got, ok := argument(call, "repo_name", -1)
			if !ok {
				got, _ = argument(call, "name", 0)
			}
			if got == name {
				return f.at(call)
			}
		}
	}
	return ""
}
