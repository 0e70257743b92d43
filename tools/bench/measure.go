package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// usage is what a process needed.
type usage struct {
	// peak is the most memory that it had at once, in bytes.
	peak int64
	// cpu is user and system time, wall what passed meanwhile.
	cpu, wall time.Duration
}

// process is a program to measure.
type process struct {
	program string
	args    []string
	dir     string
	// env are variables of its environment.
	env []string
	// status is the exit status that it should have.
	status int
	// stdout and stderr get what it writes; nil throws it away.
	stdout, stderr io.Writer
}

// environment says nothing but where programs are, where temporary files go,
// and what env says.
func (p process) environment() []string {
	return append([]string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + p.dir}, p.env...)
}

// run runs the process.
func (p process) run(ctx context.Context) (usage, error) {
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, p.program, p.args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = p.dir, p.environment(), p.stdout, &limited{w: &stderr, left: 4 << 10}
	if p.stderr != nil {
		cmd.Stderr = io.MultiWriter(cmd.Stderr, p.stderr)
	}
	begin := time.Now()
	err := cmd.Run()
	wall := time.Since(begin)
	state := cmd.ProcessState
	if state == nil {
		return usage{}, err
	}
	if state.ExitCode() != p.status {
		return usage{}, fmt.Errorf("%s %s: %v: %s", p.program, strings.Join(p.args, " "), state, bytes.TrimSpace(stderr.Bytes()))
	}
	return usageOf(state, wall), nil
}

// usageOf is what a process that has ended needed.
func usageOf(state *os.ProcessState, wall time.Duration) usage {
	return usage{peak: peakOf(state.SysUsage().(*syscall.Rusage)), cpu: state.UserTime() + state.SystemTime(), wall: wall}
}

// ownPeak is the most memory that this process had at once, in bytes.
func ownPeak() (int64, error) {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0, fmt.Errorf("getrusage: %w", err)
	}
	return peakOf(&r), nil
}

// peakOf is in bytes, also where the kernel counts in KiB.
func peakOf(r *syscall.Rusage) int64 {
	if runtime.GOOS == "darwin" {
		return r.Maxrss
	}
	return r.Maxrss << 10
}

// limited takes everything and keeps the beginning.
type limited struct {
	w    io.Writer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.left -= n
	if _, err := l.w.Write(p[:n]); err != nil {
		return 0, err
	}
	return len(p), nil
}
