package layering

import (
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/store"
)

func TestDebug(t *testing.T) {
	for _, test := range []struct{ name, graph, leftOut, want string }{
		{"auto", "A10>B,G B20>C,E C50>D,E D60>F E30>F F70 !G1", "", `layering "auto": 4 store layers for 6 objects
LAYER  SIZE  CLOSURE  POPULARITY  OBJECT
1      70    70                   1 object, used by F
       70    70       9           6-F
2      60    130                  1 object, used by D
       60    130      4           4-D
3      80    210                  2 objects, used by C
       50    210      3           3-C
       30    100      5           5-E
4      30    241                  2 objects
       10    241      1           1-A
       20    230      2           2-B
`},
		{"unknown sizes, base", "A10>B,C B0>D C20>D D30", "D C", `layering "popularity": 2 store layers for 2 objects
LAYER  SIZE  CLOSURE  POPULARITY  OBJECT
1      ?     ?                    1 object
       ?     ?        2           2-B
2      10    ?                    1 object
       10    ?        1           1-A
-      20                         3-C: left out, the base image holds it
-      30                         4-D: left out, the base image holds it
-                                 1-A: replaced, the base image holds other bytes
`},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := sized(graphOf(test.graph), 4)
			plan := &Plan{}
			for _, o := range p.closure.Objects {
				if p.leftOut[o.Path] = strings.Contains(test.leftOut, o.Path.Name()); p.leftOut[o.Path] {
					plan.LeftOut = append(plan.LeftOut, o.Path)
				}
			}
			var layers []planned
			var err error
			if plan.Strategy, _, _ = strings.Cut(test.name, ","); plan.Strategy == "auto" {
				layers, err = planAuto(p)
			} else {
				plan.Strategy, plan.Replaced = "popularity", []store.Path{p.path(0)}
				layers, err = planPopularity(p)
			}
			if err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			if err := p.debug(&out, plan, layers); err != nil {
				t.Fatal(err)
			}
			got := strings.ReplaceAll(out.String(), "/nix/store/0000000000000000000000000000000", "")
			if got != test.want {
				t.Errorf("got\n%swant\n%s", got, test.want)
			}
		})
	}
}

// closed is a writer that fails.
type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, errors.New("closed") }

func TestDebugToNowhere(t *testing.T) {
	o := Options{Closure: writeClosure(t, [][]int{{}}, nil), Strategy: "popularity", MaxLayers: 5, Debug: closed{}}
	if _, err := Make(o); err == nil || err.Error() != "closed" {
		t.Errorf("got %v", err)
	}
}

func TestDecimal(t *testing.T) {
	power := func(bits uint) number {
		var n number
		for _, word := range new(big.Int).Lsh(big.NewInt(1), bits).Bits() {
			n = append(n, uint64(word))
		}
		return n
	}
	for _, test := range []struct {
		n    number
		want string
	}{
		{nil, "0"}, {power(0), "1"}, {power(64), "18446744073709551616"}, {power(66), "73786976294838206464"},
		{power(67), "1.47574e+20"}, {power(1000), "1.07151e+301"},
	} {
		if got := decimal(test.n); got != test.want {
			t.Errorf("got %s, want %s", got, test.want)
		}
	}
}
