package builtin

import (
	"fmt"
	"math/big"
	"strings"
)

// sizeUnits are the suffixes of GNU commands' numbers.
const sizeUnits = "KMGTPEZYRQ"

// parseSize parses a number with a suffix: b (512), kB, K or KiB, MB, M or MiB and so on. What is beyond an int64 is its maximum.
func parseSize(text string) (int64, bool) {
	digits := len(text) - len(strings.TrimLeft(text, "0123456789"))
	n, ok := new(big.Int).SetString(text[:digits], 10)
	if !ok {
		return 0, false
	}
	factor, ok := sizeFactor(text[digits:])
	if !ok {
		return 0, false
	}
	if n.Mul(n, factor); !n.IsInt64() {
		return 1<<63 - 1, true
	}
	return n.Int64(), true
}

func sizeFactor(suffix string) (*big.Int, bool) {
	switch suffix {
	case "":
		return big.NewInt(1), true
	case "b":
		return big.NewInt(512), true
	}
	letter, base := strings.ToUpper(suffix[:1]), int64(1024)
	power := strings.Index(sizeUnits, letter) + 1
	switch {
	case power == 0 || suffix[0] != letter[0] && letter != "K" && letter != "M":
		return nil, false
	case suffix[1:] == "B":
		base = 1000
	case suffix[1:] != "" && suffix[1:] != "iB":
		return nil, false
	}
	return new(big.Int).Exp(big.NewInt(base), big.NewInt(int64(power)), nil), true
}

// partCount is what head and tail are told to take.
type partCount struct {
	bytes bool
	sign  byte // '-' or '+' where written
	n     int64
}

// parsePart reads the options -n and -c of head and tail, whichever came last; lines without either.
func parsePart(o *options) (partCount, error) {
	p := partCount{n: 10, bytes: o.last("n", "c") == "c"}
	text, unit := "", "lines"
	if p.bytes {
		text, _ = o.value("c")
		unit = "bytes"
	} else if value, ok := o.value("n"); ok {
		text = value
	} else {
		return p, nil
	}
	number := text
	if text != "" && (text[0] == '-' || text[0] == '+') {
		p.sign, number = text[0], text[1:]
	}
	n, ok := parseSize(number)
	if !ok {
		return p, fmt.Errorf("invalid number of %s: %s", unit, quote(text))
	}
	p.n = n
	return p, nil
}

// partHeaders writes the lines "==> NAME <==" of head and tail.
type partHeaders struct {
	out   output
	on    bool
	after bool
}

func newPartHeaders(out output, o *options) *partHeaders {
	return &partHeaders{out: out, on: o.last("q", "v") == "v" || len(o.args) > 1 && !o.has("q")}
}

func (h *partHeaders) write(name string) {
	if !h.on {
		return
	}
	if name == "-" {
		name = "standard input"
	}
	if h.after {
		h.out.WriteByte('\n')
	}
	h.after = true
	fmt.Fprintf(h.out, "==> %s <==\n", name)
}
