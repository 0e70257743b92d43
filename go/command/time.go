package command

import (
	"fmt"
	"math"

	"github.com/rules-strata/rules_strata/go/isotime"
)

// Time is a time in seconds since 1970.
type Time int64

// UnmarshalText reads a number of seconds, a time with its zone, or "@FILE", which has one of them.
func (f *Time) UnmarshalText(text []byte) error {
	n, err := isotime.Resolve(string(text))
	if err != nil {
		return fmt.Errorf("%w; at most %d seconds are possible", err, int64(math.MaxInt64))
	}
	*f = Time(n)
	return nil
}
