package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/nixlock"
)

// quietFlag is the flag of commands that say how far they are.
type quietFlag struct {
	Quiet bool `short:"q" help:"Say nothing but errors."`
}

// work runs what looks up objects, and says how far it is.
func (f *quietFlag) work(std *command.Streams, do func(*nixlock.Resolver) error) error {
	client := newClient()
	defer client.Close()
	r := &nixlock.Resolver{Client: client}
	if !f.Quiet {
		p := newProgress(std.Err)
		defer p.clear()
		r.Progress = p.show
	}
	return do(r)
}

func (f *quietFlag) summarise(std *command.Streams, l *nixlock.Lock) {
	if f.Quiet {
		return
	}
	var files, nars int64
	for _, o := range l.Objects {
		files += o.FileSize
		nars += o.NARSize
	}
	fmt.Fprintf(std.Err, "%s, %s: %.1f MiB to download, %.1f MiB of content\n",
		count(len(l.Packages), "package"), count(len(l.Objects), "object"), float64(files)/(1<<20), float64(nars)/(1<<20))
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// progress shows how far the work is: on a terminal in one line that it writes
// over and over, elsewhere in a line now and then.
type progress struct {
	w     io.Writer
	every time.Duration
	width int // 0: not a terminal
	last  time.Time
	shown bool
}

func newProgress(w io.Writer) *progress {
	p := &progress{w: w, every: 5 * time.Second, last: time.Now()}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.every, p.width = 100*time.Millisecond, 80
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			p.width = width
		}
	}
	return p
}

const clearLine = "\r\x1b[K"

func (p *progress) show(now nixlock.Progress) {
	if time.Since(p.last) < p.every {
		return
	}
	p.last = time.Now()
	text := fmt.Sprintf("%d of %d objects: %s", now.Done, now.Known, now.Path.Base())
	if p.width == 0 {
		fmt.Fprintln(p.w, text)
		return
	}
	fmt.Fprint(p.w, clearLine, text[:min(len(text), p.width-1)])
	p.shown = true
}

// clear leaves an empty line to what comes next.
func (p *progress) clear() {
	if p.shown {
		fmt.Fprint(p.w, clearLine)
	}
}
