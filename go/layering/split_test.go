package layering

import (
	"fmt"
	"testing"

	"github.com/rules-strata/rules_strata/go/store"
)

func TestClassicSplit(t *testing.T) {
	order := []store.Path{"a", "b", "c", "d"}
	for _, test := range []struct {
		objects, n int
		want       string
	}{
		{0, 1, "[]"},
		{1, 1, "[[a]]"},
		{4, 1, "[[a b c d]]"},
		{4, 2, "[[a] [b c d]]"},
		{4, 3, "[[a] [b] [c d]]"},
		{4, 4, "[[a] [b] [c] [d]]"},
		{4, 99, "[[a] [b] [c] [d]]"},
	} {
		got := ClassicSplit(order[:test.objects], test.n)
		if got == nil || fmt.Sprint(got) != test.want {
			t.Errorf("%d objects, %d layers: got %v, want %s", test.objects, test.n, got, test.want)
		}
	}
}
