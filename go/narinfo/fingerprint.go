package narinfo

import (
	"slices"
	"strconv"
	"strings"

	"github.com/rules-strata/rules_strata/go/store"
)

// Fingerprint is the text that is signed:
//
//	1;<store path>;sha256:<base32>;<NAR size>;<reference>,<reference>,...
func Fingerprint(path store.Path, narHash Hash, narSize int64, references []store.Path) string {
	var b strings.Builder
	b.WriteString("1;")
	b.WriteString(string(path))
	b.WriteByte(';')
	b.WriteString(narHash.Nix())
	b.WriteByte(';')
	b.WriteString(strconv.FormatInt(narSize, 10))
	b.WriteByte(';')
	for i, r := range slices.Compact(slices.Sorted(slices.Values(references))) {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(string(r))
	}
	return b.String()
}
