package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// What an analysis of 1000 objects may take on a quiet machine; see
// docs/performance.md.
const (
	firstAnalysisBudget = 2 * time.Second
	againAnalysisBudget = time.Second
)

// analysisCmd is the suite analysis.
type analysisCmd struct {
	Objects int    `default:"1000" placeholder:"N" help:"How many objects the lock has (default ${default})."`
	Bazel   string `placeholder:"FILE" help:"Bazel, or a program like it (default: bazelw of the repository)."`
	Folder  string `placeholder:"DIR" help:"An existing folder to work in, in one below it that is removed again (default: the system's for temporary files)."`
}

// Help describes the suite.
func (analysisCmd) Help() string {
	return "Makes a workspace that uses the rules of this repository, with a lock of objects that refer to ten others each, " +
		"and has Bazel analyse images over them, without building anything. The budgets are of wall time, for 1000 objects on a quiet machine. Linux only."
}

// analysis is an analysis by Bazel, and what it took.
type analysis struct {
	name, target string
	// change changes an object of the lock before.
	change bool
	// restart starts a new server before, which finds all repositories fetched.
	restart bool
	budget  time.Duration
	// wall is what Bazel says, cpu that of its server.
	wall, cpu time.Duration
}

// Run runs the suite.
func (c *analysisCmd) Run(ctx context.Context, r *report) error {
	results, err := c.measure(ctx, r)
	if err != nil {
		return err
	}
	return reportAnalyses(r, results)
}

func reportAnalyses(r *report, results []*analysis) error {
	var rows [][]string
	var over []string
	for _, a := range results {
		budget := "none"
		if a.budget > 0 {
			budget = seconds(a.budget)
			if a.wall > a.budget {
				over = append(over, a.name)
			}
		}
		rows = append(rows, []string{a.name, seconds(a.wall), budget, seconds(a.cpu)})
	}
	if err := r.write([]string{"analysis", "wall s", "budget", "CPU s"}, rows); err != nil {
		return err
	}
	if len(over) > 0 {
		return fmt.Errorf("over the budget: %s", strings.Join(over, "; "))
	}
	return nil
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f", d.Seconds()) }

// measure makes the workspace and has it analysed.
func (c *analysisCmd) measure(ctx context.Context, r *report) (results []*analysis, err error) {
	if c.Objects < 3 {
		return nil, fmt.Errorf("--objects is %d: want at least 3", c.Objects)
	}
	repository, err := repositoryFolder()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp(c.Folder, "bench-analysis-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if folder, err = filepath.Abs(folder); err != nil {
		return nil, err
	}
	r.begin("%s, a lock of %d objects in %s", machine(), c.Objects, folder)
	w, err := newWorkspace(folder, repository, c.Objects)
	if err != nil {
		return nil, err
	}
	b := &bazel{program: filepath.Join(repository, "bazelw"), workspace: folder}
	if c.Bazel != "" {
		if b.program, err = exec.LookPath(c.Bazel); err != nil {
			return nil, err
		}
		if b.program, err = filepath.Abs(b.program); err != nil {
			return nil, err
		}
	}
	r.begin("starting Bazel")
	// The server goes too, and all that it has kept of the workspace.
	defer func() {
		_, cleanErr := b.run(context.WithoutCancel(ctx), "clean", "--expunge")
		err = errors.Join(err, cleanErr)
	}()
	if err := b.start(ctx); err != nil {
		return nil, err
	}
	analyses := []*analysis{
		{name: "image of one object", target: "//:one"},
		{name: "image of all objects", target: "//:all", budget: firstAnalysisBudget},
		{name: "image of all objects, one has changed", target: "//:all", change: true, budget: againAnalysisBudget},
		{name: "image of all objects, fetched before", target: "//:all", restart: true},
	}
	for _, a := range analyses {
		if err := b.prepare(ctx, w, a); err != nil {
			return nil, err
		}
		if err := b.analyse(ctx, a); err != nil {
			return nil, err
		}
		r.begin("%5s s  %s", seconds(a.wall), a.name)
	}
	return analyses, nil
}

// repositoryFolder is the folder of the repository that this is run in.
func repositoryFolder() (string, error) {
	start, err := filepath.Abs(os.Getenv("BUILD_WORKSPACE_DIRECTORY"))
	if err != nil {
		return "", err
	}
	for folder := start; ; folder = filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(folder, "bazelw")); err == nil {
			return folder, nil
		}
		if folder == filepath.Dir(folder) {
			return "", fmt.Errorf("%s is not in the repository of rules_strata: run it there", start)
		}
	}
}

// bazel runs Bazel in a workspace.
type bazel struct{ program, workspace string }

// run gives what Bazel says, on both outputs.
func (b *bazel) run(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, b.program, args...)
	cmd.Dir = b.workspace
	text, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("bazel %s: %w\n%s", strings.Join(args, " "), err, text)
	}
	return string(text), nil
}

// start starts the server, and fetches and loads what the image of any object
// needs, the lock too.
func (b *bazel) start(ctx context.Context) error {
	_, err := b.run(ctx, "build", "--nobuild", "//:warm")
	return err
}

// prepare does what comes before an analysis.
func (b *bazel) prepare(ctx context.Context, w *workspace, a *analysis) error {
	if a.change {
		if err := w.change(); err != nil {
			return err
		}
	}
	if a.restart {
		if _, err := b.run(ctx, "shutdown"); err != nil {
			return err
		}
		return b.start(ctx)
	}
	return nil
}

var elapsed = regexp.MustCompile(`Elapsed time: ([0-9.]+)s`)

// analyse analyses the target.
func (b *bazel) analyse(ctx context.Context, a *analysis) error {
	before, err := b.serverCPU(ctx)
	if err != nil {
		return err
	}
	text, err := b.run(ctx, "build", "--nobuild", a.target)
	if err != nil {
		return err
	}
	after, err := b.serverCPU(ctx)
	if err != nil {
		return err
	}
	m := elapsed.FindStringSubmatch(text)
	if m == nil {
		return fmt.Errorf("bazel does not say how long it took:\n%s", text)
	}
	a.cpu = after - before
	a.wall, err = time.ParseDuration(m[1] + "s")
	return err
}

// serverCPU is the CPU time that the server has used so far.
func (b *bazel) serverCPU(ctx context.Context) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, b.program, "info", "server_pid")
	cmd.Dir = b.workspace
	pid, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("bazel info server_pid: %w", err)
	}
	stat, err := os.ReadFile(filepath.Join("/proc", string(bytes.TrimSpace(pid)), "stat"))
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
