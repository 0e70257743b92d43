package layerset_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/layerset"
)

// id is the diff ID of a layer that is called by one hexadecimal digit.
func id(name rune) string { return "sha256:" + strings.Repeat(string(name), 64) }

// layers are those called by the letters of names, lowest first. The one called
// n has n+1 bytes.
func layers(names string) []archive.Layer {
	var list []archive.Layer
	for _, name := range names {
		list = append(list, archive.Layer{DiffID: id(name), Size: int64(strings.IndexRune("0123456789abcdef", name) + 1)})
	}
	return list
}

func namesOf(s layerset.Set) string {
	var names []byte
	for _, diffID := range slices.Sorted(maps.Keys(s)) {
		names = append(names, diffID[len(diffID)-1])
	}
	return string(names)
}

func TestSets(t *testing.T) {
	added := layerset.Of(layers("12"))
	added.Add(layerset.Of(layers("23")))
	for _, test := range []struct {
		name string
		got  layerset.Set
		want string
	}{
		{"of none", layerset.Of(nil), ""},
		{"of some", layerset.Of(layers("3123")), "123"},
		{"common", layerset.Common(layers("1234"), []string{id('4'), id('9'), id('2')}), "24"},
		{"nothing in common", layerset.Common(layers("12"), []string{id('3')}), ""},
		{"below all", layerset.Below(layers("123"), 3), "123"},
		{"below the top", layerset.Below(layers("123"), 2), "12"},
		{"below the lowest", layerset.Below(layers("123"), 0), ""},
		{"below, and above too", layerset.Below(layers("1231"), 3), "23"},
		{"added", added, "123"},
	} {
		if got := namesOf(test.got); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}

func TestRest(t *testing.T) {
	for _, test := range []struct {
		in, all string
		n       int
		bytes   int64
	}{
		{"", "", 0, 0},
		{"", "123", 3, 9},
		{"2", "123", 2, 6},
		{"13", "1313", 0, 0},
		{"1", "1313", 1, 4},
	} {
		if n, bytes := layerset.Of(layers(test.in)).Rest(layers(test.all)); n != test.n || bytes != test.bytes {
			t.Errorf("%q of %q: %d, %d bytes, want %d, %d", test.in, test.all, n, bytes, test.n, test.bytes)
		}
	}
}

func TestLowestNamed(t *testing.T) {
	path := func(name rune) string { return "open blobs/sha256/" + strings.Repeat(string(name), 64) }
	for _, test := range []struct {
		name, set, message string
		want               int
		ok                 bool
	}{
		{"one", "1234", path('3') + ": no such file", 2, true},
		{"two", "1234", path('4') + ", " + path('2'), 1, true},
		{"one that was sent", "14", path('2') + ", " + path('4'), 3, true},
		{"another", "1234", path('9'), 0, false},
		{"none", "1234", "no space left on device", 0, false},
		{"part of a longer number", "1234", path('1') + "0", 0, false},
	} {
		got, ok := layerset.Of(layers(test.set)).LowestNamed(layers("1234"), test.message)
		if got != test.want || ok != test.ok {
			t.Errorf("%s: %d, %v, want %d, %v", test.name, got, ok, test.want, test.ok)
		}
	}
}
