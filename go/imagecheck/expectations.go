// Package imagecheck tells whether an image is what somebody expects: its
// config, and the files that a container would see. It needs no daemon and
// writes nothing: the layers are laid on one another in memory (OCI image
// specification, "Image Layer Filesystem Changeset"), without the files'
// contents, and contents are read in passing where an expectation asks for
// them.
package imagecheck

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/rules-strata/rules_strata/go/imagetree"
	"github.com/rules-strata/rules_strata/go/jsonfile"
)

// Expectations are what an image should be, and are the content of a JSON file.
type Expectations struct {
	// Config holds fields of the image's config. A name is that of a field
	// ("architecture", "config"), of a field inside of objects, with dots
	// ("config.Labels.maintainer"), or of a field of "config" ("Cmd"). Of an
	// object the fields that are given must be there and as they are given; a
	// list must have exactly the elements given; null is for a field that is
	// not there, or null.
	Config map[string]any `json:"config"`
	// Paths are absolute, without "." and "..". Symlinks on the way are
	// followed, within the image.
	Paths map[string]Path `json:"paths"`
	// Absent are paths where nothing may be, not even a symlink that leads
	// nowhere.
	Absent []string `json:"absent"`
}

// Path is what should be at a path. Whatever is not given may be anything, but
// something must be there.
//
// Type, Mode, UID and GID are those of what the path leads to through symlinks;
// they are the symlink's own when Type is "symlink" or Target is given. Size,
// Content, Contains and SHA256 are always those of the file that the path leads
// to.
type Path struct {
	// Type is "file", "directory", "symlink", "char", "block" or "fifo".
	Type string `json:"type"`
	// Mode holds the 12 permission bits in octal, "0755".
	Mode string `json:"mode"`
	// UID and GID are the owner's numbers.
	UID *int64 `json:"uid"`
	GID *int64 `json:"gid"`
	// Target is the text of a symlink.
	Target *string `json:"target"`
	// Content is all that is in the file, Contains a part of it of at most
	// 64 KiB.
	Content  *string `json:"content"`
	Contains *string `json:"contains"`
	// SHA256 is the content's digest, 64 hexadecimal digits.
	SHA256 string `json:"sha256"`
	// Size is its number of bytes.
	Size *int64 `json:"size"`
}

// Read reads expectations from a file. Errors name the file and the field.
func Read(file string) (*Expectations, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	e, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return e, nil
}

// Parse reads expectations as JSON.
func Parse(data []byte) (*Expectations, error) {
	if err := checkFields(data); err != nil {
		return nil, err
	}
	var e Expectations
	if err := jsonfile.Decode(data, &e); err != nil {
		return nil, fmt.Errorf("not expectations of an image: %w", err)
	}
	// Numbers stay as they are written.
	var exact struct {
		Config map[string]any `json:"config"`
	}
	dec := json.NewDecoder(strings.NewReader(string(data)))
	dec.UseNumber()
	if err := dec.Decode(&exact); err != nil {
		return nil, fmt.Errorf("not expectations of an image: %w", err)
	}
	e.Config = exact.Config
	if len(e.Config)+len(e.Paths)+len(e.Absent) == 0 {
		return nil, errors.New("nothing is expected: give config, paths or absent")
	}
	for _, name := range e.Absent {
		if err := checkPath(name); err != nil {
			return nil, fmt.Errorf("absent: %w", err)
		}
		if _, ok := e.Paths[name]; ok {
			return nil, fmt.Errorf("%s is both in paths and in absent: remove one", name)
		}
	}
	for _, name := range sortedKeys(e.Paths) {
		err := checkPath(name)
		if err == nil {
			p := e.Paths[name]
			err = p.check()
		}
		if err != nil {
			return nil, fmt.Errorf("paths: %q: %w", name, err)
		}
	}
	return &e, nil
}

// checkFields finds what encoding/json would refuse without saying at which
// path it stands.
func checkFields(data []byte) error {
	var fields, paths map[string]json.RawMessage
	if json.Unmarshal(data, &fields) != nil {
		return nil
	}
	if err := checkNames(fields, reflect.TypeFor[Expectations]()); err != nil {
		return fmt.Errorf("not expectations of an image: %w", err)
	}
	if json.Unmarshal(fields["paths"], &paths) != nil {
		return nil
	}
	for _, name := range sortedKeys(paths) {
		if err := checkPathFields(paths[name]); err != nil {
			return fmt.Errorf("paths: %q: %w", name, err)
		}
	}
	return nil
}

// checkPathFields checks the fields of a Path.
func checkPathFields(data []byte) error {
	var fields map[string]json.RawMessage
	if json.Unmarshal(data, &fields) == nil {
		if err := checkNames(fields, reflect.TypeFor[Path]()); err != nil {
			return err
		}
	}
	var p Path
	err := json.Unmarshal(data, &p)
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) || wrong.Field == "" {
		return err
	}
	want := "a string"
	if wrong.Type.Kind() == reflect.Int64 {
		want = "a whole number"
	}
	return fmt.Errorf("%s: got %s, want %s", wrong.Field, wrong.Value, want)
}

// checkNames wants every key to be the name of a field of the struct t, as
// encoding/json compares them.
func checkNames(keys map[string]json.RawMessage, t reflect.Type) error {
	var names []string
	for _, field := range reflect.VisibleFields(t) {
		names = append(names, field.Tag.Get("json"))
	}
	for _, key := range sortedKeys(keys) {
		if !slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, key) }) {
			return fmt.Errorf("unknown field %q: the fields are %s", key, strings.Join(names, ", "))
		}
	}
	return nil
}

func checkPath(name string) error {
	if !strings.HasPrefix(name, "/") {
		return fmt.Errorf("%q is not an absolute path", name)
	}
	if clean := path.Clean(name); clean != name {
		return fmt.Errorf("%q: write it %q", name, clean)
	}
	return nil
}

var typeNames = []string{imagetree.File, imagetree.Directory, imagetree.Symlink, imagetree.Char, imagetree.Block, imagetree.FIFO}

func (p *Path) check() error {
	if p.Type != "" && !slices.Contains(typeNames, p.Type) {
		return fmt.Errorf("type is %q, want one of %s", p.Type, strings.Join(typeNames, ", "))
	}
	if p.Target != nil && p.Type != "" && p.Type != imagetree.Symlink {
		return fmt.Errorf("it has a target, but type is %q: only a symlink has one", p.Type)
	}
	if p.Mode != "" {
		if _, err := p.mode(); err != nil {
			return err
		}
	}
	if p.SHA256 != "" {
		if sum, err := hex.DecodeString(p.SHA256); err != nil || len(sum) != 32 || strings.ToLower(p.SHA256) != p.SHA256 {
			return fmt.Errorf("sha256 is %q, want 64 lower-case hexadecimal digits", p.SHA256)
		}
	}
	if p.Contains != nil && len(*p.Contains) > maxContains {
		return fmt.Errorf("contains has %d bytes, at most %d are possible: use sha256 or content", len(*p.Contains), maxContains)
	}
	for name, n := range map[string]*int64{"uid": p.UID, "gid": p.GID, "size": p.Size} {
		if n != nil && *n < 0 {
			return errors.New(name + " is negative")
		}
	}
	return nil
}

func (p *Path) mode() (uint32, error) {
	mode, err := strconv.ParseUint(p.Mode, 8, 32)
	if err != nil || mode > 0o7777 {
		return 0, fmt.Errorf("mode is %q, want octal digits like 0755, at most 07777", p.Mode)
	}
	return uint32(mode), nil
}

// own says whether a symlink at the path is itself what is described.
func (p *Path) own() bool { return p.Type == imagetree.Symlink || p.Target != nil }

// reads says whether the file's content matters, ofFile whether anything does
// that only a file has.
func (p *Path) reads() bool  { return p.Content != nil || p.Contains != nil || p.SHA256 != "" }
func (p *Path) ofFile() bool { return p.reads() || p.Size != nil }
