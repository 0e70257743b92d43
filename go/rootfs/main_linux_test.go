package rootfs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The test program is also the init process and the program in the images.
func TestMain(m *testing.M) {
	Init()
	if filepath.Base(os.Args[0]) == "program" {
		os.Exit(program(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// seen is what the program in an image sees.
type seen struct {
	Args, Env       []string
	UID, GID        int
	Groups          []int
	PID             int
	Dir, Hostname   string
	Root, Dev, Proc []string
	Mounts          map[string]string // options by mount point
	Caps            string            // the effective ones, in hexadecimal
	FDs             []string          // the files of descriptors that it inherited
	Null            string            // what opening /dev/null, /dev/full and the like gave
	Interfaces      []string
}

func program(args []string) int {
	switch args[0] {
	case "look":
		_ = json.NewEncoder(os.Stdout).Encode(look(args))
	case "exit":
		code, _ := strconv.Atoi(args[1])
		return code
	case "kill":
		number, _ := strconv.Atoi(args[1])
		_ = syscall.Kill(os.Getpid(), syscall.Signal(number))
		time.Sleep(time.Minute)
	case "cat":
		_, _ = io.Copy(os.Stdout, os.Stdin)
		fmt.Fprint(os.Stderr, "to stderr")
	case "write":
		for _, path := range args[1:] {
			if err := os.WriteFile(path, []byte("written"), 0o644); err != nil {
				fmt.Println(err)
			}
		}
	case "wait":
		got := make(chan os.Signal, 1)
		signal.Notify(got, syscall.SIGTERM, syscall.SIGINT)
		fmt.Println("ready")
		fmt.Println(<-got)
		return 7
	case "orphan":
		// A child of a child that ends: process 1 gets it, and ends it.
		again := exec.Command("/proc/self/exe", "sleep")
		if args[1] == "2" {
			again = exec.Command("/proc/self/exe", "orphan", "1")
		}
		again.Args[0] = "program"
		again.Stdout = os.Stdout
		if err := again.Start(); err != nil {
			fmt.Println(err)
		}
		if args[1] == "2" {
			_ = again.Wait()
			time.Sleep(100 * time.Millisecond)
		}
	case "sleep":
		time.Sleep(time.Minute)
	}
	return 0
}

func look(args []string) seen {
	s := seen{Args: args, Env: os.Environ(), UID: os.Getuid(), GID: os.Getgid(), PID: os.Getpid(), Mounts: map[string]string{}}
	s.Groups, _ = os.Getgroups()
	s.Dir, _ = os.Getwd()
	s.Hostname, _ = os.Hostname()
	s.Root, s.Dev, s.Proc = names("/"), names("/dev"), names("/proc")
	for _, fd := range names("/proc/self/fd") {
		// What the program itself opened aside.
		target, err := os.Readlink("/proc/self/fd/" + fd)
		if err == nil && fd > "2" && !strings.HasPrefix(target, "anon_inode:") && !strings.HasPrefix(target, "/proc/") && !strings.HasPrefix(target, "/sys/") {
			s.FDs = append(s.FDs, target)
		}
	}
	if data, err := os.ReadFile("/proc/net/dev"); err == nil {
		for _, line := range strings.Split(string(data), "\n")[2:] {
			if name, _, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
				s.Interfaces = append(s.Interfaces, name)
			}
		}
	}
	mounts, _ := os.ReadFile("/proc/self/mountinfo")
	for line := range strings.Lines(string(mounts)) {
		if f := strings.Fields(line); len(f) > 5 {
			s.Mounts[f[4]] = f[5]
		}
	}
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "CapEff:"); ok {
			s.Caps = strings.TrimSpace(value)
		}
	}
	s.Null = devices()
	return s
}

func names(dir string) []string {
	entries, _ := os.ReadDir(dir)
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	return list
}

// devices uses each device as a program would.
func devices() string {
	if err := os.WriteFile("/dev/null", []byte("x"), 0); err != nil {
		return err.Error()
	}
	if err := os.WriteFile("/dev/full", []byte("x"), 0); err == nil {
		return "/dev/full took a byte"
	}
	for _, name := range []string{"zero", "random", "urandom"} {
		f, err := os.Open("/dev/" + name)
		if err != nil {
			return err.Error()
		}
		if _, err := io.ReadFull(f, make([]byte, 16)); err != nil {
			return err.Error()
		}
		_ = f.Close()
	}
	if err := os.WriteFile("/dev/shm/x", []byte("x"), 0o600); err != nil {
		return err.Error()
	}
	if err := os.WriteFile("/dev/stderr", nil, 0); err != nil {
		return err.Error()
	}
	if _, err := os.Stat("/dev/pts/ptmx"); err == nil {
		terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
		if err != nil {
			return err.Error()
		}
		if _, err := unix.IoctlGetInt(int(terminal.Fd()), unix.TIOCGPTN); err != nil {
			return err.Error()
		}
		_ = terminal.Close()
	}
	for _, name := range []string{"/dev/null", "/dev/zero"} { // the host's
		if err := os.Chmod(name, 0o666); !errors.Is(err, syscall.EROFS) {
			return fmt.Sprintf("chmod %s: %v", name, err)
		}
	}
	return "good"
}
