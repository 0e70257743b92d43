package script

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/rules-strata/rules_strata/go/script/bash"
	"github.com/rules-strata/rules_strata/go/script/builtin"
)

const (
	statusUsage    = 2
	statusNotFound = 127
)

// Run runs a command for a shell and gives its exit status.
func (m *machine) Run(p *bash.Process) int {
	return m.run(&builtin.Context{
		Context: p.Context, Args: p.Args, FS: m.place.FS, Dir: p.Dir, Root: m.place.Root, Env: p.Env,
		Stdin: p.Stdin, Stdout: p.Stdout, Stderr: p.Stderr, Umask: p.Umask,
		Privileged: m.script.Privileged, Clock: m.clock(), Run: m.run, RunShell: m.runShell,
	})
}

// run runs a command for a shell or another command.
func (m *machine) run(c *builtin.Context) int {
	if m.Failed() != nil {
		return statusNotFound
	}
	name := strings.TrimPrefix(c.Args[0], commandDir+"/")
	if strings.Contains(name, "/") {
		m.fail(m.notRun(c.Path(name)))
		return statusNotFound
	}
	c.Args = slices.Concat([]string{name}, c.Args[1:])
	if tool, ok := m.tool(name); ok {
		return m.runTool(tool, c)
	}
	if command, ok := m.commands()[name]; ok {
		return command(c)
	}
	if command, ok := builtin.Lookup(name); ok {
		return command(c)
	}
	m.fail(m.notFound(name))
	return statusNotFound
}

// Find says where a command seems to be.
func (m *machine) Find(name string) (string, bool) {
	_, isTool := m.tool(name)
	_, isBuiltin := builtin.Lookup(name)
	if isTool || isBuiltin || m.commands()[name] != nil {
		return commandDir + "/" + name, true
	}
	return "", false
}

// names are the names of all commands.
func (m *machine) names() []string {
	names := slices.Concat(builtin.Names(), slices.Collect(maps.Keys(m.commands())))
	slices.Sort(names)
	return slices.Compact(names)
}

func (m *machine) notRun(path string) error {
	info, err := m.place.FS.Stat(path)
	switch {
	case err != nil:
		return fmt.Errorf("%s: there is no such program: give one with tools = [...] and call it by its name", path)
	case strings.HasPrefix(path, m.place.StoreDir+"/"):
		return fmt.Errorf("%s: a program of a store object cannot be run while the image is made: "+
			"give it with tools = [...] and call it by its name", path)
	}
	return fmt.Errorf("%s: a %s of the image cannot be run while the image is made: source it if it is a script of bash, "+
		"give a program with tools = [...] and call it by its name%s", path, info.Type, m.realRoot())
}

// realRoot is the remedy for scripts that have the image as their root.
func (m *machine) realRoot() string {
	if m.place.Root != "/" {
		return ""
	}
	return ", or set real_root = True, which runs the image's own programs"
}

func (m *machine) notFound(name string) error {
	var tools []string
	for _, t := range m.place.Tools {
		tools = append(tools, t.Name)
	}
	given := ""
	if len(tools) > 0 {
		given = "the tools are " + strings.Join(tools, " ") + ", and "
	}
	return fmt.Errorf("command not found: %s: give a program of that name with tools = [...]%s: %sthe built-in commands are %s",
		name, m.realRoot(), given, strings.Join(m.names(), " "))
}

// runShell runs text in a new shell for a command, with args[0] as $0.
func (m *machine) runShell(c *builtin.Context, text string, args []string) int {
	return m.shell(c, text, args, nil, false)
}

// shell is runShell with options of set; argument says that the text is one.
func (m *machine) shell(c *builtin.Context, text string, args, options []string, argument bool) int {
	config := m.config(c.Context)
	config.Dir, config.Env, config.Umask, config.Options = c.Dir, c.Env, c.Umask, options
	config.Argument = argument
	config.Stdin, config.Stdout, config.Stderr = c.Stdin, c.Stdout, c.Stderr
	config.Name = "sh"
	if len(args) > 0 {
		config.Name, config.Params = args[0], args[1:]
	}
	result, err := bash.Run(text, config)
	if err != nil {
		var e *bash.Error
		if m.err == nil && errors.As(err, &e) {
			err = fmt.Errorf("%s: %w", c.Args[0], err)
		}
		m.fail(err)
		return statusUsage
	}
	return result.Status
}
