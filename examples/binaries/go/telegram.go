// Command telegram prints its text.
package main

import (
	"fmt"
	"os"

	"github.com/bazelbuild/rules_go/go/runfiles"
)

func main() {
	path, err := runfiles.Rlocation("binaries/go/text.txt")
	if err == nil {
		var text []byte
		if text, err = os.ReadFile(path); err == nil {
			os.Stdout.Write(text)
			return
		}
	}
	fmt.Fprintln(os.Stderr, "telegram:", err)
	os.Exit(1)
}
