package isotime

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// ReadStatus gives the time of the build, in seconds since 1970, that Bazel
// wrote into its volatile status file as BUILD_TIMESTAMP (Bazel's user manual,
// "Workspace status").
func ReadStatus(file string) (int64, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(data)) {
		value, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "BUILD_TIMESTAMP ")
		if !ok {
			continue
		}
		// It is a number of seconds, also when it looks like a date.
		if seconds, err := strconv.ParseInt(value, 10, 64); err == nil {
			return seconds, nil
		}
		seconds, err := Parse(value)
		if err != nil {
			return 0, fmt.Errorf("%s: BUILD_TIMESTAMP: %w", file, err)
		}
		return seconds, nil
	}
	return 0, fmt.Errorf("%s: no BUILD_TIMESTAMP: it is not Bazel's volatile status file", file)
}
