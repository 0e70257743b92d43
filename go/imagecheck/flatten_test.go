package imagecheck_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/imagecheck"
)

// TestWhiteouts: what an upper layer removes, and what it does not.
func TestWhiteouts(t *testing.T) {
	lower := []string{"a/", "a/one=1", "a/two=2", "a/sub/", "a/sub/three=3", "b=file", "c/", "c/x=x"}
	for _, test := range []struct {
		name            string
		upper           []string
		there, notThere []string
	}{
		{"a file", []string{"a/.wh.one"}, []string{"/a/two", "/a/sub/three"}, []string{"/a/one", "/a/.wh.one"}},
		{"a directory", []string{".wh.a"}, []string{"/b"}, []string{"/a", "/a/one"}},
		{"nothing", []string{".wh.none"}, []string{"/a/one"}, []string{"/none"}},
		{"opaque", []string{"a/.wh..wh..opq"}, []string{"/a", "/b"}, []string{"/a/one", "/a/two", "/a/sub"}},
		{"opaque before its own", []string{"a/.wh..wh..opq", "a/new=n", "a/sub/n=n"}, []string{"/a/new", "/a/sub/n"}, []string{"/a/one", "/a/sub/three"}},
		{"opaque after its own", []string{"a/new=n", "a/one=n", "a/sub/n=n", "a/.wh..wh..opq"}, []string{"/a/new", "/a/one", "/a/sub/n"}, []string{"/a/two", "/a/sub/three"}},
		{"whiteout after its own", []string{"a/new=n", ".wh.a"}, []string{"/a/new"}, []string{"/a/one", "/a/sub"}},
		{"whiteout before its own", []string{".wh.a", "a/", "a/new=n"}, []string{"/a/new"}, []string{"/a/one", "/a/sub"}},
		{"opaque root", []string{".wh..wh..opq", "n=n"}, []string{"/n"}, []string{"/a", "/b", "/c"}},
		{"files of AUFS", []string{".wh..wh.plnk/", ".wh..wh.plnk/x=x", ".wh..wh.aufs"}, []string{"/a", "/b"}, []string{"/.wh..wh.plnk", "/.wh..wh.aufs"}},
		{"a file for a directory", []string{"a=new"}, []string{"/a"}, []string{"/a/one"}},
		{"a directory for a file", []string{"b/", "b/x=x"}, []string{"/b/x"}, nil},
		{"a link for a directory", []string{"a -> c"}, []string{"/a/x"}, []string{"/a/one"}},
		{"a directory again", []string{"a@700,0,0"}, nil, nil},
		{"a directory with its content", []string{"a/", "a/one=new"}, []string{"/a/one", "/a/two"}, nil},
		{"a hard link to below", []string{"a/hard => b", ".wh.b"}, []string{"/a/hard"}, []string{"/b"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			upper := test.upper
			for i, text := range upper {
				if strings.Contains(text, ".wh.") && !strings.HasSuffix(text, "/") && !strings.Contains(text, "=") {
					upper[i] += "="
				}
			}
			paths := map[string]struct{}{"/": {}}
			for _, path := range test.there {
				paths[path] = struct{}{}
			}
			absent := append([]string{"/.wh."}, test.notThere...)
			expectations, err := json.Marshal(map[string]any{"paths": paths, "absent": absent})
			if err != nil {
				t.Fatal(err)
			}
			if got := check(t, newImage(t, "{}", lower, upper), string(expectations)); len(got) > 0 {
				t.Errorf("%s", strings.Join(got, "\n"))
			}
		})
	}
}

// TestLowerContent: a directory's new attributes leave what is in it.
func TestLowerContent(t *testing.T) {
	img := newImage(t, "{}", []string{"a/", "a/f@644,1,1=1"}, []string{"a/@700,5,5"}, []string{"a/g=2"})
	got := check(t, img, `{"paths": {"/a": {"mode": "0700", "uid": 5}, "/a/f": {"content": "1", "mode": "0644"}, "/a/g": {"content": "2"}}}`)
	if len(got) > 0 {
		t.Errorf("got %q", got)
	}
}

func TestBadLayers(t *testing.T) {
	for _, test := range []struct {
		name   string
		layers [][]string
		want   string
	}{
		{"out of the image", [][]string{{"../x=1"}}, `layer 1 of 1 (part0): entry "../x": its path has "..", which could lead out of the image`},
		{"through a symlink", [][]string{{"l -> d", "d/"}, {"l/x=1"}}, `layer 2 of 2 (part1): entry "l/x": its path leads through the symlink /l -> d`},
		{"below a file", [][]string{{"f=1", "f/x=1"}}, `entry "f/x": it is below /f, which is a file`},
		{"file and directory", [][]string{{"f=1", "f/"}}, `entry "f/": it is a directory, but an earlier entry of the same layer makes it a file`},
		{"directory and file", [][]string{{"f/", "f=1"}}, `entry "f": it is a file, but an earlier entry of the same layer makes it a directory`},
		{"hard link to nothing", [][]string{{"h => none"}}, `entry "h": hard link to "none": there is no such file yet`},
		{"hard link to a directory", [][]string{{"d/", "h => d"}}, `entry "h": hard link to "d": it is a directory`},
		{"hard link out of the image", [][]string{{"h => ../x"}}, `entry "h": hard link to "../x": its path has ".."`},
		{"unknown type", [][]string{{"x:x"}}, `entry "x": its type 'Z' is unknown`},
		{"whiteout of no name", [][]string{{".wh.="}}, `entry ".wh.": it is a whiteout of "", which is no name`},
		{"whiteout below a file", [][]string{{"f=1", "f/.wh.x="}}, `entry "f/.wh.x": it is below /f, which is a file`},
		{"root that is a file", [][]string{{".=x"}}, `entry ".": the root folder must be a directory`},
	} {
		t.Run(test.name, func(t *testing.T) {
			e, err := imagecheck.Parse([]byte(`{"paths": {"/": {}}}`))
			if err != nil {
				t.Fatal(err)
			}
			_, err = imagecheck.Run(context.Background(), newImage(t, "{}", test.layers...), e)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

// TestChangedLayer: a layer that is not what it was is an error, wherever.
func TestChangedLayer(t *testing.T) {
	e, err := imagecheck.Parse([]byte(`{"paths": {"/f": {}}}`))
	if err != nil {
		t.Fatal(err)
	}
	img := newImage(t, "{}", []string{"f=1"})
	img.diffID = "sha256:" + strings.Repeat("0", 64)
	if _, err := imagecheck.Run(context.Background(), img, e); err == nil || !strings.Contains(err.Error(), "layer 1 of 1 (part0): its diff ID is sha256:") {
		t.Errorf("got %v", err)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	e, err := imagecheck.Parse([]byte(`{"paths": {"/f": {}}}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := imagecheck.Run(ctx, newImage(t, "{}", []string{"f=1"}), e); err == nil || !strings.Contains(err.Error(), "context canceled") {
		t.Errorf("got %v", err)
	}
}

func TestParse(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"not JSON", "x", "not expectations of an image: invalid character"},
		{"unknown field", `{"path": {}}`, `not expectations of an image: unknown field "path": the fields are config, paths, absent`},
		{"unknown field of a path", `{"paths": {"/a": {"mode": "0755"}, "/x": {"perm": 1}}}`,
			`paths: "/x": unknown field "perm": the fields are type, mode, uid, gid, target, content, contains, sha256, size`},
		{"unknown fields of two paths", `{"paths": {"/y": {"b": 1, "a": 1}, "/x": {"d": 1, "c": 1}}}`, `paths: "/x": unknown field "c"`},
		{"path that is no object", `{"paths": {"/x": "file"}}`, `paths: "/x": json: cannot unmarshal string`},
		{"paths that are a list", `{"paths": ["/x"]}`, "not expectations of an image: json: cannot unmarshal array"},
		{"list", `["/x"]`, "not expectations of an image: json: cannot unmarshal array"},
		{"nothing", `{"config": {}, "paths": {}, "absent": []}`, "nothing is expected: give config, paths or absent"},
		{"relative path", `{"paths": {"bin/x": {}}}`, `paths: "bin/x": "bin/x" is not an absolute path`},
		{"path with dots", `{"paths": {"/a/../b": {}}}`, `"/a/../b": write it "/b"`},
		{"path with a slash at its end", `{"absent": ["/a/"]}`, `absent: "/a/": write it "/a"`},
		{"present and absent", `{"paths": {"/a": {}}, "absent": ["/a"]}`, "/a is both in paths and in absent: remove one"},
		{"unknown type", `{"paths": {"/a": {"type": "dir"}}}`, `paths: "/a": type is "dir", want one of file, directory, symlink, char, block, fifo`},
		{"target of a file", `{"paths": {"/a": {"type": "file", "target": "b"}}}`, `it has a target, but type is "file"`},
		{"mode that is not octal", `{"paths": {"/a": {"mode": "0788"}}}`, `mode is "0788", want octal digits like 0755, at most 07777`},
		{"mode with a type", `{"paths": {"/a": {"mode": "0100644"}}}`, `mode is "0100644"`},
		{"mode that is a number", `{"paths": {"/a": {"mode": 493}}}`, `paths: "/a": mode: got number, want a string`},
		{"size that is a fraction", `{"paths": {"/a": {"size": 1.5}}}`, `paths: "/a": size: got number 1.5, want a whole number`},
		{"short digest", `{"paths": {"/a": {"sha256": "abc"}}}`, `sha256 is "abc", want 64`},
		{"negative size", `{"paths": {"/a": {"size": -1}}}`, "size is negative"},
		{"long text", fmt.Sprintf(`{"paths": {"/a": {"contains": %q}}}`, strings.Repeat("x", 65<<10)), "contains has 66560 bytes"},
	} {
		if _, err := imagecheck.Parse([]byte(test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %s", test.name, err, test.want)
		}
	}
}
