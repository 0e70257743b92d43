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
		{"no zone", "1970-01-01T00:00:01", 1},
		{"only a date", "2026-01-31", 1769817600},
		{"8 digits are a date", "20260131", 1769817600},
		{"7 digits are seconds", "2026031", 2026031},
		{"9 digits are seconds", "202601310", 202601310},
		{"3 digits are seconds", "202", 202},
		{"4 digits with a sign are seconds", "+2026", 2026},
		{"a negative number of 8 digits", "-20260131", -20260131},
		{"a number of 8 digits with a sign", "+20260131", 20260131},
		{"a blank for the T", "1970-01-01 00:00:01Z", 1},
		{"small letters", "1970-01-01t00:00:01z", 1},
		{"basic format", "20260131T120000Z", 1769860800},
		{"basic format without seconds", "20260131T1200", 1769860800},
		{"basic and extended", "2026-01-31T120000+0100", 1769857200},
		{"only an hour", "2026-01-31T12Z", 1769860800},
		{"zone of an hour", "1970-01-01T01:00:01+01", 1},
		{"zone with seconds", "1970-01-01T01:00:01+01:00:01", 0},
		{"fraction of the basic format", "19700101T000001,999-00", 1},
		{"week date", "2026-W05-3", 1769558400},
		{"week date, basic", "2026W053", 1769558400},
		{"week alone is its Monday", "2026-W05", 1769385600},
		{"week alone, basic", "2026W05", 1769385600},
		{"week date with a time", "2026-W05-3T01:00+01:00", 1769558400},
		{"week of the year before", "2026-W01-1", 1766966400},
		{"53rd week", "2026-W53-7", 1798934400},
		{"end of a day", "1970-01-01T24:00:00Z", 86400},
		{"end of a day, basic", "19700101T2400", 86400},
		{"end of a day with a fraction of nothing", "1970-01-01T24:00:00.0", 86400},
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
		{"zone by name", "1970-01-01T00:00:01UTC"},
		{"zone of a day", "1970-01-02T00:00:00+24:00"},
		{"zone of minus a day", "1970-01-01T00:00:00-24:00"},
		{"hour of one digit", "1970-01-01T1:00:00Z"},
		{"month of one digit", "1970-1-01T00:00:00Z"},
		{"after the end of a day", "1970-01-01T24:00:01Z"},
		{"fraction after the end of a day", "1970-01-01T24:00:00.1Z"},
		{"hour 25", "1970-01-01T25:00:00Z"},
		{"minute 60", "1970-01-01T00:60:00Z"},
		{"second 61", "2016-12-31T23:59:61Z"},
		{"month 13", "20261301"},
		{"month 0", "2026-00-01"},
		{"day 0", "2026-01-00"},
		{"month alone", "2026-01"},
		{"day of the year", "2026-031"},
		{"half basic date", "2026-0131"},
		{"half basic time", "2026-01-31T12:0000"},
		{"week 0", "2026-W00"},
		{"week 53 of a year of 52", "2025-W53"},
		{"day 8 of a week", "2026-W05-8"},
		{"date and nothing after the T", "2026-01-31T"},
		{"zone after a date", "2026-01-31Z"},
		{"another separator", "2026-01-31x12:00"},
		{"fraction of a minute", "2026-01-31T12:00.5Z"},
		{"zone with a minute of 60", "2026-01-31T12:00:00+01:60"},
		{"zone of a sign", "2026-01-31T12:00:00+"},
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
			if want := "is neither a number of seconds nor a time of ISO 8601, such as 1970-01-01T00:00:01Z"; !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q", err, want)
			}
		})
	}
}

// TestParseHints: what is nearly a time says what to write.
func TestParseHints(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"year", "2026", `"2026": a year alone is no time: write 2026-01-01`},
		{"year of another calendar", "0001", `"0001": a year alone is no time: write 0001-01-01`},
		{"leap second", "2016-12-31T23:59:60Z", `"2016-12-31T23:59:60Z": a leap second has no number of its own: write :59`},
		{"leap second, basic", "20161231T235960Z", "write :59"},
		{"seconds that look like a date", "99999999", "8 digits are a date: write +99999999 for seconds since 1970"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got, err := Parse(test.text); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%q: got %d, %v, want %q", test.text, got, err, test.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "1", "1970-01-01T00:00:01Z", "1970-01-01T1:00Z", "1970-01-01T00:00:01+00:00", "1970-01-01T00:00", "20260131T120000,5+01", "2026-W05-3", "2026"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, _ = Parse(text)
	})
}
