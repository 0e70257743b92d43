package layering

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/closure"
	"github.com/rules-strata/rules_strata/go/store"
)

// graphOf reads a graph: each word is a name, its size and what it refers to,
// "A10>B,C"; a "!" before it makes it synthetic.
func graphOf(text string) *closure.Closure {
	refs, sizes, synthetic := map[string][]string{}, map[string]int64{}, map[string]bool{}
	for word := range strings.FieldsSeq(text) {
		word, isSynthetic := strings.CutPrefix(word, "!")
		object, targets, _ := strings.Cut(word, ">")
		name := object[:1]
		refs[name] = strings.FieldsFunc(targets, func(r rune) bool { return r == ',' })
		sizes[name], _ = strconv.ParseInt(object[1:], 10, 64)
		synthetic[name] = isSynthetic
	}
	c := named(refs)
	for i := range c.Objects {
		o := &c.Objects[i]
		o.NarSize, o.Synthetic = sizes[o.Path.Name()], synthetic[o.Path.Name()]
	}
	return c
}

const (
	// small is the graph of the reference's own tests.
	small   = "A1>C B1>C,D C1 D1"
	example = "A10>B,G B20>C,E C50>D,E D60>F E30>F F70 G1"
)

var quotedName = regexp.MustCompile(`"[A-Z]"`)

// expand puts the paths of a closure in the place of names of one letter.
func expand(c *closure.Closure, pipeline string) string {
	return quotedName.ReplaceAllStringFunc(pipeline, func(name string) string {
		for _, o := range c.Objects {
			if o.Path.Name() == strings.Trim(name, `"`) {
				return `"` + string(o.Path) + `"`
			}
		}
		return name
	})
}

// plan runs a pipeline.
func plan(p *problem, pipeline string) ([]planned, error) {
	run, err := parsePipeline(json.RawMessage(pipeline))
	if err != nil {
		return nil, err
	}
	return runPipeline(p, run)
}

func TestPipeline(t *testing.T) {
	for _, test := range []struct{ name, graph, pipeline, want string }{
		// Known answers of the reference.
		{"split", small, `[["split_paths", ["B"]]]`, "B D | C | A"},
		{"split and over", small, `[["split_paths", ["B"]], ["over", "main", ["subcomponent_in", ["B"]]]]`, "B | D | C | A"},
		{"split, A excluded", "!A1>C B1>C,D C1 D1", `[["split_paths", ["B"]]]`, "B C D"},
		{"split, D excluded", "A1>C B1>C,D C1 !D1", `[["split_paths", ["B"]]]`, "B | C | A"},

		{"popularity", example, `[["popularity_contest"]]`, "F | E | D | C | B | G | A"},
		{"no operations", example, `[]`, "G A B E C D F"},
		{"order of equal sizes", "A1 C1 B1 D1>D", `[]`, "A B C D"},
		{"limit", example, `[["popularity_contest"], ["limit_layers", 3]]`, "F | E | D C B G A"},
		{"limit of one", example, `[["popularity_contest"], ["limit_layers", 1]]`, "F E D C B G A"},
		{"limit of as many", example, `[["popularity_contest"], ["limit_layers", 7]]`, "F | E | D | C | B | G | A"},
		{"limit of more", example, `[["popularity_contest"], ["limit_layers", 8]]`, "F | E | D | C | B | G | A"},
		{"limit of nothing", "", `[["popularity_contest"], ["limit_layers", 8]]`, ""},
		{"split in three", "A1>B,C B2>D C3>D D4>E E5", `[["split_paths", ["B"]]]`, "B | D E | A C"},
		{"split without common", example, `[["split_paths", ["D", "E"]]]`, "E D F | G A B C"},
		{"split of children", example, `[["split_paths", [{"children_of": "B"}]]]`, "E C D F | G A B"},
		{"split of children of two", example, `[["split_paths", [{"children_of": ["A", "C"]}]]]`, "G B E C D F | A"},
		{"split of nothing", example, `[["split_paths", []]]`, "G A B E C D F"},
		{"split of unknown", example, `[["split_paths", ["/nix/store/x", {"children_of": "Z"}, {"children_of": "G"}]]]`, "G A B E C D F"},
		{"split at the root", example, `[["split_paths", ["A", "F"]]]`, "G A B E C D F"},
		{"split at one of two roots", small, `[["split_paths", ["A"]]]`, "A | C | B D"},
		{"split at all roots", small, `[["split_paths", ["A", "B"]]]`, "A B C D"},
		{"split of one that another needs", example, `[["split_paths", ["B", "E"]]]`, "B E C D F | G A"},
		{"split of a cycle", "A1>B B2>A,C C3", `[["split_paths", ["B"]]]`, "A B C"},
		{"split beside a cycle", "A1>B B2>A,C C3 D4>C", `[["split_paths", ["C"]]]`, "C | A B D"},
		{"subcomponent out", example, `[["subcomponent_out", ["C"]]]`, "E C D F | G A B"},
		{"subcomponent in", example, `[["subcomponent_in", ["D", "G"]]]`, "G A B C D | E F"},
		{"subcomponent of one path", example, `[["subcomponent_in", "D"]]`, "A B C D | G E F"},
		{"subcomponent without a rest", example, `[["subcomponent_out", ["A"]]]`, "G A B E C D F | "},
		{"subcomponent without a main", example, `[["subcomponent_out", ["Z"]]]`, " | G A B E C D F"},
		{"over the rest", example, `[["subcomponent_out", ["C"]], ["over", "rest", ["popularity_contest"]], ["flatten"], ["limit_layers", 3]]`,
			"E C D F | B | G A"},
		{"over an empty part", example, `[["subcomponent_out", ["A"]], ["over", "rest", ["popularity_contest"]]]`, "G A B E C D F"},
		{"pipe", example, `[["pipe", [["popularity_contest"], ["reverse"]]], ["limit_layers", 2]]`, "A | G B C D E F"},
		{"over with a pipe", example, `[["split_paths", ["C"]], ["over", "main", ["pipe", [["popularity_contest"], ["limit_layers", 1]]]]]`,
			"D C | E F | G A B"},
		{"map", example, `[["split_every", 3], ["map", ["remove_paths", "A"]]]`, "G B | E C D | F"},
		{"map of lists", example, `[["split_every", 4], ["map", ["split_every", 3]], ["reverse"]]`, "C D F | G A B | E"},
		{"map of a pipe", example, `[["split_every", 4], ["map", ["pipe", [["popularity_contest"], ["map", ["split_every", 1]]]]], ["flatten"]]`,
			"E | B | G | A | F | D | C"},
		{"split every", example, `[["split_every", 2]]`, "G A | B E | C D | F"},
		{"split every of more", example, `[["split_every", 20]]`, "G A B E C D F"},
		{"remove a path", example, `[["remove_paths", "F"], ["popularity_contest"]]`, "E | D | C | B | G | A"},
		{"remove paths", example, `[["remove_paths", ["F", "A", "Z"]]]`, "G B E C D"},
		{"remove all", small, `[["remove_paths", ["A", "B", "C", "D"]], ["popularity_contest"]]`, ""},
		// References between what was apart are gone: F is popular no more.
		{"limit and again", example, `[["split_every", 1], ["limit_layers", 1], ["map", ["popularity_contest"]]]`, "A | B | C | D | E | F | G"},
		{"flatten", example, `[["subcomponent_in", ["G"]], ["over", "rest", ["split_paths", ["D"]]], ["flatten"], ["reverse"]]`, "B E C | F | D | G A"},
		{"flatten a graph", example, `[["flatten"]]`, "G A B E C D F"},
		{"deep", example, strings.Repeat(`[["pipe", `, 50) + `[["split_every", 4]]` + strings.Repeat(`]]`, 50), "G A B E | C D F"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := graphOf(test.graph)
			got, err := plan(sized(c, 0), expand(c, test.pipeline))
			if err != nil || spell(got) != test.want {
				t.Errorf("got  %s, %v\nwant %s", spell(got), err, test.want)
			}
			for _, l := range got {
				if l.paths == nil {
					t.Error("an empty layer would be null in JSON")
				}
			}
		})
	}
}

// TestPipelineOnABase: what the base holds leads to what it needs, but is in
// no layer and does not count as one.
func TestPipelineOnABase(t *testing.T) {
	for _, test := range []struct{ name, leftOut, pipeline, want string }{
		{"popularity", "F B", `[["popularity_contest"]]`, "E | D | C | G | A"},
		{"limit", "F E", `[["popularity_contest"], ["limit_layers", 2]]`, "D | C B G A"},
		{"limit of graphs", "G A", `[["split_every", 2], ["limit_layers", 2]]`, "B E | C D F"},
		{"split every", "A B", `[["split_every", 2]]`, "G E | C D | F"},
		{"references", "C", `[["subcomponent_out", ["B"]]]`, "B E D F | G A"},
		{"a part of it", "E D F", `[["subcomponent_out", ["D", "E"]], ["over", "rest", ["popularity_contest"]], ["flatten"], ["limit_layers", 2]]`, "C | B G A"},
		{"an empty part", "G", `[["subcomponent_out", ["Z"]]]`, " | A B E C D F"},
		{"all", "A B C D E F G", `[["popularity_contest"]]`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := graphOf(example)
			p := sized(c, 0)
			for _, o := range c.Objects {
				p.leftOut[o.Path] = strings.Contains(test.leftOut, o.Path.Name())
			}
			got, err := plan(p, expand(c, test.pipeline))
			if err != nil || spell(got) != test.want {
				t.Errorf("got  %s, %v\nwant %s", spell(got), err, test.want)
			}
		})
	}
}

func TestPipelineErrors(t *testing.T) {
	for _, test := range []struct{ name, pipeline, want string }{
		{"not JSON", `[["flatten"]`, "not JSON: unexpected EOF"},
		{"two values", `[] []`, "more than one JSON value"},
		{"not a list", `{"a": 1}`, `layering pipeline: want a list of operations, such as [["popularity_contest"], ["limit_layers", 99]], got {"a": 1}`},
		{"null", `null`, "want a list of operations"},
		{"operation without a list", `["popularity_contest"]`, `operation 1: want a list of an operation's name and its arguments`},
		{"operation without a name", `[["flatten"], [3]]`, `operation 2: want a list of an operation's name`},
		{"empty operation", `[[]]`, `operation 1: want a list of an operation's name`},
		{"unknown operation", `[["sort"]]`, `operation 1: unknown operation "sort": there are flatten, limit_layers, map, over, pipe, popularity_contest, ` +
			`remove_paths, reverse, split_every, split_paths, subcomponent_in, subcomponent_out`},
		{"unknown operation in a pipe", `[["flatten"], ["pipe", [["flatten"], ["sort"]]]]`, `operation 2: pipe: operation 2: unknown operation "sort"`},
		{"unknown operation in over", `[["over", "main", ["sort"]]]`, `over: unknown operation "sort"`},
		{"unknown operation in map", `[["map", ["sort"]]]`, `map: unknown operation "sort"`},
		{"too few arguments", `[["limit_layers"]]`, "limit_layers: got 0 arguments, want 1"},
		{"too many arguments", `[["reverse", 1]]`, "reverse: got 1 arguments, want 0"},
		{"limit of 0", `[["limit_layers", 0]]`, "limit_layers: got 0: want a number greater than 0"},
		{"limit of -1", `[["limit_layers", -1]]`, "got -1: want a number greater than 0"},
		{"limit of a text", `[["limit_layers", "5"]]`, `got "5": want a number greater than 0`},
		{"limit of a half", `[["limit_layers", 0.5]]`, `got 0.5: want a number greater than 0`},
		{"split every 0", `[["split_every", 0]]`, "split_every: got 0: want a number greater than 0"},
		{"split without a list", `[["split_paths", "A"]]`, `split_paths: got "`},
		{"split of a number", `[["split_paths", [1]]]`, `split_paths: path 1: got 1: want a store path or {"children_of": a store path or a list of them}`},
		{"split of another dict", `[["split_paths", ["A", {"parents_of": "B"}]]]`, `path 2: unexpected split path spec {"parents_of": `},
		{"split of more than children", `[["split_paths", [{"children_of": "B", "x": 1}]]]`, `it has invalid keys: want only "children_of"`},
		{"children of a number", `[["split_paths", [{"children_of": 1}]]]`, "got 1: want a store path or a list of them"},
		{"paths that are none", `[["remove_paths", {"a": 1}]]`, `remove_paths: got {"a": 1}: want a store path or a list of them`},
		{"null for paths", `[["subcomponent_in", null]]`, `subcomponent_in: got null: want a store path`},
		{"not expanded", `[["remove_paths", "$(store_path :a)"]]`, `"$(store_path :a)" is not expanded here`},
		{"over no name", `[["over", 1, ["flatten"]]]`, `over: got 1: want the name of a part, such as "main"`},
		{"over a missing part", `[["split_paths", ["A"]], ["over", "common", ["popularity_contest"]]]`,
			`operation 2: over: there is no part "common": there are main (split_paths makes no part that is empty)`},
		{"over a graph", `[["over", "main", ["flatten"]]]`, "over: it is for parts, as split_paths and subcomponent_in and _out make them, but what comes before gives a graph"},
		{"over a bad part", `[["split_paths", ["A"]], ["over", "main", ["reverse"]]]`, `over: "main": reverse: it is for a list`},
		{"list for a graph", `[["popularity_contest"], ["popularity_contest"]]`,
			`operation 2: popularity_contest: it is for a graph, but what comes before gives a list: choose a part with "over", or an element with "map"`},
		{"parts for a graph", `[["subcomponent_in", "A"], ["split_every", 2]]`, `gives parts (main, rest): choose`},
		{"graph for a list", `[["limit_layers", 2]]`, `limit_layers: it is for a list, but what comes before gives a graph: put ["flatten"] between them`},
		{"parts for a list", `[["subcomponent_in", "A"], ["reverse"]]`, `reverse: it is for a list, but what comes before gives parts (main, rest)`},
		{"map over parts", `[["subcomponent_in", "A"], ["map", ["flatten"]]]`, "map: it is for a list"},
		{"map over graphs of lists", `[["split_every", 1], ["map", ["reverse"]]]`, "map: element 1: reverse: it is for a list"},
		{"limit of lists", `[["split_every", 2], ["map", ["split_every", 1]], ["limit_layers", 2]]`, `the list has an element that is not a graph but a list: put ["flatten"] before`},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := graphOf(example)
			file := filepath.Join(t.TempDir(), "pipeline.json")
			if err := os.WriteFile(file, []byte(expand(c, test.pipeline)), 0o644); err != nil {
				t.Fatal(err)
			}
			run, err := readPipeline(file)
			if err == nil {
				_, err = run(sized(c, 0))
			}
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), file+": ") {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

func TestPipelineNeedsSizes(t *testing.T) {
	if _, err := plan(sized(graphOf("A1 B0"), 0), `[]`); err == nil || !strings.Contains(err.Error(), "needs the NAR size of every object") {
		t.Errorf("got %v", err)
	}
}

// TestPipelineFile: MaxLayers is ignored, but not the limit of Docker.
func TestPipelineFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pipeline.json")
	if err := os.WriteFile(file, []byte(` [ ["popularity_contest"] ] `+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	c := numbered(make([][]int, 126))
	c.Roots = []store.Path{}
	for i := range c.Objects {
		c.Objects[i].NarSize = 9
	}
	closure := filepath.Join(t.TempDir(), "closure.json")
	if err := c.Write(closure); err != nil {
		t.Fatal(err)
	}
	_, err := Make(Options{Closure: closure, Pipeline: file, OwnLayers: 1, MaxLayers: 200})
	if err == nil || !strings.Contains(err.Error(), `the image has 127 layers`) || !strings.Contains(err.Error(), `["limit_layers", N]`) {
		t.Errorf("got %v", err)
	}
	if err := os.WriteFile(file, []byte(`[["split_every", 100], ["map", ["remove_paths", []]]]`), 0o644); err != nil {
		t.Fatal(err)
	}
	plan, err := Make(Options{Closure: closure, Pipeline: file, OwnLayers: 1})
	if err != nil || len(plan.Layers) != 2 || plan.Strategy != "pipeline" {
		t.Errorf("got %+v, %v", plan, err)
	}
}

// TestReplacedAndRemoved: what a pipeline removes replaces nothing in the base.
func TestReplacedAndRemoved(t *testing.T) {
	c := graphOf("A1>B B2>C C3")
	a, b := c.Objects[0].Path, c.Objects[1].Path
	c.Roots = []store.Path{}
	folder := t.TempDir()
	closure, pipeline := filepath.Join(folder, "closure.json"), filepath.Join(folder, "pipeline.json")
	if err := c.Write(closure); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(pipeline, []byte(expand(c, `[["remove_paths", "B"], ["popularity_contest"]]`)), 0o644); err != nil {
		t.Fatal(err)
	}
	plan, err := Make(Options{Closure: closure, Pipeline: pipeline, Base: writeBase(t, 1, map[store.Path]string{a: "", b: ""}),
		Mutable: []string{writeMutable(t, digestOf("a"), a), writeMutable(t, digestOf("b"), b)}})
	if err != nil || len(plan.Replaced) != 1 || plan.Replaced[0] != a || len(plan.Layers) != 2 {
		t.Errorf("got %+v, %v", plan, err)
	} else if err := plan.check(); err != nil {
		t.Error(err)
	}
}

// TestEmptyLayer: a plan with an empty layer is written and read.
func TestEmptyLayer(t *testing.T) {
	file := filepath.Join(t.TempDir(), "plan.json")
	want := Plan{Version: 1, Strategy: pipelineName, Layers: [][]store.Path{{}, {p(1)}}, LeftOut: []store.Path{}, Replaced: []store.Path{}}
	if err := want.Write(file); err != nil {
		t.Fatal(err)
	}
	got, err := ReadPlan(file)
	if err != nil || !reflect.DeepEqual(*got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}
