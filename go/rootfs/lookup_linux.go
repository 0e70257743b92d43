package rootfs

import (
	"bufio"
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// lookUpCommand finds a command's file: a name with a slash is a path, another
// one is looked up in the PATH of env. The error has the exit code that Docker
// has for it.
func lookUpCommand(name string, env []string) (path string, err error) {
	if strings.Contains(name, "/") {
		return name, checkCommand(name)
	}
	list := ""
	for _, e := range env {
		if value, ok := strings.CutPrefix(e, "PATH="); ok {
			list = value
			break
		}
	}
	var found error
	for _, dir := range filepath.SplitList(list) {
		if dir == "" {
			dir = "."
		}
		path := filepath.Join(dir, name)
		err := checkCommand(path)
		if err == nil {
			return path, nil
		}
		var f *failure
		if found == nil && errors.As(err, &f) && f.exitCode == ExitNotExecutable {
			found = err
		}
	}
	if found != nil {
		return "", found
	}
	return "", &failure{exitCode: ExitNotFound, err: fmt.Errorf("command %q is not in the image's PATH, %s", name, list)}
}

// checkCommand says why a path cannot be a command.
func checkCommand(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR):
		err := fmt.Errorf("command %s is not in the image", path)
		if target, linkErr := os.Readlink(path); linkErr == nil {
			err = fmt.Errorf("command %s is a symlink to %s, which is not in the image", path, target)
		}
		return &failure{exitCode: ExitNotFound, err: err}
	case err != nil:
		return &failure{exitCode: ExitNotExecutable, err: err}
	case info.IsDir():
		return &failure{exitCode: ExitNotExecutable, err: fmt.Errorf("command %s is a directory", path)}
	case info.Mode()&0o111 == 0:
		return &failure{exitCode: ExitNotExecutable, err: fmt.Errorf("command %s is not executable: its mode is %v", path, info.Mode())}
	}
	return nil
}

// explainExec says why the kernel did not run a command that is there.
func explainExec(path string, who identity, err error) error {
	code, reason := ExitNotExecutable, ""
	if who.uid != 0 || who.gid != 0 {
		err = fmt.Errorf("as user %d:%d: %w", who.uid, who.gid, err)
	}
	switch {
	case errors.Is(err, syscall.ENOENT):
		code = ExitNotFound
		if interpreter := interpreterOf(path); interpreter != "" {
			reason = fmt.Sprintf("its interpreter %s is not in the image: add the package that has it", interpreter)
		}
	case errors.Is(err, syscall.ENOEXEC):
		reason = formatOf(path)
	case errors.Is(err, syscall.EACCES):
		var st unix.Statfs_t
		if unix.Statfs(path, &st) == nil && st.Flags&unix.ST_NOEXEC != 0 {
			reason = "the image lies on a file system that is mounted noexec: set TMPDIR to another one"
		} else if interpreter := interpreterOf(path); interpreter != "" {
			reason = fmt.Sprintf("this user may not execute it or its interpreter %s", interpreter)
		}
	}
	if reason != "" {
		return &failure{exitCode: code, err: fmt.Errorf("command %s: %w: %s", path, err, reason)}
	}
	return &failure{exitCode: code, err: fmt.Errorf("command %s: %w", path, err)}
}

// maxInterpreterLine is how much of a script's first line the kernel reads, in
// bytes.
const maxInterpreterLine = 256

// interpreterOf is the program that a script or a dynamically linked program
// needs, or "".
func interpreterOf(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	if line, _ := bufio.NewReaderSize(f, maxInterpreterLine).ReadSlice('\n'); strings.HasPrefix(string(line), "#!") {
		if words := strings.Fields(string(line[2:])); len(words) > 0 {
			return words[0]
		}
		return ""
	}
	program, err := elf.NewFile(f)
	if err != nil {
		return ""
	}
	for _, header := range program.Progs {
		if header.Type == elf.PT_INTERP && header.Filesz <= maxPath {
			name := make([]byte, header.Filesz)
			if _, err := header.ReadAt(name, 0); err == nil {
				return strings.TrimRight(string(name), "\x00")
			}
		}
	}
	return ""
}

// machines are Go's names of those ELF machines that images are made for.
var machines = map[elf.Machine]string{
	elf.EM_386: "386", elf.EM_X86_64: "amd64", elf.EM_ARM: "arm", elf.EM_AARCH64: "arm64", elf.EM_LOONGARCH: "loong64",
	elf.EM_MIPS: "mips", elf.EM_PPC64: "ppc64le", elf.EM_RISCV: "riscv64", elf.EM_S390: "s390x",
}

// formatOf says why the kernel does not know the format of a program.
func formatOf(path string) string {
	f, err := elf.Open(path)
	if err != nil {
		return "it is neither an ELF program nor a script that begins with #!"
	}
	defer f.Close()
	machine, ok := machines[f.Machine]
	if !ok {
		machine = f.Machine.String()
	}
	if machine == runtime.GOARCH {
		return "the kernel does not run this ELF file"
	}
	return fmt.Sprintf("it is a program for %s, and this machine is %s: build the image for this machine's platform", machine, runtime.GOARCH)
}
