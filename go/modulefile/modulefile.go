// Package modulefile edits the MODULE.bazel file of a workspace: it changes and
// adds tags of a module extension (Bazel, "Module extensions"), and leaves every
// other byte of the file as it is.
//
// A file is parsed for the places of what is in it, and edited as text. What is
// not written out in it (names that a comprehension makes, attributes that are
// variables) is not understood, and is an error where it would have to be
// changed.
package modulefile

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bazelbuild/buildtools/build"
)

// Base is the name of the file at the root of a workspace.
const Base = "MODULE.bazel"

// Extension names a module extension.
type Extension struct {
	// Module is the module that has it: "rules_strata".
	Module string
	// File is the label of its file without the module: "//rules:extensions.bzl".
	File string
	// Name is what it is called there.
	Name string
}

// Module is a MODULE.bazel file with the files that it includes.
type Module struct {
	files []*file
	// own is how many of the files, from the first on, may be edited: the one
	// that was named and what it includes.
	own int
	// modules has the names of modules by their apparent names.
	modules map[string]string
}

// file is one file of a module.
type file struct {
	path string
	data []byte
	tree *build.File
}

// Read reads the file at path, MODULE.bazel or one that is included in it, and
// what it includes. Those are edited; of an included file, the MODULE.bazel of
// its workspace is read for what else the module has, and of another file for
// the modules that it may name. Nothing of it is run.
// Errors name the file.
func Read(path string) (*Module, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	m := &Module{modules: map[string]string{}}
	root, found := rootOf(path)
	if err := m.read(path, root); err != nil {
		return nil, err
	}
	m.own = len(m.files)
	m.note(m.files)
	if found && filepath.Base(path) != Base {
		whole := &Module{}
		if err := whole.read(filepath.Join(root, Base), root); err != nil {
			return nil, err
		}
		m.note(whole.files)
		if whole.has(path) {
			for _, f := range whole.files {
				if !m.has(f.path) {
					m.files = append(m.files, f)
				}
			}
		}
	}
	return m, nil
}

// has says whether a file is among those that were read.
func (m *Module) has(path string) bool {
	return slices.ContainsFunc(m.files, func(f *file) bool { return f.path == path })
}

// rootOf is the folder of the workspace that a file belongs to; where none is
// found it is the file's own.
func rootOf(path string) (root string, found bool) {
	dir := filepath.Dir(path)
	if filepath.Base(path) == Base {
		return dir, true
	}
	for at := dir; ; at = filepath.Dir(at) {
		if info, err := os.Stat(filepath.Join(at, Base)); err == nil && info.Mode().IsRegular() {
			return at, true
		}
		if at == filepath.Dir(at) {
			return dir, false
		}
	}
}

// read reads a file and what it includes.
func (m *Module) read(path, root string) error {
	if m.has(path) {
		return nil
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: there is no such file: name the MODULE.bazel of the workspace", path)
	}
	if err != nil {
		return err
	}
	f, err := parse(path, data)
	if err != nil {
		return err
	}
	m.files = append(m.files, f)
	for _, call := range f.calls("include") {
		if len(call.List) == 0 {
			continue
		}
		label, ok := text(call.List[0])
		folder, name, found := strings.Cut(strings.TrimPrefix(label, "//"), ":")
		if !ok || !found || !strings.HasPrefix(label, "//") {
			return fmt.Errorf("%s: include: want the label of a file of the workspace, such as \"//:images.MODULE.bazel\"", f.at(call))
		}
		if err := m.read(filepath.Join(root, filepath.FromSlash(folder), filepath.FromSlash(name)), root); err != nil {
			return fmt.Errorf("%s: include: %w", f.at(call), err)
		}
	}
	return nil
}

// byteOrderMark is what editors may put before UTF-8.
const byteOrderMark = "\ufeff"

func parse(path string, data []byte) (*file, error) {
	if bytes.HasPrefix(data, []byte(byteOrderMark)) {
		return nil, fmt.Errorf("%s:1:1: it begins with a byte order mark, which is not Starlark: save it as UTF-8 without one", path)
	}
	tree, err := build.ParseModule(path, data)
	if err != nil {
		var broken build.ParseError
		if errors.As(err, &broken) {
			err = fmt.Errorf("%s:%d:%d: %s", path, broken.Pos.Line, broken.Pos.LineRune, broken.Message)
		}
		return nil, fmt.Errorf("%w: mend the file first, or change it by hand", err)
	}
	return &file{path: path, data: data, tree: tree}, nil
}

// note learns the apparent names of modules from module() and bazel_dep() of
// files.
func (m *Module) note(files []*file) {
	for _, f := range files {
		for _, call := range f.calls("module", "bazel_dep") {
			m.noteCall(call)
		}
	}
}

func (m *Module) noteCall(call *build.CallExpr) {
	own := call.X.(*build.Ident).Name == "module"
	name, ok := argument(call, "name", 0)
	if !ok {
		return
	}
	apparent, given := argument(call, "repo_name", -1)
	if !given {
		apparent = name
	}
	m.modules[apparent] = name
	if own {
		m.modules[""] = name
	}
}

// label is how files of a module are named here; ok is false if it is not a
// dependency.
func (m *Module) label(e Extension) (label string, ok bool) {
	if m.modules[""] == e.Module {
		return e.File, true
	}
	for apparent, module := range m.modules {
		if module == e.Module {
			return "@" + apparent + e.File, true
		}
	}
	return "", false
}

// isOf says whether a label and a name are those of an extension.
func (m *Module) isOf(e Extension, label, name string) bool {
	repository, path, ok := strings.Cut(label, "//")
	return ok && name == e.Name && "//"+path == e.File && m.modules[strings.TrimPrefix(repository, "@")] == e.Module
}

// at is a place for messages, FILE:LINE.
func (f *file) at(x build.Expr) string {
	start, _ := x.Span()
	return fmt.Sprintf("%s:%d", f.path, start.Line)
}
