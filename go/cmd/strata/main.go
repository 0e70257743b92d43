// Command strata runs one build step: each step is a sub-command that reads
// files, calls one package and writes files. Its exit status is 0, or 1 when
// an input is bad, or 2 when the command line is. With the one argument
// --persistent_worker it is a worker of Bazel's.
package main

import (
	"context"
	"os"
	"slices"

	"github.com/rules-strata/rules_strata/go/cli"
	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/objectsteps"
	"github.com/rules-strata/rules_strata/go/worker"
)

// program has its sub-commands in one file each.
var program = cli.Program{
	Name:        "strata",
	Description: "The steps that turn a closure of store objects into the layers and the config of a container image.",
	Commands: []cli.Command{
		{Name: "layer", Help: "Describe a layer of store objects.", Make: func() any { return new(objectsteps.Layer) }},
		{Name: "info", Help: "Hash a store object as a NAR.", Make: func() any { return new(objectsteps.Info) }},
		{Name: "files", Help: "List the files that a store object is kept in.", Make: func() any { return new(objectsteps.Files) }},
		{Name: "nar", Help: "Check and decompress a file of a Nix binary cache.", Make: func() any { return new(narCmd) }},
		{Name: "customisation", Help: "Make the top layer, links to the contents.", Make: func() any { return new(customisationCmd) }},
		{Name: "image-layer", Help: "Write the layer of an image that has a single one.", Make: func() any { return new(imageLayerCmd) }},
		{Name: "closure", Help: "Take the closure of store paths.", Make: func() any { return new(closureCmd) }},
		{Name: "plan", Help: "Decide which store objects share a layer.", Make: func() any { return new(planCmd) }},
		{Name: "rest", Help: "Describe the layers that several store objects share.", Make: func() any { return new(restCmd) }},
		{Name: "base", Help: "Describe the image that an image is built on.", Make: func() any { return new(baseCmd) }},
		{Name: "config", Help: "Write the config of an image.", Make: func() any { return new(configCmd) }},
		{Name: "time", Help: "Write the time of the build.", Make: func() any { return new(timeCmd) }},
		{Name: "blob", Help: "Compress a layer.", Make: func() any { return new(blobCmd) }},
		{Name: "rest-blobs", Help: "Compress the layers that several store objects share.", Make: func() any { return new(restBlobsCmd) }},
		{Name: "base-blobs", Help: "Compress the layers of a base image.", Make: func() any { return new(baseBlobsCmd) }},
		{Name: "tar", Help: "Write one layer as a tar.", Make: func() any { return new(tarCmd) }},
		{Name: "base-tars", Help: "Write the layers of a base image as tars.", Make: func() any { return new(baseTarsCmd) }},
		{Name: "manifest", Help: "Write the OCI manifest of an image.", Make: func() any { return new(manifestCmd) }},
		{Name: "stamp", Help: "Write the manifest of an image as it is pushed.", Make: func() any { return new(stampCmd) }},
		{Name: "references", Help: "Put references of images into a text.", Make: func() any { return new(referencesCmd) }},
		{Name: "layout", Help: "Write the OCI layout of an image.", Make: func() any { return new(layoutCmd) }},
		{Name: "copy-layout", Help: "Copy an OCI layout.", Make: func() any { return new(copyLayoutCmd) }},
		{Name: "index", Help: "Write the OCI image index of several images.", Make: func() any { return new(indexCmd) }},
		{Name: "index-layout", Help: "Write the OCI layout of an image index.", Make: func() any { return new(indexLayoutCmd) }},
		{Name: "archive", Help: "Write an image as a docker archive.", Make: func() any { return new(archiveCmd) }},
		{Name: "merge", Help: "Write several images as one docker archive.", Make: func() any { return new(mergeCmd) }},
		{Name: "export", Help: "Write the file system of an image as a tar.", Make: func() any { return new(exportCmd) }},
		{Name: "mtree", Help: "List the files of an image.", Make: func() any { return new(mtreeCmd) }},
		{Name: "shell", Help: "Describe the environment of a derivation, for an image of a nix shell.", Make: func() any { return new(shellCmd) }},
		{Name: "build-env", Help: "Make one object of links to several.", Make: func() any { return new(buildEnvCmd) }},
		{Name: "object-links", Help: "Make an object of links to files of another one.", Make: func() any { return new(objectLinksCmd) }},
		{Name: "certificates", Help: "Check a bundle of certificates.", Make: func() any { return new(certificatesCmd) }},
	},
}

// perObject are the steps that a worker has: those of one object each, of which
// a build has many. They take a folder.
var perObject = []string{"layer", "info", "files", "blob"}

func main() {
	if slices.Equal(os.Args[1:], []string{worker.Flag}) {
		os.Exit(command.Main(func(ctx context.Context, _ []string, std *command.Streams) int {
			return serve(ctx, worker.Input(os.Stdin), std.Out, std.Err)
		}))
	}
	os.Exit(program.Run(os.Args[1:], os.Stdout, os.Stderr))
}
