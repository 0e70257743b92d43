// Command show prints what it finds, by every way that there is.
package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"example.org/wordbook"
	"github.com/bazelbuild/rules_go/go/runfiles"
)

func main() {
	if err := show(); err != nil {
		fmt.Fprintln(os.Stderr, "show:", err)
		os.Exit(1)
	}
}

func show() error {
	fmt.Printf("arguments: %q\n", os.Args[1:])
	fmt.Printf("environment: %s; %s\n", os.Getenv("GREETING"), os.Getenv("OWN"))
	own, err := os.ReadFile("go/own.txt")
	if err != nil {
		return err
	}
	fmt.Printf("working directory: %s", own)
	for _, name := range []string{
		"languages/go/own.txt", "languages/shared/shared.txt", "words/list.txt", "_main/linked/inside.txt", "beside/rooted.txt",
	} {
		path, err := runfiles.Rlocation(name)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		fmt.Printf("%s: %s", name, text)
	}
	list, err := wordbook.List()
	if err != nil {
		return err
	}
	fmt.Printf("found by the module itself: %s", list)
	return showTree("languages/shared/tree")
}

func showTree(name string) error {
	root, err := runfiles.Rlocation(name)
	if err != nil {
		return err
	}
	// The folder itself may be a link.
	if root, err = filepath.EvalSymlinks(root); err != nil {
		return err
	}
	var found []string
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		found = append(found, strings.TrimPrefix(path, root+"/")+"="+strings.TrimSpace(string(text)))
		return err
	})
	fmt.Println("tree:", strings.Join(found, " "))
	return err
}
