package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// bazel runs Bazel in a workspace.
type bazel struct {
	program, workspace string
	// env are variables that are added to the environment.
	env []string
}

// bazelIn is Bazel in a workspace: a program, or a repository's bazelw if it is "".
func bazelIn(workspace, repository, program string) (*bazel, error) {
	if program == "" {
		return &bazel{program: filepath.Join(repository, "bazelw"), workspace: workspace}, nil
	}
	program, err := exec.LookPath(program)
	if err != nil {
		return nil, err
	}
	program, err = filepath.Abs(program)
	return &bazel{program: program, workspace: workspace}, err
}

// expunge ends the server, and removes all that it has kept of the workspace.
func (b *bazel) expunge(ctx context.Context) error {
	_, err := b.run(context.WithoutCancel(ctx), "clean", "--expunge")
	return err
}

func (b *bazel) command(ctx context.Context, args []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, b.program, args...)
	cmd.Dir, cmd.Env = b.workspace, append(os.Environ(), b.env...)
	return cmd
}

// output gives what Bazel writes to its standard output.
func (b *bazel) output(ctx context.Context, args ...string) (string, error) {
	text, err := b.command(ctx, args).Output()
	if err != nil {
		return "", fmt.Errorf("bazel %s: %w", strings.Join(args, " "), err)
	}
	return string(text), nil
}

// run gives what Bazel says, on both outputs.
func (b *bazel) run(ctx context.Context, args ...string) (string, error) {
	text, err := b.command(ctx, args).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("bazel %s: %w\n%s", strings.Join(args, " "), err, text)
	}
	return string(text), nil
}

// note notes Bazel's version.
func (b *bazel) note(ctx context.Context, r *report) error {
	version, err := b.output(ctx, "--version")
	r.version("bazel", strings.TrimSpace(version))
	return err
}

// start starts the server, and fetches and loads what the image of any object
// needs, the lock too.
func (b *bazel) start(ctx context.Context) error {
	_, err := b.run(ctx, "build", "--nobuild", "--define=configuration=0", "//:warm")
	return err
}

// restart starts a new server.
func (b *bazel) restart(ctx context.Context) error {
	if _, err := b.run(ctx, "shutdown"); err != nil {
		return err
	}
	return b.start(ctx)
}

var megabytes = regexp.MustCompile(`^(\d+)MB\s*$`)

// heap is the memory that the server needs for what it knows, in megabytes.
func (b *bazel) heap(ctx context.Context) (int64, error) {
	text, err := b.output(ctx, "info", "used-heap-size-after-gc")
	if err != nil {
		return 0, err
	}
	m := megabytes.FindStringSubmatch(text)
	if m == nil {
		return 0, fmt.Errorf("bazel info used-heap-size-after-gc: %q is no number of MB", text)
	}
	return strconv.ParseInt(m[1], 10, 64)
}

var elapsed = regexp.MustCompile(`Elapsed time: ([0-9.]+)s`)

// analyse analyses the target in a configuration, which has a number.
func (b *bazel) analyse(ctx context.Context, target string, configuration int) (took, error) {
	before, err := b.serverCPU(ctx)
	if err != nil {
		return took{}, err
	}
	text, err := b.run(ctx, "build", "--nobuild", fmt.Sprintf("--define=configuration=%d", configuration), target)
	if err != nil {
		return took{}, err
	}
	after, err := b.serverCPU(ctx)
	if err != nil {
		return took{}, err
	}
	wall, err := readElapsed(text)
	return took{wall: wall, cpu: after - before}, err
}

// readElapsed finds how long Bazel says that a build took.
func readElapsed(said string) (time.Duration, error) {
	m := elapsed.FindStringSubmatch(said)
	if m == nil {
		return 0, fmt.Errorf("bazel does not say how long it took:\n%s", said)
	}
	return time.ParseDuration(m[1] + "s")
}

// serverCPU is the CPU time that the server has used so far.
func (b *bazel) serverCPU(ctx context.Context) (time.Duration, error) {
	pid, err := b.serverPID(ctx)
	if err != nil {
		return 0, err
	}
	return processCPU(pid)
}

// serverPID is the server's process ID.
func (b *bazel) serverPID(ctx context.Context) (string, error) {
	pid, err := b.output(ctx, "info", "server_pid")
	return strings.TrimSpace(pid), err
}

// processCPU is the CPU time that a process has used so far.
func processCPU(pid string) (time.Duration, error) {
	stat, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	if err != nil {
		return 0, fmt.Errorf("CPU time of Bazel's server: %w", err)
	}
	return statCPU(string(stat))
}

// statCPU is the user and system time in /proc/PID/stat; see proc_pid_stat(5).
func statCPU(stat string) (time.Duration, error) {
	// The program's name before may have blanks and parentheses.
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	const user, system = 11, 12
	if len(fields) <= system {
		return 0, fmt.Errorf("no CPU time in %q", stat)
	}
	var ticks int64
	for _, f := range fields[user : system+1] {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	// Linux has told it in hundredths of a second ever since, on every machine.
	return time.Duration(ticks) * (time.Second / 100), nil
}
