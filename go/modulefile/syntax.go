package modulefile

import (
	"slices"

	"github.com/bazelbuild/buildtools/build"
)

// calls are the statements of a file that call one of these functions.
func (f *file) calls(functions ...string) []*build.CallExpr {
	var found []*build.CallExpr
	for _, statement := range f.tree.Stmt {
		call, ok := statement.(*build.CallExpr)
		if !ok {
			continue
		}
		if name, ok := call.X.(*build.Ident); ok && slices.Contains(functions, name.Name) {
			found = append(found, call)
		}
	}
	return found
}

// text is the value of a string that is written out.
func text(x build.Expr) (string, bool) {
	if s, ok := x.(*build.StringExpr); ok {
		return s.Value, true
	}
	return "", false
}

// keyword is the argument NAME = VALUE of a call, or nil.
func keyword(call *build.CallExpr, name string) *build.AssignExpr {
	for _, x := range call.List {
		if assign, ok := x.(*build.AssignExpr); ok && keywordName(assign) == name {
			return assign
		}
	}
	return nil
}

func keywordName(assign *build.AssignExpr) string {
	if name, ok := assign.LHS.(*build.Ident); ok {
		return name.Name
	}
	return ""
}

// argument is an argument that is a string written out: NAME = "…", or the one
// at a place, unless that is negative.
func argument(call *build.CallExpr, name string, place int) (string, bool) {
	if assign := keyword(call, name); assign != nil {
		return text(assign.RHS)
	}
	if place >= 0 && place < len(call.List) {
		return text(call.List[place])
	}
	return "", false
}

// isTrue says whether a call has NAME = True.
func isTrue(call *build.CallExpr, name string) bool {
	assign := keyword(call, name)
	if assign == nil {
		return false
	}
	value, ok := assign.RHS.(*build.Ident)
	return ok && value.Name == "True"
}
