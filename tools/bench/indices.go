package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/rules-strata/rules_strata/tools/bench/replay"
)

// readIndices reads Packages indices, each a file or a suite that apt knows.
func readIndices(ctx context.Context, names []string) (*replay.Index, error) {
	var readers []io.Reader
	for _, name := range names {
		if !strings.ContainsRune(name, os.PathSeparator) {
			file, err := findIndex(ctx, name)
			if err != nil {
				return nil, err
			}
			name = file
		}
		text, err := readIndex(ctx, name)
		if err != nil {
			return nil, err
		}
		readers = append(readers, bytes.NewReader(text))
	}
	index, err := replay.ReadIndex(readers...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", strings.Join(names, ", "), err)
	}
	return index, nil
}

// findIndex finds the file of a suite's index of the component main, which
// "apt-get update" has fetched.
func findIndex(ctx context.Context, codename string) (string, error) {
	lines, err := output(ctx, "apt-get", "indextargets", "--format", "$(CODENAME) $(COMPONENT) $(FILENAME)", "Created-By: Packages")
	if err != nil {
		return "", fmt.Errorf("the index of the suite %s: %w: give a file, with a slash in its name", codename, err)
	}
	for line := range strings.Lines(string(lines)) {
		fields := strings.Fields(line)
		if len(fields) == 3 && fields[0] == codename && fields[1] == "main" {
			return fields[2], nil
		}
	}
	return "", fmt.Errorf("apt has no index of the suite %s: add it to apt's sources, or to those of an own configuration that APT_CONFIG names, "+
		"and run apt-get update; or give a file, with a slash in its name", codename)
}

// readIndex reads an index, which apt may have compressed.
func readIndex(ctx context.Context, file string) ([]byte, error) {
	for _, extension := range []string{".lz4", ".gz", ".xz", ".bz2", ".zst"} {
		if strings.HasSuffix(file, extension) {
			return output(ctx, "/usr/lib/apt/apt-helper", "cat-file", file)
		}
	}
	return os.ReadFile(file)
}

// output is what a program of apt writes.
func output(ctx context.Context, program string, args ...string) ([]byte, error) {
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stderr = &limited{w: &stderr, left: 4 << 10}
	text, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w: %s", program, strings.Join(args, " "), err, bytes.TrimSpace(stderr.Bytes()))
	}
	return text, nil
}
