package layering

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/store"
)

func TestPinned(t *testing.T) {
	// By popularity: F E D C B G A.
	for _, test := range []struct {
		name   string
		pinned string
		layers int
		want   string
	}{
		{"nothing pinned", "", 3, "F | E | D C B G A"},
		{"on top", "C A", 7, "F | E | D | B | G | C | A"},
		{"the others share", "C A", 4, "F | E D B G | C | A"},
		{"one layer for the others", "C A", 3, "F E D B G | C | A"},
		{"pinned ones share", "F C A", 3, "E D B G | F C | A"},
		{"many pinned ones share", "F C B A", 3, "E D G | F C B | A"},
		{"two layers", "F C A", 2, "E D B G | F C A"},
		{"one layer", "F C A", 1, "E D B G F C A"},
		{"one layer, nothing pinned", "", 1, "F E D C B G A"},
		{"all pinned", "A B C D E F G", 9, "F | E | D | C | B | G | A"},
		{"all pinned, few layers", "A B C D E F G", 3, "F E D C B | G | A"},
		{"all pinned, one layer", "A B C D E F G", 1, "F E D C B G A"},
		{"as many layers as pinned", "F A", 2, "E D C B G | F A"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := sized(graphOf(example), test.layers)
			p.pinned = map[store.Path]bool{pathOf(99, "unknown"): true}
			for _, o := range p.closure.Objects {
				p.pinned[o.Path] = strings.Contains(test.pinned, o.Path.Name())
			}
			got, err := planPinned(p)
			if err != nil || spell(got) != test.want {
				t.Errorf("got  %s, %v\nwant %s", spell(got), err, test.want)
			}
		})
	}
}

func TestPinnedLeftOut(t *testing.T) {
	p := sized(graphOf("A1>B,C B1>D C1>D !D1>E E1"), 3)
	p.pinned = map[store.Path]bool{}
	for _, o := range p.closure.Objects {
		p.pinned[o.Path] = strings.Contains("ACD", o.Path.Name())
		p.leftOut[o.Path] = o.Path.Name() == "A"
	}
	if got, err := planPinned(p); err != nil || spell(got) != "E | B | C" {
		t.Errorf("got %s, %v", spell(got), err)
	}
}

func TestReadPinned(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pinned")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(string(p(1)) + "\n" + string(p(2)) + "\n" + string(p(1)) + "\n")
	if got, err := readPinned(file); err != nil || len(got) != 2 || !got[p(1)] || !got[p(2)] {
		t.Errorf("got %v, %v", got, err)
	}
	write("")
	if got, err := readPinned(file); err != nil || len(got) != 0 {
		t.Errorf("got %v, %v", got, err)
	}
	write(string(p(1)) + "\n//:label\n")
	if _, err := readPinned(file); err == nil || !strings.Contains(err.Error(), file+`: line 2: "//:label" is not a store path`) {
		t.Errorf("got %v", err)
	}
}
