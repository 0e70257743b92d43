package rootfs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
)

// initName is the name under which the own program is started as init process.
const initName = "strata-rootfs-init"

// Run runs a command with the folder dir, made by Unpack, as its root, and
// returns its exit code: 128 and the signal's number if a signal killed it.
// With an error, the exit code is ExitNotStarted, ExitNotExecutable or
// ExitNotFound. Cancelling ctx kills the command and all that it started.
//
// The command gets user, mount, process, IPC and host name namespaces of its
// own, a fresh /proc, /dev and read-only /sys, and Docker's default
// capabilities less CAP_MKNOD. It writes to dir. Docker's /etc/resolv.conf and
// /etc/hosts are not added: the image's own are used. There is no seccomp
// filter and no limit of memory or CPU.
//
// Without root's rights there is only one user id, the caller's: whatever User
// says, the command's files are the caller's, and to the command they look like
// its own.
//
// Run starts the own program again, so the program must call Init first of all
// in its main function.
//
// An *UnavailableError says that this machine cannot do it.
func Run(ctx context.Context, dir string, spec Spec) (exitCode int, err error) {
	exitCode, err = run(ctx, dir, spec)
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return exitCode, fmt.Errorf("run: %w", err)
	}
	return exitCode, nil
}

func run(ctx context.Context, dir string, spec Spec) (int, error) {
	if !initCalled.Load() {
		return ExitNotStarted, errors.New("the program did not call rootfs.Init first of all in its main function")
	}
	if len(spec.Args) == 0 {
		return ExitNotStarted, errors.New("the image has neither Entrypoint nor Cmd: give a command")
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return ExitNotStarted, err
	}
	if err := checkProc(); err != nil {
		return ExitNotStarted, err
	}
	signals := catch(spec.Signals)
	defer signals.stop()
	// The kernel kills the container when the thread that started it ends.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	var refused error
	for _, ns := range namespaces(spec.PrivateNetwork) {
		c, err := start(ctx, dir, spec, ns)
		if err == nil {
			return c.finish(ctx, spec.Stdin, signals)
		}
		if f := err.(*failure); !f.forbidden {
			return f.exitCode, f
		}
		refused = err
	}
	return ExitNotStarted, &UnavailableError{Reason: whyForbidden(), Err: refused}
}

// namespaces are the ways to start the init process, the best first.
func namespaces(privateNetwork bool) []*syscall.SysProcAttr {
	base := syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS,
		Pdeathsig:  syscall.SIGKILL,
	}
	if privateNetwork {
		base.Cloneflags |= syscall.CLONE_NEWNET
	}
	user := base
	user.Cloneflags |= syscall.CLONE_NEWUSER
	if os.Geteuid() != 0 {
		// Nobody may map more than the own ids.
		user.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
		user.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
		return []*syscall.SysProcAttr{&user}
	}
	// A user namespace with the same ids, so that root is root of the image's
	// files, but not of the host's kernel; without it, where the kernel has or
	// allows none.
	var uidErr, gidErr error
	user.UidMappings, uidErr = readIDMap("/proc/self/uid_map")
	user.GidMappings, gidErr = readIDMap("/proc/self/gid_map")
	user.GidMappingsEnableSetgroups = setgroupsAllowed()
	if uidErr != nil || gidErr != nil {
		return []*syscall.SysProcAttr{&base}
	}
	return []*syscall.SysProcAttr{&user, &base}
}

// container is a command that runs.
type container struct {
	cmd          *exec.Cmd
	instructions *os.File       // to the init process
	stdin        io.WriteCloser // to the command, or nil
}

// start starts the init process and waits until it has started the command. The
// error is a *failure.
func start(ctx context.Context, dir string, spec Spec, ns *syscall.SysProcAttr) (_ *container, err error) {
	instructionsOut, instructions, err := os.Pipe()
	if err != nil {
		return nil, &failure{exitCode: ExitNotStarted, err: err}
	}
	defer instructionsOut.Close()
	reports, reportsIn, err := os.Pipe()
	if err != nil {
		_ = instructions.Close()
		return nil, &failure{exitCode: ExitNotStarted, err: err}
	}
	defer reports.Close()
	defer reportsIn.Close()

	c := &container{cmd: exec.CommandContext(ctx, "/proc/self/exe"), instructions: instructions}
	c.cmd.Args = []string{initName}
	c.cmd.Env = []string{}
	c.cmd.SysProcAttr = ns
	c.cmd.ExtraFiles = []*os.File{instructionsFD - 3: instructionsOut, reportFD - 3: reportsIn}
	c.cmd.Stdout, c.cmd.Stderr = spec.Stdout, spec.Stderr
	if f, ok := spec.Stdin.(*os.File); ok {
		c.cmd.Stdin = f
	} else if spec.Stdin != nil {
		if c.stdin, err = c.cmd.StdinPipe(); err != nil {
			_ = instructions.Close()
			return nil, &failure{exitCode: ExitNotStarted, err: err}
		}
	}
	if err := c.cmd.Start(); err != nil {
		_ = instructions.Close()
		return nil, &failure{exitCode: ExitNotStarted, forbidden: refusal(err), err: err}
	}
	_ = instructionsOut.Close()
	_ = reportsIn.Close()
	what := &command{
		Dir: []byte(dir), Args: toBytes(spec.Args), Env: toBytes(spec.Env), WorkingDir: []byte(spec.WorkingDir),
		User: spec.User, Hostname: spec.Hostname, PrivateNetwork: spec.PrivateNetwork,
	}
	// An init process that does not read says why in its report.
	_ = json.NewEncoder(instructions).Encode(instruction{Run: what})
	if err := readReport(reports); err != nil {
		_ = c.cmd.Process.Kill()
		_ = c.cmd.Wait()
		_ = instructions.Close()
		return nil, err
	}
	return c, nil
}

// finish feeds the command until it ends.
func (c *container) finish(ctx context.Context, stdin io.Reader, signals *caught) (int, error) {
	defer c.instructions.Close()
	if c.stdin != nil {
		go func() {
			_, _ = io.Copy(c.stdin, stdin) // a command need not read its input
			_ = c.stdin.Close()
		}()
	}
	done := make(chan struct{})
	defer close(done)
	go signals.forward(json.NewEncoder(c.instructions), done)

	err := c.cmd.Wait()
	var exited *exec.ExitError
	if err != nil && !errors.As(err, &exited) {
		return ExitNotStarted, err // its output could not be written
	}
	status, ok := c.cmd.ProcessState.Sys().(syscall.WaitStatus)
	if !ok || !status.Signaled() {
		return c.cmd.ProcessState.ExitCode(), nil
	}
	// The init process ends by itself, unless somebody kills it.
	if ctx.Err() != nil {
		return ExitNotStarted, ctx.Err()
	}
	return 128 + int(status.Signal()), nil
}
