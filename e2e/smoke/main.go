// Command hello prints the sentence in the file that $SENTENCE names: lines of
// text, or of @ and the path of a file with more of them.
package main

import (
	"fmt"
	"os"
	"strings"
)

func main() {
	text, err := read(os.Getenv("SENTENCE"))
	if err != nil {
		fmt.Fprintln(os.Stderr, "hello:", err)
		os.Exit(1)
	}
	fmt.Println(text)
}

func read(file string) (string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	for line := range strings.SplitSeq(strings.TrimSuffix(string(data), "\n"), "\n") {
		if more, ok := strings.CutPrefix(line, "@"); ok {
			if line, err = read(more); err != nil {
				return "", err
			}
		}
		text.WriteString(line)
	}
	return text.String(), nil
}
