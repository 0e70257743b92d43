package modulefile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bazelbuild/buildtools/build"
)

// usage is one use_extension of an extension, with what is done with it in the
// same file: names hold for one file alone.
type usage struct {
	file *file
	// proxy is the variable that it is assigned to.
	proxy string
	// rank is higher for what is the better place for another tag.
	rank int
	// last is the last statement that is the use_extension or one of its tags.
	last build.Expr
	tags []*build.CallExpr
	// repos are the calls of use_repo.
	repos []*build.CallExpr
}

// Ranks of usages: those for everybody, those for development, those with
// repositories of their own.
const (
	isolatedRank = iota
	devRank
	plainRank
)

// usages are those of a class's extension, in the order of the files.
func (m *Module) usages(of class) []*usage {
	var all []*usage
	for _, f := range m.files {
		for i, statement := range f.tree.Stmt {
			if u := m.usage(of.Extension, f, statement); u != nil {
				u.look(f.tree.Stmt[i+1:], of.name)
				all = append(all, u)
			}
		}
	}
	return all
}

// usage is the one that a statement begins, or nil.
func (m *Module) usage(e Extension, f *file, statement build.Expr) *usage {
	assign, ok := statement.(*build.AssignExpr)
	if !ok {
		return nil
	}
	proxy, ok := assign.LHS.(*build.Ident)
	call, isCall := assign.RHS.(*build.CallExpr)
	if !ok || !isCall {
		return nil
	}
	function, ok := call.X.(*build.Ident)
	if !ok || function.Name != "use_extension" {
		return nil
	}
	label, _ := argument(call, "extension_bzl_file", 0)
	name, _ := argument(call, "extension_name", 1)
	if !m.isOf(e, label, name) {
		return nil
	}
	u := &usage{file: f, proxy: proxy.Name, rank: plainRank, last: statement}
	switch {
	case isTrue(call, "isolate"):
		u.rank = isolatedRank
	case isTrue(call, "dev_dependency"):
		u.rank = devRank
	}
	return u
}

// look finds tags and use_repo in the statements that follow, until the
// variable is assigned anew.
func (u *usage) look(statements []build.Expr, tagClass string) {
	for _, statement := range statements {
		if assign, ok := statement.(*build.AssignExpr); ok {
			if name, ok := assign.LHS.(*build.Ident); ok && name.Name == u.proxy {
				return
			}
		}
		build.Walk(statement, func(x build.Expr, _ []build.Expr) {
			call, ok := x.(*build.CallExpr)
			if !ok {
				return
			}
			switch function := call.X.(type) {
			case *build.DotExpr:
				if of, ok := function.X.(*build.Ident); ok && of.Name == u.proxy {
					u.last = statement
					if function.Name == tagClass {
						u.tags = append(u.tags, call)
					}
				}
			case *build.Ident:
				if function.Name == "use_repo" && len(call.List) > 0 {
					if of, ok := call.List[0].(*build.Ident); ok && of.Name == u.proxy {
						u.repos = append(u.repos, call)
					}
				}
			}
		})
	}
}

// class is a tag class of an extension.
type class struct {
	Extension
	name string
}

// Tag is a tag of an extension, such as `pull.image(name = "debian", ...)`.
type Tag struct {
	file *file
	call *build.CallExpr
	of   class
	name string
	show string
}

// Tag finds the tag of a class with a name; it is nil if there is none. Errors
// are several of one name, one that is not in the files that are edited, and
// one whose name is not written out where none has the name.
func (m *Module) Tag(e Extension, tagClass, name string) (*Tag, error) {
	var found []*Tag
	var computed error
	of := class{e, tagClass}
	for _, u := range m.usages(of) {
		for _, call := range u.tags {
			got, ok := argument(call, "name", -1)
			switch {
			case ok && got == name:
				found = append(found, &Tag{u.file, call, of, name, fmt.Sprintf("%s.%s(name = %s)", u.proxy, tagClass, quote(name))})
			case !ok && computed == nil:
				computed = fmt.Errorf("%s: the name of a %s.%s is not written out there, and may be %s: write it out, or change the tag by hand", u.file.at(call), u.proxy, tagClass, quote(name))
			}
		}
	}
	if len(found) > 1 {
		places := make([]string, len(found))
		for i, t := range found {
			places[i] = t.file.at(t.call)
		}
		return nil, fmt.Errorf("%s is there %d times, at %s: give them different names, or change the one that is meant by hand",
			found[0].show, len(found), strings.Join(places, ", "))
	}
	if len(found) == 0 {
		return nil, computed
	}
	if t := found[0]; !m.owns(t.file) {
		return nil, fmt.Errorf("%s: %s is there, not in %s: change it there, or choose another name", t.Position(), t, m.files[0].path)
	}
	return found[0], nil
}

// owns says whether a file is one of those that may be edited.
func (m *Module) owns(f *file) bool { return slices.Contains(m.files[:m.own], f) }

// String is the tag with its name, for messages: `pull.image(name = "debian")`.
func (t *Tag) String() string { return t.show }

// Line is the line that the tag begins in, from 1 on.
func (t *Tag) Line() int {
	start, _ := t.call.Span()
	return start.Line
}

// Position is FILE:LINE of the tag, for messages.
func (t *Tag) Position() string { return t.file.at(t.call) }

// Text is the value of an attribute that is a string written out.
func (t *Tag) Text(attribute string) (string, bool) { return argument(t.call, attribute, -1) }

// Sets says whether the tag has an attribute, whatever its value is.
func (t *Tag) Sets(attribute string) bool { return keyword(t.call, attribute) != nil }

// IsFalse says whether the tag has ATTRIBUTE = False.
func (t *Tag) IsFalse(attribute string) bool {
	assign := keyword(t.call, attribute)
	if assign == nil {
		return false
	}
	value, ok := assign.RHS.(*build.Ident)
	return ok && value.Name == "False"
}
