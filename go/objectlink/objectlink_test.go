package objectlink_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/linktree"
	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/objectlink"
	"github.com/rules-strata/rules_strata/go/store"
	"github.com/rules-strata/rules_strata/go/storeview"
)

const (
	bash  = "/nix/store/b00000000000000000000000000000bb-bash"
	tools = "/nix/store/c00000000000000000000000000000cc-tools"
	file  = "/nix/store/f00000000000000000000000000000ff-file"
	bad   = "/nix/store/d00000000000000000000000000000dd-bad"
)

var listings = map[store.Path][]object.Entry{
	bash: {
		{Type: nar.Directory},
		{Path: "bin", Type: nar.Directory},
		{Path: "bin/bash", Type: nar.Regular, Executable: true},
		{Path: "bin/broken", Type: nar.Symlink, Target: "gone"},
		{Path: "bin/env", Type: nar.Symlink, Target: tools + "/bin/env"},
		{Path: "bin/far", Type: nar.Symlink, Target: "/nix/store/a00000000000000000000000000000aa-far/bin/far"},
		{Path: "bin/notes", Type: nar.Regular},
		{Path: "bin/sh", Type: nar.Symlink, Target: "bash"},
		{Path: "empty", Type: nar.Directory},
		{Path: "sbin", Type: nar.Symlink, Target: "bin"},
	},
	tools: {
		{Type: nar.Directory},
		{Path: "bin", Type: nar.Directory},
		{Path: "bin/env", Type: nar.Regular, Executable: true},
	},
	file: {{Type: nar.Regular, Executable: true}},
}

func view() *storeview.View {
	return storeview.New("/nix/store", func(p store.Path) ([]object.Entry, error) {
		if p == bad {
			return nil, errors.New("unreadable")
		}
		return listings[p], nil
	})
}

func TestMake(t *testing.T) {
	for _, test := range []struct {
		object store.Path
		target string
		kind   objectlink.Kind
		place  string
		err    string
	}{
		{bash, "bin/bash", objectlink.Program, bash + "/bin/bash", ""},
		{bash, "bin/sh", objectlink.Program, bash + "/bin/bash", ""},
		{bash, "sbin/sh", objectlink.Program, bash + "/bin/bash", ""},
		{bash, "bin/env", objectlink.Program, tools + "/bin/env", ""},
		{bash, "bin/far", objectlink.Program, "", ""},
		{bash, "bin/notes", objectlink.File, bash + "/bin/notes", ""},
		{bash, "bin/bash", objectlink.File, bash + "/bin/bash", ""},
		{bash, "sbin", objectlink.Directory, bash + "/bin", ""},
		{file, "", objectlink.Program, file, ""},
		{bash, "bin/dash", objectlink.Program, "", "//:x: there is no bin/dash in it: set path to what there is; in bin there is bash, broken, env, far, notes, sh"},
		{bash, "usr/local/bin/sh", objectlink.Program, "", "//:x: there is no usr/local/bin/sh in it: set path to what there is; in it there is bin, empty, sbin"},
		{bash, "bin/broken", objectlink.Program, "", "//:x: there is no bin/broken in it"},
		{bash, "bin/notes/x", objectlink.File, "", "//:x: there is no bin/notes/x in it: set path to what there is; in bin there is"},
		{bash, "empty/x", objectlink.File, "", "in empty there is nothing"},
		{bash, "bin/notes", objectlink.Program, "", "//:x: bin/notes is a file that is not executable, want a program"},
		{bash, "bin", objectlink.Program, "", "//:x: bin is a directory, want a program"},
		{bash, "bin/bash", objectlink.Directory, "", "//:x: bin/bash is a file, want a directory"},
		{file, "bin/sh", objectlink.Program, "", "//:x: there is no bin/sh in it: it is not a directory: give another object"},
		{bad, "bin/sh", objectlink.Program, "", "unreadable"},
	} {
		t.Run(fmt.Sprint(test.object[44:], " ", test.target, " ", test.kind), func(t *testing.T) {
			o := objectlink.Object{Path: test.object, Label: "//:x", View: view()}
			entries, places, err := objectlink.Make(o, []objectlink.Link{{Path: "bin/new", Targets: []string{test.target}, Kind: test.kind}})
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("error %v, want %q", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want := []linktree.Entry{{Path: "bin/new", Target: strings.TrimSuffix(string(test.object)+"/"+test.target, "/")}}
			if !slices.Equal(entries, want) {
				t.Errorf("got %q, want %q", entries, want)
			}
			if test.place == "" != (len(places) == 0) || test.place != "" && places[0].Path != test.place {
				t.Errorf("leads to %v, want %q", places, test.place)
			}
		})
	}
}

// TestAlternatives: the first that is there is taken.
func TestAlternatives(t *testing.T) {
	o := objectlink.Object{Path: bash, Label: "//:x", View: view()}
	for _, test := range []struct {
		targets   []string
		want, err string
	}{
		{[]string{"bin/dash", "bin/bash", "bin/sh"}, "bin/bash", ""},
		{[]string{"bin/dash", "bin/far"}, "bin/far", ""},
		{[]string{"bin/notes", "bin/bash"}, "", "bin/notes is a file that is not executable"},
		{[]string{"bin/dash", "bin/ash"}, "", "there is no bin/dash and no bin/ash in it: set path to what there is; in bin there is bash"},
	} {
		entries, _, err := objectlink.Make(o, []objectlink.Link{{Path: "bin/sh", Targets: test.targets, Kind: objectlink.Program}})
		if test.err != "" {
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%q: error %v, want %q", test.targets, err, test.err)
			}
			continue
		}
		if err != nil || entries[0].Target != bash+"/"+test.want {
			t.Errorf("%q: got %q, error %v, want %q", test.targets, entries, err, test.want)
		}
	}
}

func TestManyNames(t *testing.T) {
	entries := []object.Entry{{Type: nar.Directory}}
	for i := range 30 {
		entries = append(entries, object.Entry{Path: fmt.Sprintf("f%02d", i), Type: nar.Regular})
	}
	o := objectlink.Object{Path: bash, View: storeview.New("/nix/store", func(store.Path) ([]object.Entry, error) { return entries, nil })}
	_, _, err := objectlink.Make(o, []objectlink.Link{{Targets: []string{"sh"}, Kind: objectlink.File}})
	if err == nil || !strings.HasSuffix(err.Error(), "f19, and 10 more") {
		t.Errorf("error %v", err)
	}
}
