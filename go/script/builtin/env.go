package builtin

import (
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// runEnv is env: runs a command in a changed environment, or shows it.
func runEnv(c *Context) int {
	args, err := c.splitString(c.Args)
	if err != nil {
		return c.Fail(125, "%v", err)
	}
	o, err := parseLeadingOptions(envDash(args), "i,ignore-environment", "u,unset=", "0,null", "C,chdir=")
	if err != nil {
		return c.Fail(125, "%v", err)
	}
	child := c.With()
	if o.has("i") {
		child.Env = nil
	}
	for _, option := range o.given {
		if option.name == "u" {
			child.Env = withoutVariable(child.Env, option.value)
		}
	}
	command := o.args
	for len(command) > 0 && strings.Contains(command[0], "=") {
		child.Env = withVariable(child.Env, command[0])
		command = command[1:]
	}
	if dir, given := o.value("C"); given {
		if len(command) == 0 {
			return c.Fail(125, "must specify command with --chdir (-C)")
		}
		info, err := c.FS.Stat(c.Path(dir))
		switch {
		case err != nil:
			return c.Fail(125, "cannot change directory to %s: %s", quote(dir), reason(err))
		case info.Type != scriptfs.Directory:
			return c.Fail(125, "cannot change directory to %s: Not a directory", quote(dir))
		}
		child.Dir = c.Path(dir)
	}
	if len(command) > 0 {
		if o.has("0") {
			return c.Fail(125, "cannot specify --null (-0) with command")
		}
		child.Args = command
		return c.Run(child)
	}
	out := c.newOutput()
	for _, pair := range child.Env {
		out.line([]byte(pair), lineEnd(o.has("0")))
	}
	return c.finish(out, 0)
}

// envDash rewrites "-", which means -i, where it stands among the options.
func envDash(args []string) []string {
	args = slices.Clone(args)
	for i := 1; i < len(args) && strings.HasPrefix(args[i], "-") && args[i] != "--"; i++ {
		switch args[i] {
		case "-":
			args[i] = "-i"
		case "-u", "-C", "--unset", "--chdir":
			i++
		}
	}
	return args
}

func withoutVariable(env []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(pair string) bool { return strings.HasPrefix(pair, name+"=") })
}

// withVariable sets a variable, "NAME=VALUE"; the environment stays sorted.
func withVariable(env []string, pair string) []string {
	name, _, _ := strings.Cut(pair, "=")
	env = append(withoutVariable(env, name), pair)
	slices.Sort(env)
	return env
}

// runPrintenv is printenv: the values of variables.
func runPrintenv(c *Context) int {
	o, err := parseOptions(c.Args, "0,null")
	if err != nil {
		return c.usage(err)
	}
	out, end, status := c.newOutput(), lineEnd(o.has("0")), 0
	if len(o.args) == 0 {
		for _, pair := range c.Env {
			out.line([]byte(pair), end)
		}
	}
	for _, name := range o.args {
		i := slices.IndexFunc(c.Env, func(pair string) bool { return strings.HasPrefix(pair, name+"=") })
		if i < 0 {
			status = 1
			continue
		}
		out.line([]byte(c.Env[i][len(name)+1:]), end)
	}
	return c.finish(out, status)
}
