package rootfs

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// initCalled keeps Run from starting a program that would not become an init
// process, but do again what it did before.
var initCalled atomic.Bool

// Init makes this process the init process of a container, if it was started as
// one by Run, and then never returns. A program that calls Run must call Init
// first of all in its main function; otherwise Init does nothing.
func Init() {
	initCalled.Store(true)
	if len(os.Args) == 1 && os.Args[0] == initName {
		os.Exit(initProcess())
	}
}

// initProcess runs as process 1 of new namespaces: it makes the container, runs
// the command as its child and ends when that does, which makes the kernel end
// all that the command started.
func initProcess() (exitCode int) {
	// The capabilities that are dropped for the command are those of a thread.
	runtime.LockOSThread()
	signal.Notify(make(chan os.Signal, 1)) // the terminal's reach the command by themselves
	closeOnExec()
	instructions := os.NewFile(instructionsFD, "instructions")
	reports := os.NewFile(reportFD, "report")
	in := json.NewDecoder(instructions)
	pid, err := startCommand(in)
	rep := report{Started: true}
	if err != nil {
		rep = reportOf(err)
	}
	if err := json.NewEncoder(reports).Encode(rep); err != nil || !rep.Started {
		return ExitNotStarted // whoever started this process has ended
	}
	_ = reports.Close()
	go func() {
		for {
			var next instruction
			if in.Decode(&next) != nil {
				return
			}
			_ = syscall.Kill(pid, next.Signal)
		}
	}()
	return reap(pid)
}

// reap waits for the command, and for the orphans that it leaves.
func reap(pid int) (exitCode int) {
	for {
		var status syscall.WaitStatus
		ended, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return ExitNotStarted
		case ended != pid:
		case status.Exited():
			return status.ExitStatus()
		case status.Signaled():
			return 128 + int(status.Signal())
		}
	}
}

// closeOnExec keeps descriptors that this process inherited from the command.
func closeOnExec() {
	const first = 3
	if unix.CloseRange(first, math.MaxInt32, unix.CLOSE_RANGE_CLOEXEC) == nil {
		return
	}
	// Linux before 5.11.
	names, _ := filepath.Glob("/proc/self/fd/*")
	for _, name := range names {
		var fd int
		if _, err := fmt.Sscan(filepath.Base(name), &fd); err == nil && fd >= first {
			syscall.CloseOnExec(fd)
		}
	}
}

// startCommand makes the container and starts the command in it.
func startCommand(in *json.Decoder) (pid int, err error) {
	var first instruction
	if err := in.Decode(&first); err != nil || first.Run == nil {
		return 0, fmt.Errorf("no instructions: %w", err)
	}
	c := first.Run
	syscall.Umask(0o022)
	ids, err := readIdentities()
	if err != nil {
		return 0, err
	}
	if err := makeContainer(c); err != nil {
		return 0, err
	}
	user, err := lookUpUser(c.User, os.DirFS("/"))
	if err != nil {
		return 0, err
	}
	env := environment(toStrings(c.Env), user.home, c.Hostname)
	if err := enterWorkingDir(string(c.WorkingDir)); err != nil {
		return 0, err
	}
	args := toStrings(c.Args)
	path, err := lookUpCommand(args[0], env)
	if err != nil {
		return 0, err
	}
	ids.fixPipes(user)
	_, _ = unix.KeyctlJoinSessionKeyring("") // the caller's keys are not the command's
	if err := dropCapabilities(); err != nil {
		return 0, err
	}
	how := ids.attributesFor(user)
	pid, err = syscall.ForkExec(path, args, &syscall.ProcAttr{Env: env, Files: []uintptr{0, 1, 2}, Sys: how})
	if err != nil && how.Unshareflags != 0 && namespaceLimit(err) {
		return 0, &failure{
			exitCode: ExitNotStarted, forbidden: true,
			err: fmt.Errorf("start the command as user %d:%d, which needs a user namespace of its own: %w", user.uid, user.gid, err),
		}
	}
	if err != nil {
		return 0, explainExec(path, user, err)
	}
	return pid, nil
}

// environment completes the image's environment as Docker does.
func environment(env []string, home, hostname string) []string {
	has := func(name string) bool {
		for _, e := range env {
			if strings.HasPrefix(e, name+"=") {
				return true
			}
		}
		return false
	}
	if !has("PATH") {
		env = append(env, "PATH="+DefaultPath)
	}
	if !has("HOME") {
		env = append(env, "HOME="+home)
	}
	if hostname != "" && !has("HOSTNAME") {
		env = append(env, "HOSTNAME="+hostname)
	}
	return env
}

func enterWorkingDir(dir string) error {
	if dir == "" {
		dir = "/"
	}
	if !filepath.IsAbs(dir) {
		return fmt.Errorf("the working directory %q is not an absolute path", dir)
	}
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		err = os.Chdir(dir)
	}
	if errors.Is(err, syscall.ENOTDIR) {
		return fmt.Errorf("the working directory %s is not a directory in the image", dir)
	}
	if err != nil {
		return fmt.Errorf("working directory: %w", err)
	}
	return nil
}
