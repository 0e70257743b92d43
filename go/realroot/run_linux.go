//go:build linux && (amd64 || arm64)

package realroot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/layer"
	"github.com/rules-strata/rules_strata/go/rootfs"
)

// initName is the name under which the own program is started as init process.
const initName = "strata-realroot-init"

// Run runs the machine's script and writes what it changed to changes: the tar
// of a layer on top of Base. Names begin with "./", every directory comes
// before what is in it, siblings are sorted by bytes, the directories above a
// change are there with their attributes, all times are 0. Deleted files are
// whiteouts, directories that were removed and made again are opaque. Files
// with several names are hard links. What is in /dev, /proc, /sys and the store
// directory is left out, and so are sockets, with a warning.
//
// The script begins in "/" with the umask 022, no standard input and the host
// name localhost. Its whole environment is HOME=/root, LC_ALL=C, Docker's PATH,
// SOURCE_DATE_EPOCH=315532800, TZ=UTC, and TMPDIR=/dev/shm if the image has no
// /tmp. Its only network is a loopback interface. When it has ended, so do all
// programs that it left. The clock is the real one: what a script makes of the
// time is different in every run.
//
// Errors begin with the machine's name. An *UnavailableError says that this
// machine cannot do it. Cancelling ctx kills all programs.
//
// Run starts the own program again, so the program must call Init first of all
// in its main function.
func Run(ctx context.Context, m Machine, changes io.Writer) error {
	err := run(ctx, m.withDefaults(), changes)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", m.Name, err)
	}
	return nil
}

func run(ctx context.Context, m Machine, changes io.Writer) error {
	if !initCalled.Load() {
		return errors.New("the program did not call realroot.Init first of all in its main function")
	}
	if err := rootfs.CheckProc(); err != nil {
		return &UnavailableError{Reason: err.Error()}
	}
	// The kernel kills the init process when the thread that started it ends.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p, err := startInit(ctx, m)
	if err != nil {
		return err
	}
	fed, copied, reported := make(chan error, 1), make(chan error, 1), make(chan reports, 1)
	go func() {
		err := m.feed(ctx, p.input)
		if err != nil && !errors.Is(err, syscall.EPIPE) {
			cancel()
		}
		fed <- errors.Join(err, p.input.Close())
	}()
	go func() {
		_, err := io.Copy(changes, p.changes)
		if err != nil {
			cancel()
		}
		copied <- err
	}()
	go func() { reported <- readReports(p.reports) }()
	feedErr, copyErr, said := <-fed, <-copied, <-reported
	waitErr := p.cmd.Wait()
	p.close()
	for _, warning := range said.warnings {
		fmt.Fprintf(m.Output, "%s: warning: %s\n", m.Name, warning)
	}
	switch {
	case copyErr != nil:
		return fmt.Errorf("write the changes: %w", copyErr)
	case feedErr != nil && !errors.Is(feedErr, syscall.EPIPE):
		return feedErr // what the init process says is what comes of it
	case said.err == io.ErrUnexpectedEOF:
		return fmt.Errorf("the init process ended too early (%v)", waitErr)
	case said.err != nil:
		return said.err
	}
	return waitErr
}

// process is an init process that runs.
type process struct {
	cmd     *exec.Cmd
	input   *os.File
	reports *os.File
	changes *os.File
}

func (p *process) close() {
	_ = p.reports.Close()
	_ = p.changes.Close()
}

// startInit starts the init process in namespaces of its own.
func startInit(ctx context.Context, m Machine) (*process, error) {
	var pipes [6]*os.File // read and write ends
	for i := 0; i < len(pipes); i += 2 {
		r, w, err := os.Pipe()
		if err != nil {
			closeAll(pipes[:])
			return nil, err
		}
		pipes[i], pipes[i+1] = r, w
	}
	program, err := copyProgram()
	if err != nil {
		closeAll(pipes[:])
		return nil, err
	}
	defer program.Close()
	cmd := exec.CommandContext(ctx, fmt.Sprintf("/proc/self/fd/%d", programFD))
	cmd.Args = []string{initName}
	cmd.Env = []string{}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWIPC |
			syscall.CLONE_NEWUTS | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
		Pdeathsig:   syscall.SIGKILL,
	}
	cmd.ExtraFiles = []*os.File{inputFD - 3: pipes[0], reportFD - 3: pipes[3], changesFD - 3: pipes[5], programFD - 3: program}
	// The script could change the mode of a file that its output goes to.
	output := &struct{ io.Writer }{m.Output}
	cmd.Stdout, cmd.Stderr = output, output
	if err := cmd.Start(); err != nil {
		closeAll(pipes[:])
		if reason, forbidden := rootfs.Forbidden(err); forbidden {
			return nil, &UnavailableError{Reason: reason, Err: err}
		}
		return nil, err
	}
	closeAll([]*os.File{pipes[0], pipes[3], pipes[5]})
	return &process{cmd: cmd, input: pipes[1], reports: pipes[2], changes: pipes[4]}, nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		if f != nil {
			_ = f.Close()
		}
	}
}

// feed sends the instructions and all files. An init process that does not read
// says why in its report.
func (m Machine) feed(ctx context.Context, to io.Writer) error {
	what := instructions{
		Upper: m.Upper != nil, StoreDir: []byte(m.StoreDir), Script: []byte(m.Script), Name: m.Name,
		Shell: []byte(m.Shell), DiskSize: m.DiskSize, Memory: m.Memory,
	}
	for i, l := range m.Base {
		what.Layers = append(what.Layers, describe(i, len(m.Base), l))
	}
	for _, o := range m.Objects {
		what.Objects = append(what.Objects, []byte(o.Path()))
	}
	err := writeSection(to, func(w io.Writer) error { return json.NewEncoder(w).Encode(what) })
	if err != nil {
		return err
	}
	for i, l := range m.Base {
		write := l.Write
		if l.DiffID != "" {
			write = l.WriteChecked
		}
		if err := writeSection(to, func(w io.Writer) error { return write(ctx, w) }); err != nil {
			return fmt.Errorf("%s: %w", describe(i, len(m.Base), l), err)
		}
	}
	if m.Upper != nil {
		if err := writeSection(to, m.Upper); err != nil {
			return fmt.Errorf("the new layer: %w", err)
		}
	}
	if len(m.Objects) == 0 {
		return nil
	}
	options := layer.DefaultOptions()
	options.StoreDir, options.Unhashed = m.StoreDir, true
	return writeSection(to, func(w io.Writer) error {
		_, err := layer.Write(w, m.Objects, options)
		return err
	})
}

// describe is how errors call a layer.
func describe(i, count int, l archive.Layer) string {
	s := fmt.Sprintf("layer %d of %d of the base image", i+1, count)
	if l.Describe != "" {
		s += " (" + l.Describe + ")"
	}
	return s
}

// reports is what the init process said.
type reports struct {
	warnings []string
	err      error // io.ErrUnexpectedEOF if it ended without a word
}

func readReports(from io.Reader) (all reports) {
	decoder := json.NewDecoder(from)
	for {
		var r report
		switch err := decoder.Decode(&r); {
		case err != nil:
			all.err = io.ErrUnexpectedEOF
		case r.Warning != "":
			all.warnings = append(all.warnings, r.Warning)
			continue
		case r.Unavailable:
			all.err = &UnavailableError{Reason: r.Error}
		case r.Error != "":
			all.err = errors.New(r.Error)
		}
		return all
	}
}
