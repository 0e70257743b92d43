package bash

import (
	"fmt"
	"io"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// command runs a command that is no function, or tells what a name is.
func command(sh *Shell, args []string) jump {
	args = args[1:]
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		option := args[0]
		args = args[1:]
		switch option {
		case "--":
		case "-p":
			continue
		case "-v", "-V":
			return sh.whatIs(args, option)
		default:
			sh.refuse("the option %s of command", option)
		}
		break
	}
	if len(args) == 0 {
		sh.status = 0
		return on
	}
	if b, ok := builtins[args[0]]; ok {
		return b(sh, args)
	}
	sh.status = sh.external(args)
	return on
}

// whatIs tells what names are.
func (sh *Shell) whatIs(names []string, option string) jump {
	sh.status = 1
	for _, name := range names {
		kind, path := sh.kindOf(name)
		if kind == "" {
			if option == "-V" {
				sh.errorf("command: %s: not found", name)
			}
			continue
		}
		sh.status = 0
		if option == "-V" {
			sh.describe(name, kind, path)
			continue
		}
		if path == "" {
			path = name
		}
		fmt.Fprintln(sh.stdout(), path)
	}
	return on
}

// kindOf is what a name is, as type -t says it, and where a command is.
func (sh *Shell) kindOf(name string) (kind, path string) {
	switch {
	case syntax.IsKeyword(name):
		return "keyword", ""
	case sh.functions[name] != nil:
		return "function", ""
	case builtins[name] != nil:
		return "builtin", ""
	}
	if strings.Contains(name, "/") {
		info, err := sh.fs.Stat(sh.path(name))
		sh.checkHost()
		if err == nil && info.Type == scriptfs.Regular && info.Mode&0o111 != 0 {
			return "file", name
		}
		return "", ""
	}
	if path, ok := sh.host.Find(name); ok {
		return "file", path
	}
	return "", ""
}

// describe writes what a name is, in words.
func (sh *Shell) describe(name, kind, path string) {
	switch kind {
	case "keyword":
		fmt.Fprintf(sh.stdout(), "%s is a shell keyword\n", name)
	case "function":
		sh.instead("printing a function", "type -t tells that it is one")
	case "builtin":
		fmt.Fprintf(sh.stdout(), "%s is a shell builtin\n", name)
	default:
		fmt.Fprintf(sh.stdout(), "%s is %s\n", name, path)
	}
}

func typeCommand(sh *Shell, args []string) jump {
	mode := ""
	args = args[1:]
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		option := args[0]
		args = args[1:]
		switch option {
		case "--":
		case "-t", "-p", "-P":
			mode = option
			continue
		case "-f":
			continue
		default:
			sh.refuse("the option %s of type", option)
		}
		break
	}
	sh.status = 0
	for _, name := range args {
		kind, path := sh.kindOf(name)
		if mode == "-P" {
			kind = ""
			if p, ok := sh.host.Find(name); ok {
				kind, path = "file", p
			}
		}
		switch {
		case kind == "":
			if mode == "" {
				sh.errorf("type: %s: not found", name)
			}
			sh.status = 1
		case mode == "-t":
			fmt.Fprintln(sh.stdout(), kind)
		case mode == "":
			if f := sh.files[1]; kind != "function" || f == nil || !f.null {
				sh.describe(name, kind, path)
			}
		case path != "":
			fmt.Fprintln(sh.stdout(), path)
		}
	}
	return on
}

func builtinCommand(sh *Shell, args []string) jump {
	args = args[1:]
	if len(args) == 0 {
		sh.status = 0
		return on
	}
	b, ok := builtins[args[0]]
	if !ok {
		return sh.failure("builtin: %s: not a shell builtin", args[0])
	}
	return b(sh, args)
}

// maxScript bounds the size of a file that source reads.
const maxScript = 16 << 20

// readScript reads the file that source names: with no slash in its name, one
// of the working directory.
func (sh *Shell) readScript(name string) (string, error) {
	f, err := sh.open(name, 0)
	if err != nil {
		return "", err
	}
	sh.files.hold(f)
	defer sh.files.drop(f)
	data, err := io.ReadAll(io.LimitReader(f, maxScript+1))
	sh.checkHost()
	if len(data) > maxScript {
		return "", fmt.Errorf("more than %d bytes", maxScript)
	}
	return string(data), err
}
