//go:build linux && (amd64 || arm64)

package realroot

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// programFile is the test program as /bin/program of an image, a statically
// linked program if the tests were built that way.
const programFile = "usr/bin/program"

// program is what tests run in images where a shell's programs do not do.
func program(args []string) int {
	run := map[string]func(args []string) error{
		"attributes": attributes,
		"identity":   identity,
		"threads":    threads,
		"paths":      paths,
		"creates":    creates,
		"attempt":    attempt,
		"socket":     socket,
		"xattrs":     xattrs,
		"memory":     useMemory,
		"daemon":     daemon,
		"privileges": privileges,
		"refusals":   refusals,
		"mapped":     mapped,
	}[args[0]]
	if err := run(args[1:]); err != nil {
		fmt.Println("program:", args, err)
		return 1
	}
	return 0
}

// owner shows what stat(2) says of a path.
func owner(path string) string {
	var st unix.Stat_t
	if err := unix.Lstat(path, &st); err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%o %d:%d %d,%d", st.Mode, st.Uid, st.Gid, unix.Major(st.Rdev), unix.Minor(st.Rdev))
}

func attributes([]string) error {
	if err := os.WriteFile("/srv/a", []byte("a"), 0o644); err != nil {
		return err
	}
	f, err := os.Open("/srv/a")
	if err != nil {
		return err
	}
	defer f.Close()
	fmt.Println(f.Chown(4294967294, 70000), os.Chmod("/srv/a", 0o6755|os.ModeSetuid|os.ModeSetgid))
	fmt.Println(owner("/srv/a"))
	fmt.Println(unix.Chown("/srv/a", -1, 5), owner("/srv/a")) // setuid and setgid go
	fmt.Println(unix.Mknodat(unix.AT_FDCWD, "/srv/disk", unix.S_IFBLK|0o640, int(unix.Mkdev(259, 300))), owner("/srv/disk"))
	var st unix.Statx_t
	err = unix.Statx(int(f.Fd()), "", unix.AT_EMPTY_PATH, unix.STATX_BASIC_STATS, &st)
	fmt.Println(err, st.Uid, st.Gid, st.Size)
	fmt.Println(unix.Fstatat(99, "", &unix.Stat_t{}, unix.AT_EMPTY_PATH), unix.Fstatat(99, "x", &unix.Stat_t{}, 0),
		unix.Fstatat(int(f.Fd()), "x", &unix.Stat_t{}, 0), unix.Fstatat(unix.AT_FDCWD, "", &unix.Stat_t{}, 0),
		unix.Fstatat(unix.AT_FDCWD, "/absent", &unix.Stat_t{}, 0), unix.Fstat(99, &unix.Stat_t{}))
	fmt.Println(unix.Lchown("/srv/absent", 1, 1), unix.Chown("/proc/self/stat", 1, 1), unix.Chown("/dev/null", 1, 1))
	// A file that has no name any more.
	if err := os.Remove("/srv/a"); err != nil {
		return err
	}
	fmt.Println(f.Chown(3, 3))
	info, err := f.Stat()
	if err != nil {
		return err
	}
	fmt.Println(info.Sys().(*syscall.Stat_t).Uid)
	return nil
}

// who shows all ids of this process.
func who() string {
	r, e, s := unix.Getresuid()
	rg, eg, sg := unix.Getresgid()
	groups, err := unix.Getgroups()
	fs, _ := unix.SetfsuidRetUid(-1)
	return fmt.Sprint(r, e, s, " ", rg, eg, sg, " ", groups, err, " ", fs)
}

func identity(args []string) error {
	if len(args) > 0 {
		fmt.Println(who())
		return nil
	}
	fmt.Println(who())
	fmt.Println(syscall.Setgroups([]int{9, 7}), syscall.Setresgid(5, 6, 7), syscall.Setresuid(1, 2, 3))
	fmt.Println(who())
	out, err := exec.Command("/bin/program", "identity", "again").Output()
	fmt.Printf("%s%v\n", out, err)
	fmt.Println(syscall.Setuid(0), syscall.Setgroups(nil), syscall.Setreuid(-1, 9), os.Chown("/srv", 1, 1), unix.Mknod("/dev/x", unix.S_IFCHR, 0))
	fmt.Println(syscall.Setreuid(-1, 3), who())
	fmt.Println(unix.Prlimit(0, 10, &unix.Rlimit{Max: unix.RLIM_INFINITY}, nil), unix.Setrlimit(10, &unix.Rlimit{}), who())
	fmt.Println(os.Mkdir("/srv/mine", 0o700), owner("/srv/mine"))
	f, err := os.OpenFile("/srv/mine/f", os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o666)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString("text")
	fmt.Println(err, owner("/srv/mine/f"))
	fmt.Println(os.Chown("/srv/mine/f", -1, 9), os.Chown("/srv/mine/f", -1, 10), owner("/srv/mine/f"))
	return nil
}

// threads do things at once, while others start programs.
func threads(args []string) error {
	offset := 0
	if len(args) > 0 {
		offset, _ = strconv.Atoi(args[0])
	}
	var all sync.WaitGroup
	errs := make(chan error, 1000)
	for i := range 8 {
		all.Go(func() {
			runtime.LockOSThread()
			for j := range 50 {
				path := fmt.Sprintf("/srv/%d-%d", offset+i, j)
				err := os.WriteFile(path, nil, 0o600)
				if err == nil {
					err = os.Chown(path, i, j)
				}
				if got, want := owner(path), fmt.Sprintf("100600 %d:%d 0,0", i, j); err == nil && got != want {
					err = fmt.Errorf("%s: %s, want %s", path, got, want)
				}
				if j%10 == 0 && err == nil {
					err = exec.Command("/bin/true").Run()
				}
				if err != nil {
					errs <- err
				}
			}
		})
	}
	all.Wait()
	close(errs)
	var list []error
	for err := range errs {
		list = append(list, err)
	}
	return errors.Join(list...)
}

// paths are resolved as the kernel does it.
func paths([]string) error {
	long := strings.Repeat("d", 255)
	steps := []error{
		os.MkdirAll("/srv/p/q", 0o755), os.WriteFile("/srv/p/f", nil, 0o644), os.Chown("/srv/p/f", 11, 12),
		os.Symlink("/srv/p", "/srv/link"), os.Symlink("../p/f", "/srv/p/l"), os.Chdir("/srv/link/q"),
	}
	if err := errors.Join(steps...); err != nil {
		return err
	}
	for _, path := range []string{"../f", "../l", "/srv/link/f", "./..//f", "/proc/self/cwd/../f", "/proc/thread-self/cwd/../f"} {
		var st unix.Stat_t
		err := unix.Stat(path, &st)
		fmt.Println(path, err, st.Uid)
	}
	fd, err := unix.Open("/srv/p", unix.O_PATH, 0)
	if err != nil {
		return err
	}
	var st unix.Stat_t
	fmt.Println(unix.Fstatat(fd, "f", &st, 0), st.Uid)
	fmt.Println(unix.Stat(fmt.Sprintf("/dev/fd/%d/f", fd), &st), st.Uid)
	fmt.Println(unix.Stat("/dev/stdin", &st), st.Mode&unix.S_IFMT == unix.S_IFCHR)
	// Paths as long as they may be.
	for range 17 {
		if err := errors.Join(os.Mkdir(long, 0o755), os.Chdir(long)); err != nil {
			return err
		}
	}
	dots := strings.Repeat("../", 18) + "f"
	fmt.Println(unix.Stat(strings.Repeat("./", (4095-len(dots))/2)+dots, &st), st.Uid)
	fmt.Println(unix.Stat(strings.Repeat("./", 2048), &st))
	fmt.Println(unix.Chown(dots, 13, 13), unix.Stat("/srv/p/f", &st), st.Uid)
	// Another root directory.
	if err := errors.Join(os.Mkdir("/srv/jail", 0o755), os.Mkdir("/srv/jail/srv", 0o755), os.WriteFile("/srv/jail/srv/f", nil, 0o644)); err != nil {
		return err
	}
	pid, err := unix.Open("/", unix.O_PATH, 0)
	if err != nil {
		return err
	}
	fmt.Println(unix.Chroot("/srv/jail"), os.Chown("/srv/f", 14, 14), owner("/srv/f"), owner("/srv/p/f"))
	fmt.Println(unix.Fchdir(pid), unix.Chroot("."), owner("/srv/jail/srv/f"), owner("/srv/p/f"))
	return os.RemoveAll("/srv/p/q/" + long)
}

// creates makes files in all ways that there are as another user.
func creates([]string) error {
	if err := errors.Join(os.Mkdir("/srv/group", 0o755), os.Chown("/srv/group", 0, 50), os.Chmod("/srv/group", 0o755|os.ModeSetgid)); err != nil {
		return err
	}
	unix.Umask(0o027)
	open := func(path string, flags int) string {
		fd, err := unix.Open(path, flags, 0o666)
		if err != nil {
			return err.Error()
		}
		defer unix.Close(fd)
		closeOnExec, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
		return fmt.Sprint(owner(path), " ", closeOnExec, err)
	}
	if err := errors.Join(unix.Setresgid(21, 21, 21), unix.Setresuid(20, 20, 20), os.Chdir("/srv")); err != nil {
		return err
	}
	fmt.Println(open("a", unix.O_CREAT|unix.O_WRONLY), open("a", unix.O_CREAT|unix.O_EXCL), open("a", unix.O_CREAT|unix.O_RDWR|unix.O_CLOEXEC))
	fmt.Println(open("group/b", unix.O_CREAT|unix.O_CLOEXEC), open("absent/b", unix.O_CREAT), open("/dev/null", unix.O_CREAT|unix.O_WRONLY))
	fmt.Println(os.Symlink("dangling", "link"), open("link", unix.O_CREAT|unix.O_WRONLY), owner("dangling"))
	fmt.Println(unix.Mkdir("group/dir", 0o777), owner("group/dir"), unix.Mkdir("group/dir", 0o777), unix.Mkdir("group/dir2/", 0o777))
	fmt.Println(unix.Mkfifo("pipe", 0o666), owner("pipe"), unix.Mknod("plain", unix.S_IFREG|0o666, 0), owner("plain"))
	how := unix.OpenHow{Flags: unix.O_CREAT | unix.O_WRONLY, Mode: 0o666}
	fd, err := unix.Openat2(unix.AT_FDCWD, "how", &how)
	fmt.Println(fd > 0, err, owner("how"))
	fd, err = unix.Open(".", unix.O_TMPFILE|unix.O_RDWR, 0o666)
	if err != nil {
		return err
	}
	err = unix.Linkat(unix.AT_FDCWD, fmt.Sprintf("/proc/self/fd/%d", fd), unix.AT_FDCWD, "tmpfile", unix.AT_SYMLINK_FOLLOW)
	fmt.Println(err, owner("tmpfile"))
	return nil
}

func xattrs([]string) error {
	if err := os.WriteFile("/srv/x", nil, 0o755); err != nil {
		return err
	}
	capability := []byte("\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	buffer := make([]byte, 64)
	n, err := unix.Getxattr("/srv/x", "security.capability", buffer)
	fmt.Println(n, err)
	fmt.Println(unix.Setxattr("/srv/x", "security.capability", capability, 0), unix.Setxattr("/srv/x", "user.a", []byte("A"), 0),
		unix.Setxattr("/srv/x", "user.a", []byte("B"), unix.XATTR_CREATE), unix.Setxattr("/srv/x", "trusted.b", nil, unix.XATTR_REPLACE),
		unix.Setxattr("/srv/x", "trusted.b", []byte{}, 0), unix.Setxattr("/srv/x", "system.posix_acl_access", []byte("x"), 0))
	n, err = unix.Listxattr("/srv/x", buffer)
	fmt.Printf("%q %v\n", buffer[:max(n, 0)], err)
	n, err = unix.Getxattr("/srv/x", "user.a", nil)
	fmt.Println(n, err)
	n, err = unix.Getxattr("/srv/x", "security.capability", buffer[:3])
	fmt.Println(n, err)
	fmt.Println(unix.Removexattr("/srv/x", "trusted.b"), unix.Removexattr("/srv/x", "trusted.b"))
	n, err = unix.Lgetxattr("/srv/x", "security.capability", buffer)
	fmt.Println(n, err)
	err = os.Chown("/srv/x", 1, -1) // capabilities go
	_, getErr := unix.Getxattr("/srv/x", "security.capability", buffer)
	fmt.Println(err, getErr)
	return nil
}

// useMemory takes so many MB.
func useMemory(args []string) error {
	n, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	data := make([]byte, n<<20)
	for i := range data {
		data[i] = 1
	}
	if len(args) == 1 {
		time.Sleep(time.Minute)
	}
	runtime.KeepAlive(data)
	return nil
}

// daemon leaves a process that does not end and writes a file all the time.
func daemon(args []string) error {
	if len(args) == 0 {
		c := exec.Command("/bin/program", "daemon", "child")
		c.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		r, err := c.StdoutPipe()
		if err == nil {
			err = c.Start()
		}
		if err == nil {
			_, err = io.ReadFull(r, make([]byte, 1))
		}
		return err
	}
	signal.Ignore(syscall.SIGTERM, syscall.SIGHUP)
	for first := true; ; first = false {
		if err := os.WriteFile("/tmp/daemon", nil, 0o600); err != nil {
			return err
		}
		if first {
			fmt.Print("x")
		}
		time.Sleep(time.Millisecond)
	}
}

// privileges are lost by becoming another user, unless they are kept, and won
// by programs with the setuid bit.
func privileges([]string) error {
	self, err := os.ReadFile("/bin/program")
	if err != nil {
		return err
	}
	if err := errors.Join(
		os.WriteFile("/srv/su", self, 0o755), os.Chown("/srv/su", 77, 88), os.Chmod("/srv/su", 0o755|os.ModeSetuid|os.ModeSetgid),
		os.WriteFile("/srv/script", []byte("#!/bin/program identity\n"), 0o755), os.Chown("/srv/script", 77, 88),
		os.Chmod("/srv/script", 0o755|os.ModeSetuid),
	); err != nil {
		return err
	}
	runtime.LockOSThread()
	fmt.Println(unix.Prctl(unix.PR_SET_KEEPCAPS, 1, 0, 0, 0), unix.Setresuid(1000, 1000, 1000), unix.Setresgid(1000, 1000, 1000), who())
	c := exec.Command("/bin/program", "attempt")
	c.Stdout = os.Stdout
	if err := c.Run(); err != nil {
		return err
	}
	for _, program := range []string{"/bin/program", "/srv/su", "/srv/script"} {
		c := exec.Command(program, "identity", "again")
		c.Args[0] = "program"
		out, err := c.Output()
		if err != nil {
			return err
		}
		fmt.Print(string(out))
	}
	return os.Remove("/srv/su")
}

// attempt tries to become root.
func attempt([]string) error {
	runtime.LockOSThread()
	_ = unix.Prctl(unix.PR_SET_KEEPCAPS, 1, 0, 0, 0) // there is nothing to keep
	fmt.Println(unix.Setresuid(0, 0, 0), unix.Setresgid(0, 0, 0))
	return nil
}

// socket leaves a socket.
func socket([]string) error {
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: "/srv/socket"})
	if err != nil {
		return err
	}
	l.SetUnlinkOnClose(false)
	return l.Close()
}

// refusals are what nobody may do.
func refusals([]string) error {
	_, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, 1, 0, 0)
	_, _, clone := unix.Syscall6(unix.SYS_CLONE, unix.CLONE_NEWUSER|uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
	fmt.Println(errno, clone, unix.Unshare(unix.CLONE_NEWNS), unix.Mount("", "/", "", unix.MS_PRIVATE, ""), unix.Unmount("/proc", 0))
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	fmt.Println(unix.Prctl(unix.PR_CAPBSET_DROP, unix.CAP_CHOWN, 0, 0, 0), unix.Capset(&header, &none[0]))
	_, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	fmt.Println(err)
	interfaces, err := net.Interfaces()
	if err != nil {
		return err
	}
	var names []string
	for _, i := range interfaces {
		names = append(names, i.Name)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer l.Close()
	_, err = net.Dial("tcp", l.Addr().String())
	fmt.Println(names, err == nil)
	return nil
}

// mapped writes a file through a mapping of it that was read before.
func mapped([]string) error {
	f, err := os.OpenFile("/srv/mapped", os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	data, err := unix.Mmap(int(f.Fd()), 0, 4, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return err
	}
	fmt.Printf("%c\n", data[0])
	time.Sleep(20 * time.Millisecond) // the clock of files goes on
	data[0] = 'x'
	return errors.Join(unix.Msync(data, unix.MS_SYNC), unix.Munmap(data))
}
