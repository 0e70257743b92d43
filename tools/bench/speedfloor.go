package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// nothingSource is a program that does nothing: no program of Go starts faster.
const nothingSource = "package main\n\nfunc main() {}\n"

// hashSource is a program that writes the hash of a file to another, and does
// nothing else that a layer needs: no program of Go makes a diff ID faster.
const hashSource = `package main

import (
	"crypto/sha256"
	"io"
	"os"
)

func main() {
	f, err := os.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	hash := sha256.New()
	if _, err := io.CopyBuffer(struct{ io.Writer }{hash}, struct{ io.Reader }{f}, make([]byte, 64<<10)); err != nil {
		panic(err)
	}
	if err := os.WriteFile(os.Args[2], hash.Sum(nil), 0o644); err != nil {
		panic(err)
	}
}
`

// floorProgram builds a program that is as fast as Go makes it, or gives "" where
// there is no go command.
func floorProgram(ctx context.Context, folder, name, source string) (string, error) {
	if _, err := exec.LookPath("go"); err != nil {
		return "", nil
	}
	file, program := filepath.Join(folder, name+".go"), filepath.Join(folder, name)
	if err := os.WriteFile(file, []byte(source), 0o644); err != nil {
		return "", err
	}
	return program, build(ctx, program, file)
}

// hashes are what the processes cost whose work is all in them: to hash one NAR,
// and as many as make up the same bytes, in a process each.
func hashes(ctx context.Context, folder string, size int64) ([]*task, error) {
	program, err := floorProgram(ctx, folder, "hash", hashSource)
	if program == "" || err != nil {
		return nil, err
	}
	one := &task{name: "a Go program that hashes one NAR", peer: true, floor: true, input: size, commands: [][]string{{program, "one.nar", outFolder + "/one.hash"}}}
	several := &task{name: fmt.Sprintf("a Go program that hashes one, %d times", speedObjects), peer: true, floor: true, input: size}
	for n := range speedObjects {
		several.commands = append(several.commands, []string{program, speedObject(n) + ".nar", outFolder + "/" + speedObject(n) + ".hash"})
	}
	return []*task{one, several}, nil
}
