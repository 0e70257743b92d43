//go:build linux && (amd64 || arm64)

package realroot

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// resources are the limits of programs where the machine's own are not lower,
// so that what they do depends less on it. Some look at as many descriptors as
// they might have.
var resources = map[int]syscall.Rlimit{
	syscall.RLIMIT_NOFILE: {Cur: 1024, Max: 1 << 19},
	syscall.RLIMIT_STACK:  {Cur: 8 * Megabyte, Max: math.MaxUint64},
	syscall.RLIMIT_CORE:   {},
}

// limitResources sets the limits for this process and those that it starts.
func limitResources() error {
	for resource, limit := range resources {
		var had syscall.Rlimit
		if err := syscall.Getrlimit(resource, &had); err != nil {
			return fmt.Errorf("resource limit %d: %w", resource, err)
		}
		limit.Max = min(limit.Max, had.Max)
		limit.Cur = min(limit.Cur, limit.Max)
		if err := syscall.Setrlimit(resource, &limit); err != nil {
			return fmt.Errorf("resource limit %d: %w", resource, err)
		}
	}
	return nil
}

// watchInterval is how often the limits are looked at.
const watchInterval = 50 * time.Millisecond

// watch looks at the memory and the disk space that programs use.
func (m *machine) watch(end *ending) *watcher {
	w := &watcher{done: make(chan struct{})}
	w.running.Go(func() {
		tick := time.NewTicker(watchInterval)
		defer tick.Stop()
		for {
			select {
			case <-w.done:
				return
			case <-tick.C:
			}
			m.lookAtDisk()
			// The quick sum counts memory that processes share after a fork
			// several times.
			if memoryInUse(residentMemory) > m.Memory && memoryInUse(proportionalMemory) > m.Memory {
				end.kill(fmt.Errorf("the script's programs used more memory than build_vm_memory_size = %d MB: raise it", m.Memory/Megabyte))
				return
			}
		}
	})
	return w
}

// watcher is a watch that runs.
type watcher struct {
	done    chan struct{}
	running sync.WaitGroup
}

func (w *watcher) stop() {
	close(w.done)
	w.running.Wait()
}

// memoryInUse adds up the memory of all processes but this one, in bytes.
func memoryInUse(of func(process string) int64) int64 {
	processes, err := filepath.Glob("/proc/[1-9]*")
	if err != nil {
		return 0
	}
	var sum int64
	for _, process := range processes {
		if process != "/proc/1" {
			sum += of(process)
		}
	}
	return sum
}

// residentMemory is the private memory of a process, and what it shares with
// its forks.
func residentMemory(process string) int64 {
	data, err := os.ReadFile(process + "/statm")
	if err != nil {
		return 0 // it has ended
	}
	fields := strings.Fields(string(data))
	if len(fields) < 3 {
		return 0
	}
	resident, _ := strconv.ParseInt(fields[1], 10, 64)
	shared, _ := strconv.ParseInt(fields[2], 10, 64) // with files
	return (resident - shared) * int64(os.Getpagesize())
}

// proportionalMemory is the same, but shared memory is divided among those that
// share it. Kernels before 5.4 do not tell.
func proportionalMemory(process string) int64 {
	f, err := os.Open(process + "/smaps_rollup")
	if err != nil {
		return 0
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if text, ok := strings.CutPrefix(lines.Text(), "Pss_Anon:"); ok {
			kilobytes, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(text), " kB"), 10, 64)
			return kilobytes << 10
		}
	}
	return residentMemory(process)
}

// lookAtDisk remembers the least disk space there ever was.
func (m *machine) lookAtDisk() {
	var st unix.Statfs_t
	if unix.Statfs(m.scratch.root, &st) != nil {
		return
	}
	const few = 16 // inodes
	if st.Bavail*uint64(st.Bsize) <= uint64(m.DiskSize/nearlyNothing) || st.Ffree <= few {
		m.scratch.full.Store(true)
	}
}

// nearlyNothing is the part of the disk that counts as no space: a program that
// writes in large pieces fails before all is used.
const nearlyNothing = 100

// explainDisk adds to an error that the disk was full.
func (m *machine) explainDisk(err error) error {
	if err == nil {
		return nil
	}
	m.lookAtDisk()
	if !m.scratch.full.Load() {
		return err
	}
	return fmt.Errorf("%w: disk_size = %d MB was used up: raise it", err, m.DiskSize/Megabyte)
}
