package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/layering"
	"github.com/rules-strata/rules_strata/go/store"
)

// incrementalRun is a bazel run, and what it took.
type incrementalRun struct {
	// loads says that the target is an image.
	loads bool
	// log is where the execution log goes, "" for nowhere.
	log string
	// nothing is the run for nothing just before.
	nothing *incrementalRun

	// wall is from the command to its end, build what Bazel says that it built,
	// cpu that of its server.
	wall, build, cpu time.Duration
	// sent is what strata-deploy says that it sent, deploy how long that took.
	sent   sent
	deploy time.Duration
	// name is that of the image.
	name string
}

// run runs a target.
func (i *incrementalRun) run(ctx context.Context, b *bazel, server, target string) error {
	args := []string{"run"}
	if i.log != "" {
		args = append(args, "--execution_log_json_file="+i.log)
	}
	args = append(args, target)
	before, err := processCPU(server)
	if err != nil {
		return err
	}
	var stdout strings.Builder
	var said loadOutput
	cmd := b.command(ctx, args)
	cmd.Stdout, cmd.Stderr = &stdout, &said
	begin := time.Now()
	err = cmd.Run()
	end := time.Now()
	if err != nil {
		return fmt.Errorf("bazel %s: %w\n%s", strings.Join(args, " "), err, said.text.String())
	}
	i.wall = end.Sub(begin)
	after, err := processCPU(server)
	if err != nil {
		return err
	}
	i.cpu = after - before
	if i.build, err = readElapsed(said.text.String()); err != nil || !i.loads {
		return err
	}
	if i.sent, i.deploy, err = readDeploy(said.text.String()); err != nil {
		return err
	}
	if i.sent.layers > 0 {
		i.sent.after = end.Sub(said.last)
	}
	i.name, err = readLoaded(stdout.String())
	return err
}

// beyond is what the run took beyond the one for nothing.
func (i *incrementalRun) beyond() time.Duration { return i.wall - i.nothing.wall }

var deployTime = regexp.MustCompile(`(?m)^\d+ of \d+ layers? sent, .*, (\S+) s to `)

// readDeploy finds what strata-deploy says that it sent, and in what time.
func readDeploy(said string) (sent, time.Duration, error) {
	s, err := readSummary(said)
	m := deployTime.FindStringSubmatch(said)
	if err != nil || m == nil {
		return s, 0, errors.Join(err, fmt.Errorf("strata-deploy does not say how long it took: %s", said))
	}
	took, err := time.ParseDuration(m[1] + "s")
	return s, took, err
}

// readLoaded finds the name of the image that was loaded.
func readLoaded(said string) (string, error) {
	name, ok := strings.CutPrefix(strings.TrimSpace(said), "Loaded image: ")
	if !ok || strings.Contains(name, "\n") {
		return "", fmt.Errorf("strata-deploy does not say which image it loaded: %s", said)
	}
	return name, nil
}

// readActions reads an execution log: the mnemonics of the actions that ran, in
// the order in which they ended.
func readActions(file string) ([]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var mnemonics []string
	for in := json.NewDecoder(f); ; {
		var spawn struct{ Mnemonic string }
		if err := in.Decode(&spawn); errors.Is(err, io.EOF) {
			return mnemonics, nil
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		mnemonics = append(mnemonics, spawn.Mnemonic)
	}
}

// readPlan reads which objects are in which store layer.
func readPlan(file string) ([][]store.Path, error) {
	var plan layering.Plan
	err := jsonfile.Read(file, &plan)
	return plan.Layers, err
}
