package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/imagefile"
	"github.com/rules-strata/rules_strata/go/jsonfile"
)

// pushTarget is where an image is pushed to, and as what. For a program of an
// image_push it is the content of NAME.push.json, whose paths are relative to
// the runfiles; for others it is empty.
type pushTarget struct {
	Config string `json:"config"`
	// Images are those of an index, which has no config.
	Images     []pushImage `json:"images"`
	Insecure   bool        `json:"insecure"`
	Manifest   string      `json:"manifest"`
	Repository string      `json:"repository"`
	Tags       string      `json:"tags"`
	Version    int         `json:"version"`

	// config and manifest are what Bazel built, nil when it did not.
	config, manifest []byte
	tags             []string
	// runfiles is the folder of the program's runfiles.
	runfiles    string
	compression compress.Kind
}

// pushImage is one image of an index.
type pushImage struct {
	Config string `json:"config"`
	// Description is NAME.image.json.
	Description string `json:"description"`
	Manifest    string `json:"manifest"`

	config, manifest []byte
}

// pushFileOf is the file of a program that pushes an image.
func pushFileOf(program imagefile.Program) string {
	return strings.TrimSuffix(program.Description, ".image.json") + ".push.json"
}

// isPush says whether a program is that of an image_push: then it pushes when
// it is given no command.
func isPush(program imagefile.Program) bool {
	info, err := os.Stat(pushFileOf(program))
	return err == nil && info.Mode().IsRegular()
}

// pushTargetOf reads the file of the program, which may have none.
func pushTargetOf(program imagefile.Program) (*pushTarget, error) {
	file := pushFileOf(program)
	t := &pushTarget{runfiles: program.Runfiles}
	err := jsonfile.Read(file, t)
	if errors.Is(err, fs.ErrNotExist) {
		return t, nil
	}
	if err != nil {
		return nil, err
	}
	for _, field := range []struct{ name, value string }{{"manifest", t.Manifest}, {"repository", t.Repository}, {"tags", t.Tags}} {
		if field.value == "" {
			return nil, fmt.Errorf("%s: no %q", file, field.name)
		}
	}
	if (t.Config == "") == (len(t.Images) == 0) {
		return nil, fmt.Errorf(`%s: want either "config" or "images"`, file)
	}
	read := func(name string) []byte {
		data, readErr := os.ReadFile(filepath.Join(program.Runfiles, filepath.FromSlash(name)))
		err = errors.Join(err, readErr)
		return data
	}
	t.manifest = read(t.Manifest)
	if t.Config != "" {
		t.config = read(t.Config)
	}
	for n := range t.Images {
		i := &t.Images[n]
		i.config, i.manifest = read(i.Config), read(i.Manifest)
	}
	for line := range strings.Lines(string(read(t.Tags))) {
		t.tags = append(t.tags, strings.TrimRight(line, "\n"))
	}
	if err == nil && len(t.tags) == 0 {
		err = fmt.Errorf("%s: no tag in %s", file, t.Tags)
	}
	return t, err
}
