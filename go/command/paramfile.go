package command

import (
	"fmt"
	"os"
	"strings"
)

// Expand replaces every argument "@FILE" by the lines of FILE, one argument a
// line: the multi-line parameter files in which Bazel hands over command lines
// that are too long (Bazel, Args.use_param_file).
func (f Folder) Expand(args []string) ([]string, error) {
	var out []string
	for _, arg := range args {
		file, ok := strings.CutPrefix(arg, "@")
		if !ok {
			out = append(out, arg)
			continue
		}
		data, err := os.ReadFile(f.At(file))
		if err != nil {
			return nil, fmt.Errorf("parameter file: %w", err)
		}
		text := strings.TrimSuffix(string(data), "\n")
		if text == "" {
			continue
		}
		out = append(out, strings.Split(text, "\n")...)
	}
	return out, nil
}
