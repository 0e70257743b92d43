package command

import (
	"strings"
	"testing"
)

func TestTime(t *testing.T) {
	for text, want := range map[string]int64{
		"0":                             0,
		"-5":                            -5,
		"1970-01-01T00:00:01Z":          1,
		"1970-01-01T00:00:01+00:00":     1,
		"1970-01-01T00:00:01+0000":      1,
		"1970-01-01T00:00Z":             0,
		"1970-01-01T00:00:01.999Z":      1,
		"2023-11-14T23:13:20.5+01:00":   1700000000,
		"1969-12-31T23:59:59.5Z":        -1,
		"9223372036854775807":           1<<63 - 1,
		"2242-03-16T12:56:31.999-00:00": 8589934591,
	} {
		var f Time
		if err := f.UnmarshalText([]byte(text)); err != nil || int64(f) != want {
			t.Errorf("%q: got %d %v, want %d", text, f, err, want)
		}
	}
}

func TestTimeErrors(t *testing.T) {
	const limit = "at most 9223372036854775807 seconds are possible"
	for text, isLong := range map[string]bool{"9223372036854775808": true, "-9223372036854775809": true, "2026": false, "soon": false, "": false} {
		var f Time
		if err := f.UnmarshalText([]byte(text)); err == nil || strings.Contains(err.Error(), limit) != isLong {
			t.Errorf("%q: got %v", text, err)
		}
	}
}
