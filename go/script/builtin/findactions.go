package builtin

import (
	"errors"
	"fmt"
	"strings"
)

// print prints a path.
func (r *findRun) print(e *findEntry, end string) bool {
	r.c.Printf("%s%s", e.path, end)
	return true
}

func (p *findParser) printer(end string) findTest {
	p.acts = true
	return func(e *findEntry) bool { return p.r.print(e, end) }
}

// end is -quit: nothing is visited any more.
func (r *findRun) end(*findEntry) bool {
	r.quit = true
	return true
}

func parseDelete(p *findParser) (findTest, error) {
	p.acts, p.deletes, p.r.contentsFirst = true, true, true
	return p.r.remove, nil
}

// remove is -delete.
func (r *findRun) remove(e *findEntry) bool {
	if e.path == "." {
		return true
	}
	if err := r.c.unlink(e.path); err != nil {
		r.fail("cannot delete %s: %s", quote(e.path), reason(err))
		return false
	}
	return true
}

// exec parses a command, up to ";" or "+".
func (p *findParser) exec(name string, inDir bool) (findTest, error) {
	p.acts = true
	end := -1
	for i, arg := range p.args {
		if arg == ";" || arg == "+" && i > 0 && p.args[i-1] == "{}" {
			end = i
			break
		}
	}
	if end < 0 {
		return nil, fmt.Errorf("missing argument to '%s'", name)
	}
	command, many := p.args[:end], p.args[end] == "+"
	p.args = p.args[end+1:]
	if len(command) == 0 {
		return nil, fmt.Errorf("invalid argument ';' to '%s'", name)
	}
	if p.r.c.Run == nil {
		return nil, errors.New("commands cannot be run from here")
	}
	if !many {
		return func(e *findEntry) bool { return p.r.execOne(command, e, inDir) }, nil
	}
	command = command[:len(command)-1]
	for _, arg := range command {
		if strings.Contains(arg, "{}") {
			return nil, fmt.Errorf("only one instance of {} is supported with %s ... +", name)
		}
	}
	if len(command) == 0 {
		return nil, fmt.Errorf("%s ... + has no command", name)
	}
	batch := &findBatch{r: p.r, command: command, inDir: inDir}
	p.r.atEnd = append(p.r.atEnd, batch)
	return batch.add, nil
}

// execOne runs a command for one file, whose path stands for every "{}"; its result is whether the command succeeds.
func (r *findRun) execOne(command []string, e *findEntry, inDir bool) bool {
	dir, name := r.place(e, inDir)
	args := make([]string, len(command))
	for i, arg := range command {
		args[i] = strings.ReplaceAll(arg, "{}", name)
	}
	return r.run(args, dir) == 0
}

// place is the directory that a command runs in ("" for the working directory), and what "{}" stands for in it.
func (r *findRun) place(e *findEntry, inDir bool) (dir, name string) {
	if !inDir {
		return "", e.path
	}
	name = e.name()
	if name != "/" {
		name = "./" + name
	}
	return dirName(e.path), name
}

// run runs a command.
func (r *findRun) run(args []string, dir string) int {
	other := r.c.With(args...)
	if dir != "" {
		other.Dir = r.c.Path(dir)
	}
	return r.c.Run(other)
}

// maxBatch is how many bytes of arguments -exec + gives to one command at most, as findutils has it.
const maxBatch = 128 << 10

// findBatch is an -exec + that collects names.
type findBatch struct {
	r       *findRun
	command []string
	inDir   bool

	dir   string
	names []string
	size  int
}

func (b *findBatch) add(e *findEntry) bool {
	dir, name := b.r.place(e, b.inDir)
	if len(b.names) > 0 && (dir != b.dir || b.size+len(name)+1 > maxBatch) {
		b.flush()
	}
	if len(b.names) == 0 {
		b.dir, b.size = dir, 0
		for _, arg := range b.command {
			b.size += len(arg) + 1
		}
	}
	b.names = append(b.names, name)
	b.size += len(name) + 1
	return true
}

// flush runs the command for the names that are waiting.
func (b *findBatch) flush() {
	if len(b.names) == 0 {
		return
	}
	args := append(append([]string{}, b.command...), b.names...)
	b.names = nil
	if b.r.run(args, b.dir) != 0 {
		b.r.failed = true
	}
}
