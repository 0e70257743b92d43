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

	"github.com/rules-strata/rules_strata/go/worker/protocol"
)

// serve starts strata as a persistent worker, as Bazel does, and has it run
// commands, one after another.
func (s *speedSteps) serve(ctx context.Context, folder string, commands [][]string) (usage, error) {
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, s.strata, "--persistent_worker")
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
	err = request(requests, bufio.NewReader(responses), commands)
	// The end of its input ends a worker.
	err = errors.Join(err, requests.Close(), cmd.Wait())
	if err != nil {
		return usage{}, fmt.Errorf("%s --persistent_worker: %w: %s", s.strata, err, bytes.TrimSpace(stderr.Bytes()))
	}
	return usageOf(cmd.ProcessState, time.Since(begin)), nil
}

// request sends commands to a worker and waits for each of them.
func request(requests io.Writer, responses *bufio.Reader, commands [][]string) error {
	for n, c := range commands {
		if _, err := protodelim.MarshalTo(requests, &protocol.WorkRequest{Arguments: c[1:], RequestId: int32(n + 1)}); err != nil {
			return err
		}
		var answer protocol.WorkResponse
		if err := protodelim.UnmarshalFrom(responses, &answer); err != nil {
			return err
		}
		if answer.ExitCode != 0 || answer.RequestId != int32(n+1) {
			return fmt.Errorf("request %d: status %d of request %d: %s", n+1, answer.ExitCode, answer.RequestId, answer.Output)
		}
	}
	return nil
}
