package main

import (
	"fmt"
	"strconv"
	"strings"
)

// size is a number of bytes.
type size int64

// UnmarshalText reads "2GiB", "64MiB", "512KiB" or "1000".
func (s *size) UnmarshalText(text []byte) error {
	number, shift := string(text), 0
	for unit, bits := range map[string]int{"KiB": 10, "MiB": 20, "GiB": 30} {
		if rest, ok := strings.CutSuffix(number, unit); ok {
			number, shift = rest, bits
			break
		}
	}
	n, err := strconv.ParseInt(number, 10, 64-1-shift)
	if err != nil || n < 1 {
		return fmt.Errorf("%q is not a size: want a number of bytes, or one with KiB, MiB or GiB, at least 1", text)
	}
	*s = size(n << shift)
	return nil
}

// String is the size in the biggest unit that leaves a whole number.
func (s size) String() string {
	for _, unit := range []struct {
		bits int
		name string
	}{{30, " GiB"}, {20, " MiB"}, {10, " KiB"}} {
		if n := int64(s) >> unit.bits; n > 0 && n<<unit.bits == int64(s) {
			return strconv.FormatInt(n, 10) + unit.name
		}
	}
	return strconv.FormatInt(int64(s), 10) + " bytes"
}
