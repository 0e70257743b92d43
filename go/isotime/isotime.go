// Package isotime reads the times that an image's attributes give: numbers of
// seconds, and times of ISO 8601.
package isotime

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Parse gives a time in seconds since 1970-01-01T00:00:00Z. Text is such a
// number, or a time of ISO 8601: a date (2026-01-31, 20260131, 2026-W05-6,
// 2026W056, or 2026-W05 for the week's Monday), alone or with a time of day
// after a T or a blank (12:00:00, 120000, 12:00 or 12), alone or with a zone
// (Z, +01:00, +0100 or +01). A date alone is midnight, a time without a zone is
// in UTC, 24:00 is the end of the day, and fractions of a second are dropped.
//
// A text of eight digits is a date, and one of four, a year alone, is refused;
// with a sign, both are seconds.
func Parse(text string) (int64, error) {
	digits := strings.Trim(text, "0123456789") == ""
	if digits && len(text) == len("2026") {
		return 0, fmt.Errorf("%q: a year alone is no time: write %s-01-01", text, text)
	}
	isDate := digits && len(text) == len("20260131")
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && !isDate {
		return n, nil
	}
	t, err := parseTime(text)
	switch {
	case err == nil:
		return t.Unix(), nil
	case errors.Is(err, errLeapSecond):
		return 0, fmt.Errorf("%q: %w", text, err)
	}
	err = fmt.Errorf("%q is neither a number of seconds nor a time of ISO 8601, such as 1970-01-01T00:00:01Z", text)
	if isDate {
		err = fmt.Errorf("%w: 8 digits are a date: write +%s for seconds since 1970", err, text)
	}
	return 0, err
}

var (
	errSyntax     = errors.New("not a time of ISO 8601")
	errLeapSecond = errors.New("a leap second has no number of its own: write :59")
)

// parseTime reads a date, a time of day and a zone.
func parseTime(text string) (time.Time, error) {
	rest := cursor(text)
	t, err := rest.date()
	if err != nil || rest == "" {
		return t, err
	}
	if !rest.skip("Tt ") {
		return t, errSyntax
	}
	sinceMidnight, err := rest.clock(24 * time.Hour)
	if err != nil {
		return t, err
	}
	offset, err := rest.zone()
	if err == nil && rest != "" {
		err = errSyntax
	}
	return t.Add(sinceMidnight - offset), err
}

// cursor is what is left of a text.
type cursor string

// skip reads one of some characters, if it is next.
func (c *cursor) skip(chars string) bool {
	found := *c != "" && strings.IndexByte(chars, (*c)[0]) >= 0
	if found {
		*c = (*c)[1:]
	}
	return found
}

// digit says whether a digit is next.
func (c *cursor) digit() bool { return *c != "" && '0' <= (*c)[0] && (*c)[0] <= '9' }

// number reads a number of so many digits.
func (c *cursor) number(digits int) (int, error) {
	n := 0
	for range digits {
		if !c.digit() {
			return 0, errSyntax
		}
		n = 10*n + int((*c)[0]-'0')
		*c = (*c)[1:]
	}
	return n, nil
}

// date reads YYYY-MM-DD, YYYYMMDD or the date of a week.
func (c *cursor) date() (time.Time, error) {
	year, err := c.number(4)
	if err != nil {
		return time.Time{}, err
	}
	extended := c.skip("-")
	if c.skip("W") {
		return c.weekDate(year, extended)
	}
	month, err := c.number(2)
	if err != nil || extended && !c.skip("-") {
		return time.Time{}, errSyntax
	}
	day, err := c.number(2)
	if err != nil {
		return time.Time{}, err
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if int(t.Month()) != month || t.Day() != day {
		return time.Time{}, errSyntax
	}
	return t, nil
}

// weekDate reads the week of a year and the day of the week, which may be
// missing.
func (c *cursor) weekDate(year int, extended bool) (time.Time, error) {
	week, err := c.number(2)
	if err != nil {
		return time.Time{}, err
	}
	day := 1
	if extended && c.skip("-") || !extended && c.digit() {
		if day, err = c.number(1); err != nil {
			return time.Time{}, err
		}
	}
	// 4 January is always in the first week, which begins with a Monday.
	fourth := time.Date(year, time.January, 4, 0, 0, 0, 0, time.UTC)
	sinceMonday := (int(fourth.Weekday()) + 6) % 7
	t := fourth.AddDate(0, 0, 7*(week-1)+day-1-sinceMonday)
	if y, w := t.ISOWeek(); y != year || w != week || day < 1 || day > 7 {
		return time.Time{}, errSyntax
	}
	return t, nil
}

// clock reads HH, HH:MM, HH:MM:SS or HH:MM:SS.F, or the same without colons,
// of at most limit.
func (c *cursor) clock(limit time.Duration) (time.Duration, error) {
	hour, err := c.number(2)
	if err != nil {
		return 0, err
	}
	extended := c.skip(":")
	var minute, second int
	var fraction time.Duration
	if extended || c.digit() {
		if minute, err = c.number(2); err != nil {
			return 0, err
		}
		if extended && c.skip(":") || !extended && c.digit() {
			if second, fraction, err = c.seconds(); err != nil {
				return 0, err
			}
		}
	}
	d := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second + fraction
	if minute > 59 || second > 59 || d > limit {
		return 0, errSyntax
	}
	return d, nil
}

// seconds reads SS or SS.F.
func (c *cursor) seconds() (second int, fraction time.Duration, err error) {
	if second, err = c.number(2); err != nil {
		return 0, 0, err
	}
	if second == 60 {
		return 0, 0, errLeapSecond
	}
	if !c.skip(".,") {
		return second, 0, nil
	}
	if !c.digit() {
		return 0, 0, errSyntax
	}
	for unit := time.Second / 10; c.digit(); unit /= 10 {
		fraction += time.Duration((*c)[0]-'0') * unit
		*c = (*c)[1:]
	}
	return second, fraction, nil
}

// zone reads Z, or a sign and how far the zone is from UTC; without a zone it
// is UTC.
func (c *cursor) zone() (time.Duration, error) {
	if *c == "" || c.skip("Zz") {
		return 0, nil
	}
	negative := (*c)[0] == '-'
	if !c.skip("+-") {
		return 0, errSyntax
	}
	offset, err := c.clock(24*time.Hour - 1)
	if negative {
		offset = -offset
	}
	return offset, err
}
