package replay

import (
	"cmp"
	"slices"
	"strings"
	"testing"
)

const paragraphs = `Package: app
Version: 1.0-1
Installed-Size: 10
Depends: lib (>= 1), missing | virtual, data:any,
 folded
Description: an application
 with a second line: of text

Package: lib
Version: 2:1.0-1
Source: src (1.0)
Pre-Depends: app
Installed-Size: 0

Package: data
Version: 3

Package: b
Version: 1
Provides: virtual (= 1), other

Package: a
Version: 1
Provides: virtual
`

func read(t *testing.T, texts ...string) *Index {
	t.Helper()
	var x *Index
	var err error
	switch len(texts) {
	case 1:
		x, err = ReadIndex(strings.NewReader(texts[0]))
	default:
		x, err = ReadIndex(strings.NewReader(texts[0]), strings.NewReader(texts[1]))
	}
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestReadIndex(t *testing.T) {
	x := read(t, paragraphs)
	if got, want := x.needs["app"], []string{"a", "data", "lib"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	lib := x.packages["lib"]
	if lib.Source != "src" || lib.Size != 1 || lib.Version != "2:1.0-1" {
		t.Errorf("%+v", lib)
	}
	if data := x.packages["data"]; data.Source != "data" || data.Size != 1<<10 {
		t.Errorf("%+v", data)
	}
	if !x.Has("app") || x.Has("virtual") {
		t.Error("a virtual package is there, or a real one is not")
	}
}

// TestReadUpdates: the highest version counts, wherever it is.
func TestReadUpdates(t *testing.T) {
	updates := "Package: lib\nVersion: 2:1.0-2\nDepends: data\n\nPackage: data\nVersion: 2\n\nPackage: b\nVersion: 2\nProvides: none\n"
	for _, x := range []*Index{read(t, paragraphs, updates), read(t, updates, paragraphs)} {
		if got := x.packages["lib"].Version + " " + x.packages["data"].Version; got != "2:1.0-2 3" {
			t.Errorf("got %s", got)
		}
		if got := x.provides["virtual"]; !slices.Equal(got, []string{"a"}) {
			t.Errorf("got %v", got)
		}
	}
}

func TestReadIndexErrors(t *testing.T) {
	for _, test := range []struct{ text, wantErr string }{
		{"Package: a\nno field\n", "line 2: \"no field\" is not a field"},
		{"Package: a\nInstalled-Size: many\n\n", `line 3: the Installed-Size "many" of a is not a number of KiB`},
		{"Package: a\nInstalled-Size: -1", `the Installed-Size "-1" of a`},
	} {
		if _, err := ReadIndex(strings.NewReader(test.text)); err == nil || !strings.Contains(err.Error(), test.wantErr) {
			t.Errorf("got %v, want %q", err, test.wantErr)
		}
	}
}

func TestCompareVersions(t *testing.T) {
	ascending := []string{"1.0~rc1", "1.0", "1.0-0.1", "1.0-1~bpo1", "1.0-1", "1.0-1+b1", "1.0-1.1", "1.0a", "1.0+dfsg-1", "1.01", "1.2", "1.10", "1:0.1", "10:0"}
	for i, a := range ascending {
		for j, b := range ascending {
			if a == "1.01" && b == "1.01" || i == j {
				if compareVersions(a, b) != 0 {
					t.Errorf("%s is not equal to itself", a)
				}
				continue
			}
			if got := compareVersions(a, b); got != cmp.Compare(i, j) {
				t.Errorf("%s, %s: got %d", a, b, got)
			}
		}
	}
	if compareVersions("1.01", "1.1") != 0 || compareVersions("1.0", "0:1.0") != 0 || compareVersions("1.0", "1.0-0") != 0 {
		t.Error("equal versions differ")
	}
}
