package narinfo

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/store"
)

// fixture gives a file that a real Nix made: see testdata/make.sh.
func fixture(tb testing.TB, name string) string {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		tb.Fatal(err)
	}
	return string(data)
}

// info gives a narinfo of the fixtures.
func info(tb testing.TB, name string) *NARInfo {
	tb.Helper()
	n, err := Parse(store.DefaultDir, []byte(fixture(tb, name+".narinfo")))
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

// key gives a public key of the fixtures: "one-1" or "two-1".
func key(tb testing.TB, name string) PublicKey {
	tb.Helper()
	k, err := ParsePublicKey(fixture(tb, name+".pub"))
	if err != nil {
		tb.Fatal(err)
	}
	return k
}

func wantError(t *testing.T, err error, phrases ...string) {
	t.Helper()
	for _, phrase := range phrases {
		if err == nil || !strings.Contains(err.Error(), phrase) {
			t.Errorf("got error %v, want one with %q", err, phrase)
		}
	}
}
