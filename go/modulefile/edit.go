package modulefile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bazelbuild/buildtools/build"
)

// Attribute is an attribute of a tag.
type Attribute struct {
	Name string
	// Value is a string or a bool.
	Value any
}

// String is the attribute as it is written: `arch = "arm64"`.
func (a Attribute) String() string { return a.Name + " = " + a.source() }

func (a Attribute) source() string {
	switch value := a.Value.(type) {
	case string:
		return quote(value)
	case bool:
		if value {
			return "True"
		}
		return "False"
	}
	panic(fmt.Sprintf("modulefile: the attribute %s is a %T", a.Name, a.Value))
}

// isIn says whether a tag has the attribute with this value.
func (a Attribute) isIn(call *build.CallExpr) bool {
	assign := keyword(call, a.Name)
	if assign == nil {
		return false
	}
	if want, ok := a.Value.(string); ok {
		got, ok := text(assign.RHS)
		return ok && got == want
	}
	got, ok := assign.RHS.(*build.Ident)
	return ok && got.Name == a.source()
}

// Set is the edit that gives a tag these attributes and leaves its others.
func (m *Module) Set(t *Tag, attributes []Attribute) (*Edit, error) {
	s := &splices{file: t.file}
	var missing []string
	for _, a := range attributes {
		assign := keyword(t.call, a.Name)
		switch {
		case a.isIn(t.call):
		case assign == nil:
			missing = append(missing, a.String())
		case isLiteral(assign.RHS):
			s.replace(assign.RHS, a.source())
		default:
			return nil, fmt.Errorf("%s: %s of %s is not written out there: make it %s by hand where it comes from", t.file.at(assign), a.Name, t, a.source())
		}
	}
	if len(missing) > 0 && spreads(t.call) {
		return nil, fmt.Errorf("%s: %s has attributes with * or **, which Bazel does not allow: write them out, with %s", t.Position(), t, strings.Join(missing, ", "))
	}
	s.insertArguments(t.call, len(t.call.List)-1, missing...)
	return m.edit(s, t.of, t.name, attributes)
}

// spreads says whether a call has *ARGS or **KWARGS.
func spreads(call *build.CallExpr) bool {
	return slices.ContainsFunc(call.List, func(x build.Expr) bool {
		_, ok := x.(*build.UnaryExpr)
		return ok
	})
}

func isLiteral(x build.Expr) bool {
	switch x := x.(type) {
	case *build.StringExpr:
		return true
	case *build.Ident:
		return x.Name == "True" || x.Name == "False"
	}
	return false
}

// edit is the edit that splices make, after a look at what comes of them.
func (m *Module) edit(s *splices, of class, name string, attributes []Attribute) (*Edit, error) {
	data := s.apply()
	changed, err := parse(s.file.path, data)
	if err == nil {
		after := &Module{modules: m.modules, own: m.own}
		for _, f := range m.files {
			if f == s.file {
				f = changed
			}
			after.files = append(after.files, f)
		}
		var t *Tag
		if t, err = after.Tag(of.Extension, of.name, name); err == nil && t.has(attributes) {
			return &Edit{Path: s.file.path, Tag: t, before: s.file.data, after: data}, nil
		}
	}
	return nil, fmt.Errorf("%s: it is written in a way that cannot be edited: change it by hand", s.file.path)
}

// Has says whether the tag has the attribute with this value.
func (t *Tag) Has(a Attribute) bool { return a.isIn(t.call) }

func (t *Tag) has(attributes []Attribute) bool {
	if t == nil {
		return false
	}
	return !slices.ContainsFunc(attributes, func(a Attribute) bool { return !t.Has(a) })
}
