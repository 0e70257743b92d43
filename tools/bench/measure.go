package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"
)

// usage is what a process needed.
type usage struct {
	// peak is the most memory that it had at once, in bytes. Up to floor it may be
	// this program's: a new process shares its parent's memory for a moment, and
	// that counts.
	peak, floor int64
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
	return usageOf(state, wall)
}

// floorSlack is how far, in bytes, two of the kernel's counts of the same memory
// may be apart: each CPU has a count of its own.
const floorSlack = 1 << 20

// usageOf is what a process that has ended needed.
func usageOf(state *os.ProcessState, wall time.Duration) (usage, error) {
	floor, err := ownPeak()
	return usage{peak: peakOf(state.SysUsage().(*syscall.Rusage)), floor: floor + floorSlack, cpu: state.UserTime() + state.SystemTime(), wall: wall}, err
}

// highest is the highest peak of some runs, with its floor.
func highest(runs []usage) (peak, floor int64) {
	u := slices.MaxFunc(runs, func(a, b usage) int { return cmp.Compare(a.peak, b.peak) })
	return u.peak, u.floor
}

// peakCell is the peak in MiB as tables have it.
func (u usage) peakCell() string {
	if u.peak <= u.floor {
		return "< " + mebibytes(u.floor)
	}
	return mebibytes(u.peak)
}

// ownPeak is the most memory that this process had at once, in bytes.
func ownPeak() (int64, error) {
	// Where the kernel tells it: ru_maxrss also has what the process had whose
	// place this one took, such as that of go run.
	var kib int64
	if _, err := fmt.Sscanf(firstValue("/proc/self/status", "VmHWM"), "%d kB", &kib); err == nil {
		return kib << 10, nil
	}
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0, fmt.Errorf("getrusage: %w", err)
	}
	return peakOf(&r), nil
}

// forgetPeak lets this program's own peak begin anew, after it has made inputs:
// less than that cannot be told of the programs that it starts. Only Linux can do
// that (proc_pid_clear_refs(5)).
func forgetPeak() {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
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
