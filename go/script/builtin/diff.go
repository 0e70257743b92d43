package builtin

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/rules-strata/rules_strata/go/scriptfs"
)

// differ is a run of diff.
type differ struct {
	*Context
	out                              output
	brief, same, recursive, newFiles bool
	context                          int // lines around changes; -1: the normal format
	line                             string
}

// runDiff is diff: how files differ, in the normal or the unified format. It exits with 0 when they do not, 1 when they do,
// 2 after an error.
func runDiff(c *Context) int {
	o, err := parseOptions(c.Args, "q,brief", "s,report-identical-files", "r,recursive", "N,new-file", "u", "U,unified=",
		"a,text", "normal")
	if err != nil {
		return c.usage(err)
	}
	d := &differ{Context: c, out: c.newOutput(), brief: o.has("q"), same: o.has("s"), recursive: o.has("r"), newFiles: o.has("N"), context: -1,
		line: "diff"}
	for _, option := range o.given {
		switch option.name {
		case "u":
			d.context = max(d.context, 3)
		case "U":
			if d.context, err = strconv.Atoi(option.value); err != nil || d.context < 0 {
				return c.Fail(2, "invalid context length %s", quote(option.value))
			}
		}
	}
	for _, arg := range c.Args[1:] {
		if arg != "-" && len(arg) > 1 && arg[0] == '-' {
			d.line += " " + arg
		}
	}
	switch {
	case len(o.args) < 2:
		return c.Fail(2, "missing operand after %s", quote(c.Args[len(c.Args)-1]))
	case len(o.args) > 2:
		return c.Fail(2, "extra operand %s", quote(o.args[2]))
	}
	status := d.compare(o.args[0], o.args[1], false)
	if c.finish(d.out, 0) != 0 {
		return 2
	}
	return status
}

// compare compares two files or directories; below: they were found in directories.
func (d *differ) compare(a, b string, below bool) int {
	infoA, errA := d.stat(a)
	infoB, errB := d.stat(b)
	if d.newFiles {
		if notExist(errA) && errB == nil {
			infoA, errA = scriptfs.Info{Type: infoB.Type}, nil
		} else if notExist(errB) && errA == nil {
			infoB, errB = scriptfs.Info{Type: infoA.Type}, nil
		}
	}
	if errA != nil || errB != nil {
		for _, failure := range []struct {
			name string
			err  error
		}{{a, errA}, {b, errB}} {
			if failure.err != nil {
				d.Errorf("%s: %s", failure.name, reason(failure.err))
			}
		}
		return 2
	}
	dirA, dirB := infoA.Type == scriptfs.Directory, infoB.Type == scriptfs.Directory
	switch {
	case dirA && dirB && below && !d.recursive:
		fmt.Fprintf(d.out, "Common subdirectories: %s and %s\n", a, b)
		return 0
	case dirA && dirB:
		return d.directories(a, b)
	case below && dirA != dirB:
		fmt.Fprintf(d.out, "File %s is a %s while file %s is a %s\n", a, diffKind(infoA), b, diffKind(infoB))
		return 1
	case dirA:
		return d.compare(a+"/"+lastName(b), b, false)
	case dirB:
		return d.compare(a, b+"/"+lastName(a), false)
	}
	return d.files(a, b, infoA, infoB, below)
}

func (d *differ) stat(name string) (scriptfs.Info, error) {
	if name == "-" {
		return scriptfs.Info{Type: scriptfs.FIFO, MTime: d.Clock}, nil
	}
	return d.FS.Stat(d.Path(name))
}

func diffKind(info scriptfs.Info) string {
	if info.Type == scriptfs.Regular && info.Size == 0 {
		return "regular empty file"
	}
	return info.Type.String()
}

// directories compares what two directories hold.
func (d *differ) directories(a, b string) int {
	var names []string
	in := [2]map[string]bool{{}, {}}
	for i, dir := range []string{a, b} {
		entries, err := d.FS.ReadDir(d.Path(dir))
		if err != nil && !(d.newFiles && notExist(err)) {
			return d.Fail(2, "%s: %s", dir, reason(err))
		}
		for _, entry := range entries {
			in[i][entry.Name] = true
			names = append(names, entry.Name)
		}
	}
	slices.Sort(names)
	status := 0
	for _, name := range slices.Compact(names) {
		switch {
		case d.newFiles || in[0][name] && in[1][name]:
			status = max(status, d.compare(a+"/"+name, b+"/"+name, true))
		case in[0][name]:
			fmt.Fprintf(d.out, "Only in %s: %s\n", a, name)
			status = max(status, 1)
		default:
			fmt.Fprintf(d.out, "Only in %s: %s\n", b, name)
			status = max(status, 1)
		}
	}
	return status
}

// files compares two files.
func (d *differ) files(a, b string, infoA, infoB scriptfs.Info, below bool) int {
	textA, errA := d.lines(a, infoA)
	textB, errB := d.lines(b, infoB)
	if err := errors.Join(errA, errB); err != nil {
		return d.Fail(2, "%v", err)
	}
	if textA.equal(textB) {
		if d.same {
			fmt.Fprintf(d.out, "Files %s and %s are identical\n", a, b)
		}
		return 0
	}
	switch {
	case d.brief:
		fmt.Fprintf(d.out, "Files %s and %s differ\n", a, b)
		return 1
	case textA.binary || textB.binary:
		fmt.Fprintf(d.out, "Binary files %s and %s differ\n", a, b)
		return 1
	}
	if below {
		fmt.Fprintf(d.out, "%s %s %s\n", d.line, a, b)
	}
	hunks := diffHunks(textA, textB, max(0, d.context))
	if d.context < 0 {
		writeNormal(d.out, hunks, textA, textB)
		return 1
	}
	const stamp = "%Y-%m-%d %H:%M:%S.%N %z"
	fmt.Fprintf(d.out, "--- %s\t%s\n+++ %s\t%s\n", a, formatDate(stamp, infoA.MTime.UTC()), b, formatDate(stamp, infoB.MTime.UTC()))
	writeUnified(d.out, hunks, textA, textB, d.context)
	return 1
}

// lines reads a file; one that is not there, with -N, is empty.
func (d *differ) lines(name string, info scriptfs.Info) (diffText, error) {
	if info.Ino == 0 && name != "-" {
		return diffText{ended: true}, nil
	}
	r, err := d.open(name)
	if err != nil {
		return diffText{}, fmt.Errorf("%s: %s", name, reason(err))
	}
	defer r.Close()
	t := diffText{ended: true}
	reader := newLineReader(r, '\n')
	for {
		line, ended, err := reader.next()
		if err == io.EOF {
			return t, nil
		}
		if err != nil {
			return t, fmt.Errorf("%s: %s", name, reason(err))
		}
		t.add(line, ended)
	}
}
