package builtin

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	epochPattern = regexp.MustCompile(`^@ *([-+]?[0-9]+)(?:[.,]([0-9]+))?$`)
	dayPattern   = regexp.MustCompile(`^(\d{4})-(\d{1,2})-(\d{1,2})|^(\d{4})/(\d{1,2})/(\d{1,2})|^(\d{4})(\d{2})(\d{2})`)
	clockPattern = regexp.MustCompile(`^([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]+))?)?`)
	zonePattern  = regexp.MustCompile(`^(?:[zZ]|(?i:utc|gmt)|([-+])([0-9]{2}):?([0-9]{2})?)$`)
	stampPattern = regexp.MustCompile(`^([0-9]{2})?([0-9]{2})?([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})(?:\.([0-9]{2}))?$`)
)

// parseDate parses a date as touch -d and date -d take it, in UTC: "@SECONDS", an ISO 8601 date, time or both with an optional zone, or
// words. What the text leaves out comes from now: its day, and midnight for a day alone.
func parseDate(text string, now time.Time) (t time.Time, ok bool) {
	now, text = now.UTC(), strings.TrimSpace(text)
	if t, ok = parseISODate(text, now); !ok {
		t, ok = parseDateWords(text, now)
	}
	return t, ok
}

// parseISODate parses what is no sentence.
func parseISODate(text string, now time.Time) (t time.Time, ok bool) {
	switch strings.ToLower(text) {
	case "":
		return time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC), true
	case "now", "today":
		return now, true
	case "yesterday":
		return now.AddDate(0, 0, -1), true
	case "tomorrow":
		return now.AddDate(0, 0, 1), true
	}
	if m := epochPattern.FindStringSubmatch(text); m != nil {
		return parseEpoch(m[1], m[2])
	}
	year, month, day := now.Year(), int(now.Month()), now.Day()
	rest := text
	if m := dayPattern.FindStringSubmatch(text); m != nil {
		fields := m[1:4]
		for at := 4; fields[0] == ""; at += 3 {
			fields = m[at : at+3]
		}
		year, month, day = number(fields[0]), number(fields[1]), number(fields[2])
		rest = text[len(m[0]):]
		if rest != "" && strings.IndexByte(" Tt", rest[0]) < 0 {
			return time.Time{}, false
		}
		rest = strings.TrimLeft(rest, " ")
		if rest != "" && (rest[0] == 'T' || rest[0] == 't') {
			rest = rest[1:]
		}
	}
	return parseClock(rest, year, month, day)
}

// parseEpoch makes a time of whole seconds since 1970 and the digits of a fraction.
func parseEpoch(seconds, fraction string) (time.Time, bool) {
	s, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return time.Time{}, false
	}
	ns := nanoseconds(fraction)
	if strings.HasPrefix(seconds, "-") {
		ns = -ns
	}
	return time.Unix(s, int64(ns)).UTC(), true
}

// parseClock reads a time of the day and a zone, each of which may be missing, and joins them with the day.
func parseClock(text string, year, month, day int) (time.Time, bool) {
	hour, minute, second, ns := 0, 0, 0, 0
	if m := clockPattern.FindStringSubmatch(text); m != nil {
		hour, minute, second, ns = number(m[1]), number(m[2]), number(m[3]), nanoseconds(m[4])
		text = strings.TrimLeft(text[len(m[0]):], " ")
	}
	offset := time.Duration(0)
	if text != "" {
		m := zonePattern.FindStringSubmatch(text)
		if m == nil {
			return time.Time{}, false
		}
		offset = time.Duration(number(m[2]))*time.Hour + time.Duration(number(m[3]))*time.Minute
		if m[1] == "-" {
			offset = -offset
		}
	}
	t, ok := makeTime(year, month, day, hour, minute, second, ns)
	return t.Add(-offset), ok
}

// parseStamp parses touch -t's [[CC]YY]MMDDhhmm[.ss]; a missing year is the one of now.
func parseStamp(text string, now time.Time) (t time.Time, ok bool) {
	m := stampPattern.FindStringSubmatch(text)
	if m == nil {
		return time.Time{}, false
	}
	year := now.UTC().Year()
	switch {
	case m[2] != "":
		year = number(m[1])*100 + number(m[2])
	case m[1] != "":
		// POSIX: years 69 to 99 are of the twentieth century.
		year = 1900 + number(m[1])
		if number(m[1]) < 69 {
			year += 100
		}
	}
	second := number(m[7])
	leap := second == 60
	if leap {
		second = 59
	}
	t, ok = makeTime(year, number(m[3]), number(m[4]), number(m[5]), number(m[6]), second, 0)
	if leap {
		t = t.Add(time.Second)
	}
	return t, ok
}

// makeTime is time.Date for fields that must be in their ranges.
func makeTime(year, month, day, hour, minute, second, ns int) (time.Time, bool) {
	t := time.Date(year, time.Month(month), day, hour, minute, second, ns, time.UTC)
	same := t.Year() == year && int(t.Month()) == month && t.Day() == day && t.Hour() == hour && t.Minute() == minute && t.Second() == second
	return t, same
}

// number reads digits that a pattern has checked; "" is 0.
func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// nanoseconds reads the digits after a decimal point.
func nanoseconds(digits string) int {
	return number((digits + "000000000")[:9])
}
