package command

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/rules-strata/rules_strata/go/isotime"
)

// Time is a time in seconds since 1970.
type Time int64

// UnmarshalText reads a number of seconds, a time of ISO 8601, or "@FILE", which has one of them.
func (f *Time) UnmarshalText(text []byte) (err error) {
	*f, err = Folder("").Time(string(text))
	return err
}

// Time is Time.UnmarshalText where FILE is in the folder.
func (f Folder) Time(text string) (Time, error) {
	given := text
	if file, ok := strings.CutPrefix(text, "@"); ok {
		given = "@" + f.At(file)
	}
	n, err := isotime.Resolve(given)
	if _, parseErr := strconv.ParseInt(text, 10, 64); err != nil && errors.Is(parseErr, strconv.ErrRange) {
		err = fmt.Errorf("%w; at most %d seconds are possible", err, int64(math.MaxInt64))
	}
	if err != nil {
		return 0, &TimeError{err}
	}
	return Time(n), nil
}

// TimeError is the error of a time. Its flag has the name of an image's
// attribute, by which the user knows it.
type TimeError struct{ error }
