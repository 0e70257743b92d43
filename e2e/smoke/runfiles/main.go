// Command reader prints files that it finds among its runfiles: one of its own
// package, one of another package.
package main

import (
	"fmt"
	"os"

	"github.com/bazelbuild/rules_go/go/runfiles"
)

func main() {
	for _, name := range []string{"_main/runfiles/poem.txt", "_main/mark.txt"} {
		path, err := runfiles.Rlocation(name)
		if err == nil {
			var text []byte
			if text, err = os.ReadFile(path); err == nil {
				os.Stdout.Write(text)
				continue
			}
		}
		fmt.Fprintf(os.Stderr, "reader: %s: %v\n", name, err)
		os.Exit(1)
	}
}
