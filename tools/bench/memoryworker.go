package main

import (
	"context"
	"fmt"
	"runtime"
	"strings"
)

const (
	// workerRequests is how many requests a worker gets at a time, as many as
	// Bazel sends (its default of --worker_max_multiplex_instances).
	workerRequests = 8
	// workerObjectSize bounds the object that each of them compresses: many times
	// what zstd keeps.
	workerObjectSize = 128 << 20
)

// worker has one worker compress as many objects as it gets at a time, the step
// that needs most. As many run at a time as there are CPUs, each of which may
// need what a process may; the others wait.
func (c *memoryCmd) worker(ctx context.Context, p *programs, folder string) (result, error) {
	var commands [][]string
	for n := range workerRequests {
		line := fmt.Sprintf("blob --object %s=@part.manifest --compression zstd --descriptor out%d", bigPath, n)
		commands = append(commands, append(p.object(), strings.Fields(line)...))
	}
	u, err := serve(ctx, p.object(), folder, commands, workerRequests)
	parallel := min(workerRequests, runtime.GOMAXPROCS(0))
	return result{fmt.Sprintf("%d blobs in one worker, zstd, %d at a time", workerRequests, parallel), u, int64(parallel) * memoryBudget}, err
}
