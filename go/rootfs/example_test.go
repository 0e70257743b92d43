package rootfs_test

import (
	"context"
	"io"
	"log"
	"os"
	"path/filepath"

	"github.com/rules-strata/rules_strata/go/rootfs"
)

func Example() {
	rootfs.Init() // first of all in main

	// A folder that nobody else can enter, removed at the end.
	scratch, err := os.MkdirTemp("", "image")
	if err != nil {
		log.Fatal(err)
	}
	defer rootfs.RemoveAll(scratch)

	ctx, root := context.Background(), filepath.Join(scratch, "root")
	layer := rootfs.Layer{
		Describe: "hello-2.12",
		Open:     func(context.Context) (io.ReadCloser, error) { return os.Open("layer.tar") },
	}
	if err := rootfs.Unpack(ctx, root, []rootfs.Layer{layer}, rootfs.UnpackOptions{}); err != nil {
		log.Fatal(err)
	}
	exitCode, err := rootfs.Run(ctx, root, rootfs.Spec{
		Args: []string{"hello", "--version"}, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
	})
	log.Print(exitCode, err)
}
