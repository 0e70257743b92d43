package imagefile

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// StreamSuffix ends the name of the program that writes an image to its
// standard output; without it the name is that of the image's own executable.
const StreamSuffix = ".stream"

const descriptionSuffix = ".image.json"

// Program is one of the programs that an image has.
type Program struct {
	// Description is the path of NAME.image.json.
	Description string
	// Runfiles is the folder that the paths in it are relative to.
	Runfiles string
	// Stream says that the program is NAME.stream.
	Stream bool
}

// Locate finds the image that a program belongs to by the name that the
// program was started with: NAME or NAME.stream, beside which is
// NAME.image.json. Links are followed, so that a link to the program works
// from anywhere and under any name.
func Locate(argv0 string) (Program, error) {
	program, err := exec.LookPath(argv0)
	if err != nil {
		return Program{}, err
	}
	if program, err = filepath.Abs(program); err != nil {
		return Program{}, err
	}
	for at := program; ; {
		// An image's own name may end in the suffix.
		for _, name := range []string{at, strings.TrimSuffix(at, StreamSuffix)} {
			if isFile(name + descriptionSuffix) {
				runfiles, err := runfilesOf(name)
				return Program{Description: name + descriptionSuffix, Runfiles: runfiles, Stream: name != at}, err
			}
		}
		if at, err = follow(at); err != nil {
			return Program{}, fmt.Errorf("%s: no image beside it (%s%s): run it where Bazel made it, or through a link to there",
				program, filepath.Base(strings.TrimSuffix(program, StreamSuffix)), descriptionSuffix)
		}
	}
}

// follow is the path that a link leads to.
func follow(link string) (string, error) {
	target, err := os.Readlink(link)
	if err != nil || filepath.IsAbs(target) {
		return target, err
	}
	// The dots in target count from where the folders really are.
	dir, name := filepath.Split(filepath.Dir(link) + "/" + target)
	dir, err = filepath.EvalSymlinks(dir)
	return filepath.Join(dir, name), err
}

func runfilesOf(name string) (string, error) {
	if isDir(name + ".runfiles") {
		return name + ".runfiles", nil
	}
	// The image is among the runfiles of another program.
	for dir := filepath.Dir(name); dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if strings.HasSuffix(dir, ".runfiles") {
			return dir, nil
		}
	}
	if dir := os.Getenv("RUNFILES_DIR"); dir != "" && isDir(dir) {
		return dir, nil
	}
	return "", fmt.Errorf("%s.runfiles: not found: build the image without --nobuild_runfile_links", name)
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
