package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// binariesBudget is what 50 images of programs over 1000 packages may add to an
// analysis by a warm server, on a quiet machine; see docs/performance.md.
const binariesBudget = 5 * time.Second

// binariesCmd is the suite binaries.
type binariesCmd struct {
	Packages int    `default:"1000" placeholder:"N" help:"How many packages every program depends on (default ${default})."`
	Files    int    `default:"5" placeholder:"N" help:"How many files each of them has (default ${default})."`
	Images   int    `default:"50" placeholder:"N" help:"How many programs there are, each with an image (default ${default})."`
	Warm     int    `default:"6" placeholder:"N" help:"How many rounds make a server a warm one (default ${default})."`
	Rounds   int    `default:"5" placeholder:"N" help:"How many rounds on the warm server are measured; their median counts (default ${default})."`
	Bazel    string `placeholder:"FILE" help:"Bazel, or a program like it (default: bazelw of the repository)."`
	Folder   string `placeholder:"DIR" help:"An existing folder to work in, in one below it that is removed again (default: the system's for temporary files)."`
}

// Help describes the suite.
func (binariesCmd) Help() string {
	return "Makes a workspace of packages that depend on five others each, and programs that depend on all of them, and has Bazel analyse " +
		"a binary_image of each program, after the programs themselves and without building anything. The budget is of the wall time that " +
		"50 images over 1000 packages add on a warm server, on a quiet machine; the memory is Bazel's own count. Linux only."
}

// Run runs the suite.
func (c *binariesCmd) Run(ctx context.Context, r *report) error {
	results, heaps, err := c.measure(ctx, r)
	if err != nil {
		return err
	}
	return reportAnalyses(r, results, heaps)
}

func (c *binariesCmd) measure(ctx context.Context, r *report) (results []analysis, heaps []heapSize, err error) {
	if c.Packages < 1 || c.Images < 1 || c.Files < 1 || c.Warm < 0 || c.Rounds < 1 {
		return nil, nil, errors.New("--packages, --images, --files and --rounds must be at least 1, and --warm at least 0")
	}
	repository, err := repositoryFolder()
	if err != nil {
		return nil, nil, err
	}
	folder, err := os.MkdirTemp(c.Folder, "bench-binaries-")
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if folder, err = filepath.Abs(folder); err != nil {
		return nil, nil, err
	}
	r.begin("%s, %d programs over %d packages in %s", machine(), c.Images, c.Packages, folder)
	if err := c.workspace(folder, repository); err != nil {
		return nil, nil, err
	}
	b, err := bazelIn(folder, repository, c.Bazel)
	if err != nil {
		return nil, nil, err
	}
	if err := b.note(ctx, r); err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, b.expunge(ctx)) }()
	return c.rounds(ctx, r, b)
}

// rounds analyses the images again and again, each time in a configuration of
// its own, in which the programs and another image were analysed before.
func (c *binariesCmd) rounds(ctx context.Context, r *report, b *bazel) ([]analysis, []heapSize, error) {
	var images, nothing []took
	var before, after int64
	for i := range c.Warm + c.Rounds {
		last := i == c.Warm+c.Rounds-1
		if _, err := b.analyse(ctx, "//:programs", i); err != nil {
			return nil, nil, err
		}
		if last {
			var err error
			if before, err = b.heap(ctx); err != nil {
				return nil, nil, err
			}
		}
		all, err := b.analyse(ctx, "//:images", i)
		if err != nil {
			return nil, nil, err
		}
		if last {
			if after, err = b.heap(ctx); err != nil {
				return nil, nil, err
			}
		}
		idle, err := b.analyse(ctx, "//:images", i)
		if err != nil {
			return nil, nil, err
		}
		images, nothing = append(images, all), append(nothing, idle)
		r.begin("%5s s  the images, round %d of %d (%d to warm up)", seconds(all.wall), i+1, c.Warm+c.Rounds, c.Warm)
	}
	idle := median(nothing[c.Warm:])
	results := []analysis{
		{name: "warm server: nothing has changed", took: idle},
		{name: fmt.Sprintf("warm server: %d images over %d packages", c.Images, c.Packages), took: median(images[c.Warm:]), beyond: idle.wall, budget: binariesBudget},
	}
	return results, []heapSize{{"the programs", before}, {"the images, too", after}}, nil
}

const binariesModule = `module(name = "bench")

bazel_dep(name = "rules_strata")
local_path_override(
    module_name = "rules_strata",
    path = %q,
)
`

// binariesRules are rules that no language's are needed for.
const binariesRules = `def _runfiles(ctx, files):
    return ctx.runfiles(files = files).merge_all([dep[DefaultInfo].default_runfiles for dep in ctx.attr.deps])

def _library_impl(ctx):
    return [DefaultInfo(files = depset(ctx.files.srcs), runfiles = _runfiles(ctx, ctx.files.srcs))]

library = rule(_library_impl, attrs = {"deps": attr.label_list(), "srcs": attr.label_list(allow_files = True)})

def _program_impl(ctx):
    program = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(program, "#!/bin/sh\n", is_executable = True)
    return [DefaultInfo(executable = program, runfiles = _runfiles(ctx, [program]))]

program = rule(_program_impl, attrs = {"deps": attr.label_list()}, executable = True)
`

const binariesBuild = `load("@rules_strata//rules:defs.bzl", "binary_image")
load("//:rules.bzl", "library", "program")

library(name = "nothing", srcs = ["BUILD.bazel"])

program(name = "small", deps = [":nothing"])

binary_image(name = "small_image", binary = ":small")

[program(name = "program%%d" %% i, deps = ["//p%%d" %% n for n in range(%[1]d)]) for i in range(%[2]d)]

[binary_image(name = "image%%d" %% i, binary = ":program%%d" %% i) for i in range(%[2]d)]

filegroup(name = "programs", srcs = [":program%%d" %% i for i in range(%[2]d)] + [":small_image"])

filegroup(name = "images", srcs = [":image%%d" %% i for i in range(%[2]d)] + [":programs"])
`

// workspace writes the workspace, the same one every time.
func (c *binariesCmd) workspace(folder, repository string) error {
	f := files{folder: folder}
	f.text("MODULE.bazel", fmt.Sprintf(binariesModule, repository))
	f.copyIfThere(".bazelversion", repository)
	f.text("rules.bzl", binariesRules)
	f.text("BUILD.bazel", fmt.Sprintf(binariesBuild, c.Packages, c.Images))
	random := rand.New(rand.NewPCG(1, 2))
	for i := range c.Packages {
		name := fmt.Sprintf("p%d", i)
		if err := os.Mkdir(filepath.Join(folder, name), 0o755); err != nil {
			return err
		}
		for n := range c.Files {
			f.text(filepath.Join(name, fmt.Sprintf("file%d", n)), fmt.Sprintf("%d of %s\n", n, name))
		}
		var deps strings.Builder
		for _, dep := range random.Perm(i)[:min(i, 5)] {
			fmt.Fprintf(&deps, "%q, ", fmt.Sprintf("//p%d", dep))
		}
		f.text(filepath.Join(name, "BUILD.bazel"), fmt.Sprintf("load(\"//:rules.bzl\", \"library\")\n"+
			"library(name = %q, srcs = glob([\"file*\"]), deps = [%s], visibility = [\"//visibility:public\"])\n", name, deps.String()))
	}
	return f.err
}
