// Package nixshell makes an image of the environment in which Nix builds a
// derivation, as nixpkgs' dockerTools.streamNixShellImage does: what the config
// of the image has, and a store object with the files that it names.
//
// The environment is in the config, so every process of a container has it,
// whatever its command is: the variables of the derivation, and a PATH with
// the shell and buildDerivation. What only $stdenv/setup makes, such as the
// PATH of the build inputs, is what the shell's rcfile adds. A command that
// replaces the shell's, as in most CI systems, gets it with
//
//	nixShell COMMAND [ARGUMENT...]
//
// which is in that PATH, too. BASH_ENV and ENV do not do this: a bash that is
// called sh reads neither when it runs a script, and with BASH_ENV the builder
// that buildDerivation starts, which is a bash, would run the setup as well.
//
// Beyond the original:
//
//   - Structured attributes work. The object has .attrs.json and .attrs.sh as
//     Nix writes them, but for integers of more than 32 bits, which Nix cuts off
//     in .attrs.sh. What exportReferencesGraph names is not replaced by its
//     closure.
//   - Placeholders of outputs are replaced by their paths, as in a build.
//   - Packages and a shell hook can be added to those of the derivation.
package nixshell

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rules-strata/rules_strata/go/derivation"
	"github.com/rules-strata/rules_strata/go/store"
)

// buildDir is where Nix builds, and the working directory.
const buildDir = "/build"

// Options says how the shell differs from the derivation's.
type Options struct {
	// UID and GID are the user that the container runs as.
	UID, GID uint32
	// HomeDirectory is that user's, an absolute path.
	HomeDirectory string
	// Shell is the path of a bash; when empty, the derivation's builder is it.
	Shell string
	// Command is run in the interactive shell, Run in a shell that is not
	// interactive; the shell then exits. At most one is given.
	Command, Run string
	// CACertificates is the store object that has etc/ssl/certs/ca-bundle.crt,
	// or "".
	CACertificates store.Path
	// Coreutils is the store object that has bin/env, or "".
	Coreutils store.Path
	// ExtraPackages are appended to the derivation's nativeBuildInputs.
	ExtraPackages []store.Path
	// Inputs are the store objects that the image has. CheckInputs says that
	// these, the objects above and the derivation's own outputs are all that the
	// derivation may name; other derivations, which a build does not read, are
	// free.
	Inputs      []store.Path
	CheckInputs bool
	// ShellHook is appended to the derivation's shellHook.
	ShellHook string
	// StoreDir is the store directory of all paths.
	StoreDir string
	// Architecture is the GOARCH of the image, which the derivation must be
	// built for; when empty or "unknown", that is not checked.
	Architecture string
	// Object is the path of the store object for the shell's files.
	Object store.Path
}

// Shell is what an image needs to be a shell of a derivation.
type Shell struct {
	Config Config
	// Files are those of the store object, sorted by path.
	Files []File
}

// Config has the fields of an image's config.
type Config struct {
	Cmd        []string
	Env        []string
	User       string
	WorkingDir string
}

// File is a file of the store object, or, with a target, a symlink; its path is
// relative to the object.
type File struct {
	Path       string
	Executable bool
	Content    string
	Target     string
}

// New makes the shell of a derivation.
func New(d *derivation.Derivation, o Options) (*Shell, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	m := &maker{Options: o, d: withPaths(d)}
	s, err := m.shell()
	if err != nil {
		return nil, fmt.Errorf("derivation %s: %w", d.Name, err)
	}
	return s, nil
}

func (o Options) check() error {
	if o.Command != "" && o.Run != "" {
		return errors.New("nix shell: Can't specify both command and run")
	}
	if o.Shell != "" {
		if err := checkPath("shell", o.Shell); err != nil {
			return err
		}
	}
	if err := checkPath("home directory", o.HomeDirectory); err != nil {
		return err
	}
	if _, err := store.ParsePath(o.StoreDir, string(o.Object)); err != nil {
		return fmt.Errorf("the object of the shell's files: %w", err)
	}
	for what, p := range map[string]store.Path{"CA certificates": o.CACertificates, "coreutils": o.Coreutils} {
		if p == "" {
			continue
		}
		if _, err := store.ParsePath(o.StoreDir, string(p)); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	for what, paths := range map[string][]store.Path{"extra package": o.ExtraPackages, "input": o.Inputs} {
		for _, p := range paths {
			if _, err := store.ParsePath(o.StoreDir, string(p)); err != nil {
				return fmt.Errorf("%s: %w", what, err)
			}
		}
	}
	return nil
}

// checkPath refuses a path that is not absolute, or cannot stand in a variable
// or on one line of a script.
func checkPath(what, p string) error {
	if !path.IsAbs(p) || path.Clean(p) != p || strings.ContainsAny(p, "\n\x00") || !utf8.ValidString(p) {
		return fmt.Errorf("%s %q: want a plain absolute path", what, p)
	}
	return nil
}

// maker makes a Shell of a derivation that has its outputs' paths in it.
type maker struct {
	Options
	d     *derivation.Derivation
	files []File
}

func (m *maker) shell() (*Shell, error) {
	if err := checkKind(m.d); err != nil {
		return nil, err
	}
	if err := checkArchitecture(m.d.System, m.Architecture); err != nil {
		return nil, err
	}
	for _, name := range m.d.OutputNames() {
		if p := m.d.Outputs[name].Path; p.Dir() != m.StoreDir {
			return nil, fmt.Errorf("its output %s is not in the store directory %s", p, m.StoreDir)
		}
	}
	if m.CheckInputs {
		if err := m.checkInputs(); err != nil {
			return nil, err
		}
	}
	if m.Shell == "" {
		if !path.IsAbs(m.d.Builder) || path.Base(m.d.Builder) != "bash" {
			return nil, fmt.Errorf("its builder %s is not a bash: give shell, the path of one", m.d.Builder)
		}
		if !strings.HasPrefix(m.d.Builder, m.StoreDir+"/") {
			return nil, fmt.Errorf("its builder %s is not in %s, so that the image does not have it: give shell, the path of a bash", m.d.Builder, m.StoreDir)
		}
		m.Shell = m.d.Builder
	}
	variables, err := m.environment()
	if err != nil {
		return nil, err
	}
	env, err := environmentList(variables)
	if err != nil {
		return nil, err
	}
	m.add("rc", false, m.rcfile())
	m.add("bin/buildDerivation", true, m.buildDerivation())
	m.add("bin/nixShell", true, m.nixShell())
	m.link("links/sh", m.Shell)
	if m.Coreutils != "" {
		m.link("links/env", string(m.Coreutils)+"/bin/env")
	}
	slices.SortFunc(m.files, func(x, y File) int { return strings.Compare(x.Path, y.Path) })
	return &Shell{
		Config: Config{Cmd: m.cmd(), Env: env, User: fmt.Sprintf("%d:%d", m.UID, m.GID), WorkingDir: buildDir},
		Files:  m.files,
	}, nil
}

// cmd starts the shell: interactive if a terminal is there, unless it is to
// run something.
func (m *maker) cmd() []string {
	if m.Run != "" {
		return []string{m.Shell, m.path("rc")}
	}
	return []string{m.Shell, "--rcfile", m.path("rc")}
}

// add adds a file to the object.
func (m *maker) add(name string, executable bool, content string) {
	m.files = append(m.files, File{Path: name, Executable: executable, Content: content})
}

// link adds a symlink to the object. Those in links are what an image has as
// /bin/sh and /usr/bin/env.
func (m *maker) link(name, target string) {
	m.files = append(m.files, File{Path: name, Target: target})
}

// path is where a file of the object is.
func (m *maker) path(name string) string { return string(m.Object) + "/" + name }

// checkKind refuses what has no environment to build in, in a container.
func checkKind(d *derivation.Derivation) error {
	const remedy = "give an input-addressed derivation, such as one that uses it"
	switch kind := d.Kind(); kind {
	case derivation.InputAddressed:
	case derivation.Deferred:
		return fmt.Errorf("it is %v, so that the paths of its outputs are not known before its inputs are built: %s", kind, "give the derivation that Nix resolves it to")
	default:
		return fmt.Errorf("it is %v, which a shell cannot build: %s", kind, remedy)
	}
	if strings.HasPrefix(d.Builder, "builtin:") {
		return fmt.Errorf("its builder %s is a part of Nix, which is not in the image: %s", d.Builder, remedy)
	}
	if !strings.HasSuffix(d.System, "-linux") {
		return fmt.Errorf("it is built on %s, and a container runs Linux: instantiate it with a system of Linux", d.System)
	}
	return nil
}
