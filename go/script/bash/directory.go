package bash

import (
	"fmt"
	"path"
	"strings"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// cd changes the working directory.
func cd(sh *Shell, args []string) jump {
	args = args[1:]
	physical := sh.options["physical"]
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		option := args[0]
		args = args[1:]
		switch option {
		case "-L", "-P":
			physical = option == "-P"
			continue
		case "--":
		default:
			sh.refuse("the option %s of cd", option)
		}
		break
	}
	if len(args) > 1 {
		return sh.failure("cd: too many arguments")
	}
	dir, show := "", false
	switch {
	case len(args) == 0:
		home, ok := sh.get("HOME").scalarText()
		if !ok {
			return sh.failure("cd: HOME not set")
		}
		dir = home
	case args[0] == "-":
		old, ok := sh.get("OLDPWD").scalarText()
		if !ok {
			return sh.failure("cd: OLDPWD not set")
		}
		dir, show = old, true
	default:
		dir = args[0]
		if sh.text("CDPATH") != "" && !strings.HasPrefix(dir, "/") && !strings.HasPrefix(dir, ".") {
			sh.refuse("CDPATH")
		}
	}
	if err := sh.changeDir(dir, physical); err != nil {
		return sh.failure("cd: %s: %s", dir, reason(err))
	}
	if show {
		fmt.Fprintln(sh.stdout(), sh.dir)
	}
	sh.status = 0
	return on
}

// changeDir goes to a directory, as the user sees the path: ".." takes away
// the name before it, unless physical is set.
func (sh *Shell) changeDir(dir string, physical bool) error {
	if dir == "" {
		return nil
	}
	logical := dir
	if !strings.HasPrefix(dir, "/") {
		logical = sh.dir + "/" + dir
	}
	real, err := sh.fs.Realpath(logical)
	if !physical {
		// Every name before a ".." must be that of a directory.
		clean := path.Clean(logical)
		if real, err = sh.fs.Realpath(clean); err != nil && clean != logical {
			real, err = sh.fs.Realpath(logical)
		}
		logical = clean
	}
	if err == nil {
		var info scriptfs.Info
		if info, err = sh.fs.Stat(real); err == nil && info.Type != scriptfs.Directory {
			err = errNotDirectory
		}
	}
	sh.checkHost()
	if err != nil {
		return err
	}
	if physical {
		logical = real
	}
	return sh.enter(logical, real)
}

var errNotDirectory = fmt.Errorf("Not a directory") //lint:ignore ST1005 it is shown as bash shows it

// enter makes a directory the working directory.
func (sh *Shell) enter(logical, real string) error {
	old, _ := sh.stored("OLDPWD")
	if old == nil {
		old = &variable{exported: true}
		sh.scopes[0].variables["OLDPWD"] = old
	}
	old.set, old.text = true, sh.dir
	v, _ := sh.stored("PWD")
	if v == nil || v.readonly {
		return errReadonly
	}
	v.set, v.text = true, logical
	sh.dir, sh.physical = logical, real
	return nil
}

func pwd(sh *Shell, args []string) jump {
	dir := sh.dir
	for _, arg := range args[1:] {
		switch arg {
		case "-L", "--":
			dir = sh.dir
		case "-P":
			dir = sh.physical
		default:
			if strings.HasPrefix(arg, "-") {
				sh.refuse("the option %s of pwd", arg)
			}
		}
	}
	fmt.Fprintln(sh.stdout(), dir)
	sh.status = 0
	return on
}

// dirs shows the stack of directories.
func dirs(sh *Shell, args []string) jump {
	if len(args) > 1 {
		if args[1] == "-c" {
			sh.dirs = nil
			sh.status = 0
			return on
		}
		sh.refuse("the option %s of dirs", args[1])
	}
	home := sh.text("HOME")
	var list []string
	for _, d := range append([]string{sh.dir}, sh.dirs...) {
		if rest, ok := strings.CutPrefix(d, home); ok && home != "" && home != "/" && (rest == "" || rest[0] == '/') {
			d = "~" + rest
		}
		list = append(list, d)
	}
	fmt.Fprintln(sh.stdout(), strings.Join(list, " "))
	sh.status = 0
	return on
}

func pushd(sh *Shell, args []string) jump {
	old := sh.dir
	switch {
	case len(args) == 1 && len(sh.dirs) == 0:
		return sh.failure("pushd: no other directory")
	case len(args) == 1:
		to := sh.dirs[0]
		if err := sh.changeDir(to, false); err != nil {
			return sh.failure("pushd: %s: %s", to, reason(err))
		}
		sh.dirs = append([]string{old}, sh.dirs[1:]...)
	case len(args) > 2 || strings.HasPrefix(args[1], "-") && args[1] != "-" || strings.HasPrefix(args[1], "+"):
		sh.refuse("pushd with these arguments")
	default:
		if err := sh.changeDir(args[1], false); err != nil {
			return sh.failure("pushd: %s: %s", args[1], reason(err))
		}
		sh.dirs = append([]string{old}, sh.dirs...)
	}
	return dirs(sh, []string{"dirs"})
}

func popd(sh *Shell, args []string) jump {
	switch {
	case len(args) > 1:
		sh.refuse("popd with arguments")
	case len(sh.dirs) == 0:
		return sh.failure("popd: directory stack empty")
	}
	to := sh.dirs[0]
	if err := sh.changeDir(to, false); err != nil {
		return sh.failure("popd: %s: %s", to, reason(err))
	}
	sh.dirs = sh.dirs[1:]
	return dirs(sh, []string{"dirs"})
}
