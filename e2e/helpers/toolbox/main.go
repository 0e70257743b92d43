// Command toolbox is, by the name it is called by, a shell that knows echo, or
// env, as busybox is.
package main

import (
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

func main() {
	log.SetFlags(0)
	if filepath.Base(os.Args[0]) == "env" {
		program, err := exec.LookPath(os.Args[1])
		if err != nil {
			log.Fatal(err)
		}
		log.Fatal(syscall.Exec(program, os.Args[1:], os.Environ()))
	}
	text := ""
	if os.Args[1] == "-c" {
		text = os.Args[2]
	} else {
		data, err := os.ReadFile(os.Args[1])
		if err != nil {
			log.Fatal(err)
		}
		text = string(data)
	}
	for line := range strings.Lines(text) {
		if words, ok := strings.CutPrefix(strings.TrimSpace(line), "echo "); ok {
			fmt.Println(words)
		}
	}
}
