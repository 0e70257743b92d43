package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// task is something whose time is measured: commands, one after another, in the
// folder of the inputs. What they write goes into the folder "out", which is
// empty before.
type task struct {
	name string
	// commands are programs with their arguments.
	commands [][]string
	// status is the exit status that they should have.
	status int
	// worker is what is done in place of commands, if it is not nil.
	worker func(context.Context) (usage, error)
	// peer says that the programs are not the project's own.
	peer bool
	// floor says of such a program that it does only a part, as fast as can be:
	// nothing has to be faster.
	floor bool
	// input is how much is read, in bytes, where that means something.
	input int64
	runs  []taskRun
}

// taskRun is what a task needed once.
type taskRun struct {
	usage
	// written is how much is in the files that it left, in bytes.
	written int64
}

// outFolder is where tasks write.
const outFolder = "out"

// inTurns runs tasks as often as runs says, one after another each time, and
// before that as often as warm says, which does not count.
func inTurns(ctx context.Context, r *report, folder string, tasks []*task, warm, runs int) error {
	for n := range warm + runs {
		for _, t := range tasks {
			run, err := t.run(ctx, folder)
			if err != nil {
				return fmt.Errorf("%s: %w", t.name, err)
			}
			which := "not counted"
			if n >= warm {
				t.runs = append(t.runs, run)
				which = fmt.Sprintf("%d of %d", len(t.runs), runs)
			}
			if run.wall < time.Second/10 && len(t.runs) < runs {
				continue
			}
			r.begin("%7.3f CPU s  %s (%s, load average %s)", run.cpu.Seconds(), t.name, which, loadAverage())
		}
	}
	return nil
}

// run runs the commands, and removes what they wrote. The page cache has what
// they read, and the machine has memory for what they write.
func (t *task) run(ctx context.Context, folder string) (taskRun, error) {
	var all taskRun
	out := filepath.Join(folder, outFolder)
	if err := os.Mkdir(out, 0o755); err != nil {
		return all, err
	}
	if t.input > 0 {
		if err := errors.Join(readAll(folder), touchMemory(out, 2*t.input)); err != nil {
			return all, err
		}
	}
	if t.worker != nil {
		u, err := t.worker(ctx)
		if err != nil {
			return all, err
		}
		all.usage = u
	}
	for _, c := range t.commands {
		u, err := process{program: c[0], args: c[1:], dir: folder, status: t.status}.run(ctx)
		if err != nil {
			return all, err
		}
		all.cpu += u.cpu
		all.wall += u.wall
		all.peak, all.floor = max(all.peak, u.peak), max(all.floor, u.floor)
	}
	var err error
	if all.written, err = sizeOf(out); err != nil {
		return all, err
	}
	return all, os.RemoveAll(out)
}

// readAll reads all files of a folder: some kernels take pages that nobody reads
// for a while out of the page cache, and their way back from the disk would count
// as the time of whoever comes next.
func readAll(folder string) error {
	return filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, f)
		return errors.Join(err, f.Close())
	})
}

// touchMemory fills the page cache with a file and removes it. A virtual machine
// may have lent its free memory to its host, and to get it back takes up to ten
// times as long as to write the file: it would count as the time of whoever
// writes first.
func touchMemory(folder string, size int64) (err error) {
	name := filepath.Join(folder, "memory")
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(name)) }()
	piece := make([]byte, 256<<10)
	for left := size; err == nil && left > 0; left -= int64(len(piece)) {
		_, err = f.Write(piece[:min(left, int64(len(piece)))])
	}
	return err
}

// sizeOf is how much is in all files of a folder, in bytes.
func sizeOf(folder string) (size int64, err error) {
	err = filepath.WalkDir(folder, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	})
	return size, err
}

// sortedCPU are the CPU times of the runs, the least first.
func (t *task) sortedCPU() []time.Duration {
	var all []time.Duration
	for _, r := range t.runs {
		all = append(all, r.cpu)
	}
	slices.Sort(all)
	return all
}

// cpu is the median of the CPU times.
func (t *task) cpu() time.Duration { return middle(t.sortedCPU()) }

// wall is the median of the wall times.
func (t *task) wall() time.Duration {
	var all []time.Duration
	for _, r := range t.runs {
		all = append(all, r.wall)
	}
	slices.Sort(all)
	return middle(all)
}

// peak is the run with the highest peak.
func (t *task) peak() usage {
	return slices.MaxFunc(t.runs, func(a, b taskRun) int { return cmp.Compare(a.usage.peak, b.usage.peak) }).usage
}

// written is the median of what the runs left.
func (t *task) written() int64 {
	var all []int64
	for _, r := range t.runs {
		all = append(all, r.written)
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// perSecond is in megabytes of the input per second of CPU time.
func (t *task) perSecond() float64 { return float64(t.input) / 1e6 / t.cpu().Seconds() }
