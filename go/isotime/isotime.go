// Package isotime reads the times that an image's attributes give.
package isotime

import (
	"fmt"
	"strconv"
	"time"
)

// layouts are the forms of ISO 8601 that are accepted, all with a zone.
var layouts = []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z07:00"}

// Parse gives a time in seconds since 1970-01-01T00:00:00Z: text is such a
// number, or a time of ISO 8601 with a zone. Fractions of a second are
// dropped.
func Parse(text string) (int64, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, nil
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, text); err == nil && strict(t, text) {
			return t.Unix(), nil
		}
	}
	return 0, fmt.Errorf("%q is neither a number of seconds nor a time of ISO 8601 with a zone, such as 1970-01-01T00:00:01Z", text)
}

// strict refuses what time.Parse lets pass: an hour of one digit, and a zone
// of a day and more.
func strict(t time.Time, text string) bool {
	const day = 24 * 60 * 60
	_, offset := t.Zone()
	return text[len("2006-01-02T15")] == ':' && -day < offset && offset < day
}
