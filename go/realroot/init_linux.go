//go:build linux && (amd64 || arm64)

package realroot

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"runtime"
	"sync/atomic"
	"syscall"

	"github.com/rules-strata/rules_strata/go/realroot/fakeroot"
	"github.com/rules-strata/rules_strata/go/rootfs"
)

// initCalled keeps Run from starting a program that would not become an init
// process, but do again what it did before.
var initCalled atomic.Bool

// Init makes this process the init process of a machine, if it was started as
// one by Run, and then never returns. A program that calls Run must call Init
// first of all in its main function; otherwise Init does nothing.
func Init() {
	initCalled.Store(true)
	fakeroot.Init()
	if len(os.Args) == 1 && os.Args[0] == initName {
		os.Exit(initProcess())
	}
}

// initProcess runs as process 1 of new namespaces, which end with it.
func initProcess() (exitCode int) {
	// The supervisor's thread becomes different from the others; it shall not be
	// this one, which stands for the process.
	runtime.LockOSThread()
	signal.Notify(make(chan os.Signal, 1)) // nobody ends this process by a signal
	rootfs.CloseOnExec()
	_ = syscall.Close(programFD)
	reports := json.NewEncoder(os.NewFile(reportFD, "report"))
	m := &machine{warn: func(warning string) { _ = reports.Encode(report{Warning: warning}) }}
	last := report{Done: true}
	if err := m.run(); err != nil {
		var unavailable *UnavailableError
		last = report{Error: err.Error()}
		if errors.As(err, &unavailable) {
			last = report{Unavailable: true, Error: unavailable.Reason}
		}
	}
	// Whoever started this process and does not listen has ended.
	_ = reports.Encode(last)
	if !last.Done {
		return 1
	}
	return 0
}

// machine is a Machine inside its namespaces.
type machine struct {
	instructions
	input    *bufio.Reader
	warn     func(string)
	launcher *fakeroot.Launcher
	scratch  *scratch
	tree     *tree
}

func (m *machine) run() error {
	m.input = bufio.NewReaderSize(os.NewFile(inputFD, "input"), pieceSize)
	section := &sectionReader{from: m.input}
	decoder := json.NewDecoder(section)
	if err := decoder.Decode(&m.instructions); err != nil {
		return fmt.Errorf("read the instructions: %w", err)
	}
	if err := endSection(section); err != nil {
		return err
	}
	syscall.Umask(0o022)
	if err := limitResources(); err != nil {
		return err
	}
	var err error
	if m.launcher, err = fakeroot.NewLauncher(); err != nil {
		return err
	}
	if m.scratch, err = mountScratch(m.DiskSize); err != nil {
		return err
	}
	if err := m.unpack(); err != nil {
		return m.explainDisk(err)
	}
	if err := m.enter(); err != nil {
		return err
	}
	if err := m.runScript(); err != nil {
		return err
	}
	changes := os.NewFile(changesFD, "changes")
	buffered := bufio.NewWriterSize(changes, pieceSize)
	if err := m.tree.writeChanges(buffered, m.warn); err != nil {
		return fmt.Errorf("write the changes: %w", err)
	}
	return buffered.Flush()
}

// endSection reads what is left of a section, which is nothing that matters.
func endSection(section *sectionReader) error {
	var rest [256]byte
	for {
		_, err := section.Read(rest[:])
		if section.ended {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// runScript runs the script to its end and ends all that it left.
func (m *machine) runScript() error {
	shell, err := m.findShell()
	if err != nil {
		return err
	}
	script, err := m.writeScript()
	if err != nil {
		return err
	}
	end := &ending{}
	pid, supervisor, err := m.launcher.Start(fakeroot.Program{
		Path: shell, Args: []string{shell, script}, Env: m.environment(),
		Inodes: m.tree.inodes, Fail: end.kill,
	})
	var unsupported *fakeroot.UnsupportedError
	if errors.As(err, &unsupported) {
		return &UnavailableError{Reason: unsupported.Error()}
	}
	if err != nil {
		return rootfs.ExplainExec(shell, err)
	}
	watching := m.watch(end)
	status, err := wait(pid)
	killAll()
	watching.stop()
	m.tree.inodes = supervisor.Inodes()
	maps.Copy(m.tree.forced, supervisor.Mapped()) // a tmpfs does not tell all that is written through memory
	switch {
	case err != nil:
		return err
	case end.reason() != nil:
		return end.reason()
	case status.Signaled():
		return m.explainDisk(fmt.Errorf("the script was ended by signal %d (%v)", status.Signal(), status.Signal()))
	case status.ExitStatus() != 0:
		return m.explainDisk(fmt.Errorf("the script failed with exit status %d", status.ExitStatus()))
	}
	return nil
}

// wait waits for a process, and for the orphans that end in the meantime.
func wait(pid int) (syscall.WaitStatus, error) {
	for {
		var status syscall.WaitStatus
		ended, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return status, fmt.Errorf("wait for the script: %w", err)
		case ended == pid:
			return status, nil
		}
	}
}

// killAll ends all other processes of the machine and waits until they are
// gone.
func killAll() {
	_ = syscall.Kill(-1, syscall.SIGKILL)
	for {
		if _, err := syscall.Wait4(-1, nil, 0, nil); err != nil && err != syscall.EINTR {
			return
		}
	}
}
