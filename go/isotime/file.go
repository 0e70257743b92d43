package isotime

import (
	"fmt"
	"os"
	"strings"
)

// Resolve is Parse, and takes "@FILE" too: FILE has the time on one line.
func Resolve(text string) (int64, error) {
	file, ok := strings.CutPrefix(text, "@")
	if !ok {
		return Parse(text)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	seconds, err := Parse(strings.TrimSuffix(string(data), "\n"))
	if err != nil {
		return 0, fmt.Errorf("%s: %w", file, err)
	}
	return seconds, nil
}
