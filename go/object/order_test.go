package object

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestCompare(t *testing.T) {
	// The order of Python's sorted(map(pathlib.PurePosixPath, map(os.fsdecode, ...))).
	sorted := []string{
		"",
		"B",
		"a", "a/b", "a/b/c", "a\x01", "a b", "a-b", "a.b", "a0", "ab",
		"a\u007f", "a\u0080", "aé", "a\ud7ff",
		// Bytes that are not UTF-8 are surrogates, U+DC80 to U+DCFF ...
		"a\x80", "a\xbf", "a\xc3", "a\xed\xa0\x80", "a\xff", "a\xff/x", "a\xff\x80",
		// ... and so come before these, which is not the order of bytes.
		"a\ue000", "a\uffff", "a\U00010000", "a\U0010ffff",
		"é", "日",
	}
	for i, a := range sorted {
		for j, b := range sorted {
			if got := Compare(a, b); sign(got) != sign(i-j) {
				t.Errorf("Compare(%q, %q) = %d", a, b, got)
			}
		}
	}
	shuffled := slices.Clone(sorted)
	rand.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	slices.SortFunc(shuffled, Compare)
	if !slices.Equal(shuffled, sorted) {
		t.Errorf("got %q", shuffled)
	}
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

func TestCompareBytes(t *testing.T) {
	sorted := []string{"", "a", "a/b", "a/b/c", "a/c", "a\x01", "a b", "a-b", "a0", "aé", "a\ue000", "a\x80x", "a\xff"}
	slices.SortFunc(sorted, compareBytes)
	want := []string{"", "a", "a/b", "a/b/c", "a/c", "a\x01", "a b", "a-b", "a0", "a\x80x", "aé", "a\ue000", "a\xff"}
	if !slices.Equal(sorted, want) {
		t.Errorf("got %q", sorted)
	}
}

func FuzzCompare(f *testing.F) {
	f.Add("a/b", "a-b", "a")
	f.Add("a\xff", "a\ue000", "a\xed\xa0\x80")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		if sign(Compare(a, b)) != -sign(Compare(b, a)) {
			t.Errorf("%q, %q: not antisymmetric", a, b)
		}
		if Compare(a, b) == 0 && a != b {
			t.Errorf("%q and %q are equal", a, b)
		}
		if Compare(a, b) < 0 && Compare(b, c) < 0 && Compare(a, c) >= 0 {
			t.Errorf("%q, %q, %q: not transitive", a, b, c)
		}
	})
}
