//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/e2e/harness"
	"github.com/rules-strata/rules_strata/go/nar"
)

// badInput is a target that cannot be built, and what Bazel must say of it.
type badInput struct {
	label string
	words []string
	// made are the suffixes of what steps made that had nothing to complain of.
	made []string
}

// TestBadInputs: targets with something wrong in what they are made of fail,
// each with an error that says what it is, and leave nothing; those that look
// like them and are right are built. The names begin with the numbers of
// docs/bad-inputs.md.
func TestBadInputs(t *testing.T) {
	harness.Lane(t)
	harness.Need(t, harness.TestRoot)
	bazel := harness.Temporary(t, harness.CopyWorkspace(t, "e2e/bad_inputs"))
	bases := writeBadBases(t, filepath.Join(bazel.Dir, "bases"))
	harness.WriteFile(t, filepath.Join(bazel.Dir, "config/not_json.json"), `{"Cmd": [`)
	harness.WriteFile(t, filepath.Join(bazel.Dir, "config/not_utf8.json"), "{\"Labels\": {\"name\": \"caf\xe9\"}}")
	for _, name := range []string{"one", "two"} {
		harness.WriteFile(t, filepath.Join(bazel.Dir, "objects", name+".nar"), folderNAR(t, name))
	}
	built := bazel.Run(t, "build", "--keep_going", "--", "//...").MustFail(t, 1)
	failures := buildFailures(built.Stderr)
	bin := bazel.Bin(t)
	stem := func(label string) string {
		return filepath.Join(bin, strings.Replace(strings.TrimPrefix(label, "//"), ":", "/", 1))
	}

	all := maps.Clone(badInputs)
	for name, input := range bases {
		if input.words != nil {
			all[name] = input
		}
	}
	// An error of a macro, which Bazel tells without a target.
	t.Run("contents and copy_to_root", func(t *testing.T) {
		contains(t, "the error", built.Stderr, "in docker image image: You can not specify both contents and copy_to_root.")
	})
	named := map[string]bool{}
	for name, input := range all {
		t.Run(name, func(t *testing.T) {
			for _, word := range input.words {
				contains(t, "the error", failures[input.label], word)
			}
			if strings.Contains(failures[input.label], "goroutine ") {
				t.Errorf("it is a panic:\n%s", failures[input.label])
			}
			noOutput(t, stem(input.label), input.made...)
		})
		named[input.label] = true
	}
	t.Run("no other target fails", func(t *testing.T) {
		for label, said := range failures {
			if !named[label] {
				t.Errorf("%s: %s", label, said)
			}
		}
		for _, label := range []string{
			"//bases:odd_numbers", "//bases:two_members", "//contents:first_wins", "//contents:merged_usr", "//images:upper", "//scripts:asked_for",
		} {
			if _, err := os.Stat(stem(label) + ".tar.gz"); err != nil {
				t.Error(err)
			}
		}
	})
	t.Run("D28 a warning", func(t *testing.T) {
		for _, line := range strings.Split(built.Stderr, "\n") {
			if strings.Contains(line, "warning:") && strings.Contains(line, "//contents:left") && strings.Contains(line, "//contents:right") {
				return
			}
		}
		t.Errorf("no warning names //contents:left and //contents:right: %s", built)
	})
}

// baseFiles are what the step makes that reads a base image.
var baseFiles = []string{".base.json", ".base-config.json"}

func bad(label string, words ...string) badInput { return badInput{label: label, words: words} }

// badInputs are those that the workspace has; the base images are besides.
var badInputs = map[string]badInput{
	"D14 a whiteout's name in an object":      bad("//objects:whiteout", "share/.wh.text.txt", "a layer cannot hold", "rename"),
	"D14 a whiteout's name made by a script":  bad("//scripts:whiteout", "/.wh.file", "a layer cannot hold"),
	"D15 a long name":                         bad("//objects:long_name", "share/nnn", "256 bytes", "255"),
	"D15 a long path":                         bad("//objects:long_path", "ppp", "…", "bytes", "at most 40"),
	"D16 a config that is not UTF-8":          bad("//config:not_utf8", "byte 24 is not UTF-8"),
	"D17 uid -1":                              bad("//images:uid", "uid = -1", "from 0 to 2147483647"),
	"D17 gid -1":                              bad("//images:gid", "gid = -1", "from 0 to 2147483647"),
	"D17 uid 2^31":                            bad("//attributes/uid:image", "uid", "2147483648"),
	"D17 an mtime after the year 9999":        bad("//images:mtime_huge", "mtime", "10000-01-01T00:00:00Z"),
	"D22 a user's config that is no JSON":     bad("//config:not_json", "config", "not JSON"),
	"D22 an unknown field":                    bad("//config:unknown_field", `"Comand"`, "Cmd"),
	"D22 a field of another type":             bad("//config:wrong_type", "Cmd", "a list of strings"),
	"D27 more layers than overlay2 mounts":    {"//images:too_many_layers", []string{"126 layers", "125", "max_layers"}, baseFiles},
	"D27 no layer left":                       {"//images:no_layer_left", []string{"no layer is left", "max_layers = 100"}, baseFiles},
	"D28 two contents, one path":              bad("//contents:two_files", "/etc/motd", "//contents:left", "//contents:right", "remove one of"),
	"D28 two files, one path in an object":    bad("//objects:two_files", "share/text.txt", "objects/text.txt", "objects/other.txt"),
	"D12 a file and a directory in an object": bad("//objects:file_and_directory", "share", "share/text.txt", "directory"),
	"D29 a link, then a directory":            bad("//contents:link_and_directory", "/lib", "//contents:link", "//contents:directory", "remove one of"),
	"D29 a directory, then a link":            bad("//contents:directory_and_link", "/lib", "//contents:link", "//contents:directory", "remove one of"),
	"D30 a tag of 129 characters":             bad("//images:tag_long", "tag", "129 characters", "128"),
	"D30 a tag with a slash":                  bad("//images:tag_slash", `tag "a/b"`, "/"),
	"D30 a name with a space":                 bad("//images:name_space", `image_name "two words"`, "is not allowed"),
	"D30 a name with a tag":                   bad("//images:name_tag", `image_name "name:tag"`, "attribute tag"),
	"D31 a device":                            bad("//scripts:device", "mknod", "Operation not permitted", "fake_root_commands"),
	"D31 another owner":                       bad("//scripts:owner", "chown", "Operation not permitted", "fake_root_commands"),
	"a store path with two contents":          {"//images:twins", []string{"/nix/store/", "-twin has other contents in", "nar_two", "from one source"}, nil},
	"an unknown attribute":                    bad("//attributes/unknown:image", "max_layer"),
	"an unknown compressor":                   bad("//attributes/compressor:image", "compressor", "bz2", "zstd"),
	"an unknown architecture":                 bad("//images:architecture", `architecture = "x86_64"`, "amd64"),
	"an unknown layering":                     bad("//images:layering", `layering = "popular"`, "popularity_pinned"),
	"too few layers":                          bad("//images:max_layers", "max_layers = 1", "at least 2"),
	"an unknown field to inherit":             bad("//images:inherit", "inherit_config", "Envs", "Env"),
	"created that is no time":                 bad("//images:created", "created", "yesterday"),
	"a base's name without a base":            bad("//images:base_name_alone", "from_image_name", "from_image is not"),
	"a base that is no image":                 bad("//images:no_base", "text.txt", "neither an OCI layout nor a tar"),
	"a destination that leads out":            bad("//objects:upward", "../text.txt"),
}

// failed begins what Bazel says of each action or target that failed; target
// finds its label in it.
var (
	failed = regexp.MustCompile(`(?m)^ERROR: `)
	target = regexp.MustCompile(`(?:@@)?(//[\w/.-]*:[\w/.-]+)`)
)

// folderNAR is the NAR of a folder with a file of the text.
func folderNAR(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := nar.NewWriter(&b)
	for _, entry := range []nar.Entry{{Type: nar.Directory}, {Path: "file", Type: nar.Regular, Size: int64(len(text))}} {
		if err := w.WriteHeader(entry); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// buildFailures are what Bazel said of each target that could not be built, by
// its label.
func buildFailures(stderr string) map[string]string {
	failures := map[string]string{}
	for _, said := range failed.Split(stderr, -1)[1:] {
		first, _, _ := strings.Cut(said, "\n")
		if found := target.FindStringSubmatch(first); found != nil {
			failures[found[1]] += said
		}
	}
	return failures
}

// noOutput fails the test when a step left something that is made of what was
// wrong, besides the files with the suffixes.
func noOutput(t *testing.T, stem string, made ...string) {
	t.Helper()
	for _, suffix := range []string{
		".layer.json", ".listing.mtree", ".base.json", ".base-config.json", ".config.json", ".layers.json", ".tag", ".tar.gz",
	} {
		if _, err := os.Lstat(stem + suffix); !os.IsNotExist(err) && !slices.Contains(made, suffix) {
			t.Errorf("%s is there (%v)", stem+suffix, err)
		}
	}
}

// writeBadBases writes base images into a folder, each of which is the base of
// the target with its name.
func writeBadBases(t *testing.T, dir string) map[string]badInput {
	t.Helper()
	inputs := map[string]badInput{}
	for name, base := range badBases(t) {
		number, what, _ := strings.Cut(name, " ")
		harness.WriteFile(t, filepath.Join(dir, strings.ReplaceAll(what, " ", "_")+".tar"+base.suffix), base.data)
		inputs[fmt.Sprintf("%s a base: %s", number, what)] = badInput{"//bases:" + strings.ReplaceAll(what, " ", "_"), base.words, base.made}
	}
	return inputs
}
