package command

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/rules-strata/rules_strata/go/isotime"
)

// Time is a time in seconds since 1970.
type Time int64

// UnmarshalText reads a number of seconds, a time of ISO 8601, or "@FILE", which has one of them.
func (f *Time) UnmarshalText(text []byte) error {
	n, err := isotime.Resolve(string(text))
	if _, parseErr := strconv.ParseInt(string(text), 10, 64); err != nil && errors.Is(parseErr, strconv.ErrRange) {
		err = fmt.Errorf("%w; at most %d seconds are possible", err, int64(math.MaxInt64))
	}
	if err != nil {
		return &timeError{err}
	}
	*f = Time(n)
	return nil
}

// timeError is the error of a time. Its flag has the name of an image's
// attribute, by which the user knows it.
type timeError struct{ error }
