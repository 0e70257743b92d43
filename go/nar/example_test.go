package nar_test

import (
	"bytes"
	"fmt"
	"io"
	"log"

	"github.com/rules-strata/rules_strata/go/nar"
)

func Example() {
	var archive bytes.Buffer
	w := nar.NewWriter(&archive)
	for _, entry := range []nar.Entry{
		{Type: nar.Directory},
		{Path: "hello", Type: nar.Regular, Executable: true, Size: 5},
		{Path: "hi", Type: nar.Symlink, Target: "hello"},
	} {
		if err := w.WriteHeader(entry); err != nil {
			log.Fatal(err)
		}
		if entry.Type == nar.Regular {
			if _, err := io.WriteString(w, "world"); err != nil {
				log.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}

	r := nar.NewReader(&archive)
	for {
		entry, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%v %q: %s%s.\n", entry.Type, entry.Path, entry.Target, content)
	}
	// Output:
	// directory "": .
	// regular "hello": world.
	// symlink "hi": hello.
}
