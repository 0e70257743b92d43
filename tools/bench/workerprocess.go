package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"

	"google.golang.org/protobuf/encoding/protodelim"

	"github.com/rules-strata/rules_strata/go/worker"
	"github.com/rules-strata/rules_strata/go/worker/protocol"
)

// serve starts a program as a persistent worker, as Bazel does, and has it run
// commands, which begin with the program, as many at a time as atOnce says.
func serve(ctx context.Context, program []string, folder string, commands [][]string, atOnce int) (usage, error) {
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, program[0], append(program[1:len(program):len(program)], worker.Flag)...)
	cmd.Dir, cmd.Env, cmd.Stderr = folder, process{dir: folder}.environment(), &limited{w: &stderr, left: 4 << 10}
	requests, err := cmd.StdinPipe()
	if err != nil {
		return usage{}, err
	}
	responses, err := cmd.StdoutPipe()
	if err != nil {
		return usage{}, err
	}
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return usage{}, err
	}
	err = request(requests, bufio.NewReader(responses), argumentsOf(commands, len(program)), atOnce)
	// The end of its input ends a worker.
	err = errors.Join(err, requests.Close(), cmd.Wait())
	if err != nil {
		return usage{}, fmt.Errorf("%s: %w: %s", cmd, err, bytes.TrimSpace(stderr.Bytes()))
	}
	return usageOf(cmd.ProcessState, time.Since(begin))
}

// argumentsOf are commands without the program that they begin with.
func argumentsOf(commands [][]string, program int) [][]string {
	all := make([][]string, len(commands))
	for i, c := range commands {
		all[i] = c[program:]
	}
	return all
}

// request sends the arguments of commands to a worker, so many at a time, and waits for all of
// them. Answers come in any order.
func request(requests io.Writer, responses *bufio.Reader, commands [][]string, atOnce int) error {
	underWay, sent := map[int32]bool{}, 0
	for sent < len(commands) || len(underWay) > 0 {
		if sent < len(commands) && len(underWay) < atOnce {
			id := int32(sent + 1)
			if _, err := protodelim.MarshalTo(requests, &protocol.WorkRequest{Arguments: commands[sent], RequestId: id}); err != nil {
				return err
			}
			underWay[id] = true
			sent++
			continue
		}
		var answer protocol.WorkResponse
		if err := protodelim.UnmarshalFrom(responses, &answer); err != nil {
			return err
		}
		if answer.ExitCode != 0 || !underWay[answer.RequestId] {
			return fmt.Errorf("request %d of %d: status %d: %s", answer.RequestId, len(commands), answer.ExitCode, answer.Output)
		}
		delete(underWay, answer.RequestId)
	}
	return nil
}
