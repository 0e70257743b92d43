package isotime

import (
	"math"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       int64
	}{
		{"the default", "1970-01-01T00:00:01Z", 1},
		{"a number", "1700000000", 1700000000},
		{"zero", "0", 0},
		{"a negative number", "-5", -5},
		{"a number with a sign", "+5", 5},
		{"a number with zeros", "007", 7},
		{"the largest number", "9223372036854775807", math.MaxInt64},
		{"the smallest number", "-9223372036854775808", math.MinInt64},
		{"zone with a colon", "1970-01-01T00:00:01+00:00", 1},
		{"zone without a colon", "1970-01-01T00:00:01+0000", 1},
		{"east", "2023-11-15T00:13:20+02:00", 1700000000},
		{"west", "2023-11-14T12:43:20-0930", 1700000000},
		{"minus zero", "1970-01-01T00:00:00-00:00", 0},
		{"without seconds", "1970-01-01T00:01Z", 60},
		{"without seconds, in a zone", "1970-01-01T01:01+01:00", 60},
		{"fraction", "1970-01-01T00:00:01.999999999Z", 1},
		{"fraction after a comma", "1970-01-01T00:00:01,5Z", 1},
		{"fraction before 1970", "1969-12-31T23:59:59.5Z", -1},
		{"leap day", "2024-02-29T00:00:00Z", 1709164800},
		{"after 32 bits", "2106-02-07T06:28:16Z", 1 << 32},
		{"first year", "0000-01-01T00:00:00Z", -62167219200},
		{"last year", "9999-12-31T23:59:59Z", 253402300799},
		{"widest zones", "1970-01-01T23:59:00+23:59", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got, err := Parse(test.text); err != nil || got != test.want {
				t.Errorf("%q: got %d, %v, want %d", test.text, got, err, test.want)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	for _, test := range []struct{ name, text string }{
		{"nothing", ""},
		{"now", "now"},
		{"no zone", "1970-01-01T00:00:01"},
		{"only a date", "1970-01-01"},
		{"a blank for the T", "1970-01-01 00:00:01Z"},
		{"small letters", "1970-01-01t00:00:01z"},
		{"basic format", "19700101T000001Z"},
		{"zone of an hour", "1970-01-01T00:00:01+01"},
		{"zone by name", "1970-01-01T00:00:01UTC"},
		{"zone of a day", "1970-01-02T00:00:00+24:00"},
		{"zone of minus a day", "1970-01-01T00:00:00-24:00"},
		{"hour of one digit", "1970-01-01T1:00:00Z"},
		{"month of one digit", "1970-1-01T00:00:00Z"},
		{"hour 24", "1970-01-01T24:00:00Z"},
		{"leap second", "2016-12-31T23:59:60Z"},
		{"30 February", "2024-02-30T00:00:00Z"},
		{"29 February", "2023-02-29T00:00:00Z"},
		{"empty fraction", "1970-01-01T00:00:01.Z"},
		{"year of five digits", "10000-01-01T00:00:00Z"},
		{"blank before", " 1"},
		{"newline after", "1970-01-01T00:00:01Z\n"},
		{"two zones", "1970-01-01T00:00:01ZZ"},
		{"fraction of a number", "1.5"},
		{"hexadecimal", "0x10"},
		{"underscore", "1_000"},
		{"digits of another script", "٣"},
		{"over 64 bits", "9223372036854775808"},
		{"under 64 bits", "-9223372036854775809"},
		{"zero byte", "1\x00"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Parse(test.text)
			if err == nil {
				t.Fatalf("%q: got %d", test.text, got)
			}
			if want := "is neither a number of seconds nor a time of ISO 8601 with a zone, such as 1970-01-01T00:00:01Z"; !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q", err, want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "1", "1970-01-01T00:00:01Z", "1970-01-01T1:00Z", "1970-01-01T00:00:01+00:00", "1970-01-01T00:00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, _ = Parse(text)
	})
}
