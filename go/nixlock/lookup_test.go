package nixlock_test

import (
	"context"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/nixlock"
	"github.com/rules-strata/rules_strata/go/nixlock/locktest"
	"github.com/rules-strata/rules_strata/go/store"
)

// An object that a cache has, but is not trusted with, is taken from the next
// one.
func TestNextCacheWhenNotTrusted(t *testing.T) {
	const name = "lib-1.0"
	path := locktest.Path(name)
	for _, test := range []struct {
		name   string
		first  func(c *locktest.Cache)
		second func(c *locktest.Cache)
		want   []string // nil: it is taken from the second cache
		not    string
	}{
		{name: "not signed", first: func(c *locktest.Cache) { c.Edit(path, c.Line(path, "Sig"), "") }},
		{name: "signed by a key that is not trusted", first: func(c *locktest.Cache) {
			other := locktest.New("other-1")
			other.Add(name)
			c.Files[locktest.NARInfo(path)] = other.Files[locktest.NARInfo(path)]
		}},
		{name: "a wrong signature of a trusted key", first: func(c *locktest.Cache) { c.Edit(path, c.Line(path, "NarSize"), "NarSize: 1\n") }},
		{name: "another hash of the NAR", first: func(c *locktest.Cache) {
			c.Add("evil-1.0")
			c.Edit(path, c.Line(path, "NarHash"), c.Line(locktest.Path("evil-1.0"), "NarHash"))
		}},
		{name: "a wrong content address", first: func(c *locktest.Cache) {
			c.Edit(path, "Sig: ", "CA: text:sha256:"+strings.Repeat("0", 52)+"\nSig: ")
		}},
		{
			name:   "neither is trusted",
			first:  func(c *locktest.Cache) { c.Edit(path, c.Line(path, "Sig"), "") },
			second: func(c *locktest.Cache) { c.Edit(path, c.Line(path, "NarSize"), "NarSize: 1\n") },
			want:   []string{"FIRST: " + string(path) + `: not signed, trusted are "lab-1"`, "SECOND: " + string(path) + `: the signature by "lab-1" does not match`},
		},
		{
			name:   "the other does not have it",
			first:  func(c *locktest.Cache) { c.Edit(path, c.Line(path, "Sig"), "") },
			second: func(c *locktest.Cache) { delete(c.Files, locktest.NARInfo(path)) },
			want:   []string{"FIRST: " + string(path) + ": not signed", "SECOND: it does not have " + string(path)},
		},
		{
			name:  "an answer that is no narinfo",
			first: func(c *locktest.Cache) { c.Files[locktest.NARInfo(path)] = []byte("<html>\n") },
			want:  []string{"HTML"}, not: "SECOND",
		},
		{
			name: "a file that is not the object",
			first: func(c *locktest.Cache) {
				c.Edit(path, c.Line(path, "FileHash"), "")
				c.Edit(path, c.Line(path, "FileSize"), "")
				c.Files[c.URL(path)] = locktest.Compress(locktest.NAR("evil"))
			},
			want: []string{"FIRST: file nar/", string(path)}, not: "SECOND",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			first, second := locktest.New("lab-1"), locktest.New("lab-1")
			for _, c := range []*locktest.Cache{first, second} {
				c.Add(name)
			}
			test.first(first)
			if test.second != nil {
				test.second(second)
			}
			one, two := first.Serve(t).URL, second.Serve(t).URL
			l := nixlock.New(store.DefaultDir, []string{one, two}, []string{first.Key.String()})
			err := newResolver(t).Add(context.Background(), l, packages(path))
			if test.want == nil {
				if err != nil || l.Objects[path].Cache != two {
					t.Errorf("got %v, %+v", err, l.Objects)
				}
				return
			}
			urls := strings.NewReplacer("FIRST", "cache "+one, "SECOND", "cache "+two)
			for _, phrase := range test.want {
				wantError(t, err, urls.Replace(phrase))
			}
			if test.not != "" && strings.Contains(err.Error(), urls.Replace(test.not)) {
				t.Errorf("got %v", err)
			}
			if len(l.Objects) != 0 {
				t.Errorf("the lock changed: %+v", l.Objects)
			}
		})
	}
}
