package isotime

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
)

// fromISOFormat reads a JSON list of texts, and writes for each the seconds
// since 1970, rounded down, that Python's datetime.fromisoformat finds in it,
// or null where it refuses.
const fromISOFormat = `
import datetime, json, sys
epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
def seconds(text):
    try:
        t = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    if t.tzinfo is None:
        t = t.replace(tzinfo=datetime.timezone.utc)
    return (t - epoch) // datetime.timedelta(seconds=1)
json.dump([seconds(text) for text in json.load(sys.stdin)], sys.stdout)
`

// TestParsePython: what Python's datetime.fromisoformat accepts is accepted
// with the same meaning, but for what is not ISO 8601: other characters than T,
// t and a blank before the time of day, and one character of anything after
// the time of day, which CPython overlooks (12:, 12:00:34., 12:00.5, "12:00 Z").
func TestParsePython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 to compare with")
	}
	if err := exec.Command(python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))").Run(); err != nil {
		t.Skip("python3 is older than 3.11, whose datetime.fromisoformat accepts most of ISO 8601")
	}
	texts := isoTexts()
	input, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", fromISOFormat)
	cmd.Stdin = bytes.NewReader(input)
	output, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var want []*int64
	if err := json.Unmarshal(output, &want); err != nil || len(want) != len(texts) {
		t.Fatalf("%d answers to %d texts, %v", len(want), len(texts), err)
	}
	accepted := 0
	for i, text := range texts {
		if want[i] == nil {
			continue
		}
		accepted++
		if got, err := Parse(text); err != nil || got != *want[i] {
			t.Errorf("%q: got %d, %v, want %d as Python", text, got, err, *want[i])
		}
	}
	if accepted < 1000 {
		t.Errorf("Python accepts only %d of %d texts", accepted, len(texts))
	}
}

// isoTexts are dates, times of day and zones in many forms, right and wrong.
func isoTexts() []string {
	dates := strings.Fields(`
		2026-01-31 20260131 2026-W05-3 2026W053 2026-W05 2026W05 1969-12-31 0001-01-02 9999-12-30 2024-02-29 2026-W53-7 2020-W53
		2026 2026-01 202601 2026-0131 202601-31 2026-031 2026031 2026-W053 2026W05-3 2025-W53-1 2026-W00 2026-W05-0 2026-02-29`)
	clocks := strings.Fields(`
		00 12 1200 120034 12:00 12:00:34 12:00:34.5 12:00:34,5 120034.999999 120034,000001 12:00:34.9999999 23:59:59.999999
		1 1:00 12:0 12:0000 1200:00 24 24:00 24:00:01 12:60 12:00:60`)
	zones := append(strings.Fields("Z +00 -00:00 +01 -0930 +05:45 +23:59 -23:59 +01:00:30 -010030 +01:00:30.5 +0 +24:00 +1:00 z ZZ +01:0 UTC +"), "")
	var texts []string
	for _, date := range dates {
		texts = append(texts, date)
		for _, clock := range clocks {
			for _, zone := range zones {
				for _, separator := range []string{"T", "t", " "} {
					texts = append(texts, date+separator+clock+zone)
				}
			}
		}
	}
	return texts
}
