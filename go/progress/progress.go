// Package progress shows layers on their way to where an image runs or is
// kept.
//
// On a terminal, each layer in flight has a line of its own, with its bytes
// and their rate, that is written over as it goes on. Elsewhere there is one
// line for each layer when it has arrived.
package progress

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// redraw is how often the lines on a terminal change at most.
const redraw = 100 * time.Millisecond

// Reporter shows layers on their way and counts them. Its methods may be called
// by several goroutines at once.
type Reporter struct {
	w     io.Writer // nil: nothing is shown
	width int       // in columns; 0: not a terminal
	now   func() time.Time
	start time.Time

	mu       sync.Mutex
	total    int
	sent     int
	bytes    int64
	inFlight []*Item
	drawn    int // lines in flight on the terminal, above the cursor
	last     time.Time
}

// New shows what is on its way on w. If w is a terminal, lines are written over
// and are cut to its width. With nil, nothing is shown, and all is counted.
func New(w io.Writer) *Reporter {
	return newReporter(w, terminalWidth(w), time.Now)
}

func newReporter(w io.Writer, width int, now func() time.Time) *Reporter {
	return &Reporter{w: w, width: width, now: now, start: now()}
}

func terminalWidth(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
		return width
	}
	return 80
}

// SetTotal says how many layers the image has; those that are not sent are
// there already.
func (r *Reporter) SetTotal(layers int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.total = layers
}

// Item is a layer on its way.
type Item struct {
	r     *Reporter
	name  string
	size  int64 // in bytes; 0: unknown
	n     int64 // bytes so far
	start time.Time
}

// Begin says that a layer begins to be sent. What has Add and End called must
// be the result. name says in a few words what the layer holds, size is in
// bytes, 0 if it is not known.
func (r *Reporter) Begin(name string, size int64) *Item {
	r.mu.Lock()
	defer r.mu.Unlock()
	i := &Item{r: r, name: name, size: size, start: r.now()}
	r.inFlight = append(r.inFlight, i)
	r.draw(true)
	return i
}

// Add says that n more bytes were sent. A negative n takes bytes back that have
// to be sent again.
func (i *Item) Add(n int64) {
	i.r.mu.Lock()
	defer i.r.mu.Unlock()
	i.n += n
	i.r.draw(false)
}

// End says that the layer has arrived, or that it will not: then err is not
// nil, and the layer is not counted.
func (i *Item) End(err error) {
	r := i.r
	r.mu.Lock()
	defer r.mu.Unlock()
	for at, other := range r.inFlight {
		if other == i {
			r.inFlight = append(r.inFlight[:at:at], r.inFlight[at+1:]...)
			break
		}
	}
	if err != nil {
		r.draw(true)
		return
	}
	r.sent++
	r.bytes += i.n
	r.println(i.line(r.now()))
}

// TakeBack says that some of the layers that have arrived are of no use, because
// the whole was refused, and that they are sent again if they are needed. They
// are no longer counted as sent, but their bytes are.
func (r *Reporter) TakeBack(layers int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent -= layers
}

// Println writes a line of another kind, above the layers in flight.
func (r *Reporter) Println(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.println(text)
}

func (r *Reporter) println(text string) {
	if r.w == nil {
		return
	}
	fmt.Fprint(r.w, r.erase(), r.cut(text), "\n")
	r.draw(true)
}

// Summary is how much was sent: "1 of 101 layers sent, 6.1 MiB, 0.2 s". It is
// not shown by itself.
func (r *Reporter) Summary() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	layers := "layers"
	if r.total == 1 {
		layers = "layer"
	}
	return fmt.Sprintf("%d of %d %s sent, %s, %.1f s", r.sent, r.total, layers, Size(r.bytes), r.now().Sub(r.start).Seconds())
}

// Sent is the number of layers that have arrived and the bytes that were sent
// for them.
func (r *Reporter) Sent() (layers int, bytes int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sent, r.bytes
}

// draw writes the lines in flight anew on a terminal.
func (r *Reporter) draw(now bool) {
	if r.w == nil || r.width == 0 {
		return
	}
	t := r.now()
	if !now && t.Sub(r.last) < redraw {
		return
	}
	r.last = t
	var b strings.Builder
	b.WriteString(r.erase())
	for _, i := range r.inFlight {
		b.WriteString(r.cut(i.line(t)) + "\n")
	}
	r.drawn = len(r.inFlight)
	_, _ = io.WriteString(r.w, b.String())
}

// erase takes the lines in flight from the terminal.
func (r *Reporter) erase() string {
	if r.drawn == 0 {
		return ""
	}
	up := fmt.Sprintf("\x1b[%dA\x1b[J", r.drawn)
	r.drawn = 0
	return up
}

// cut makes a line fit the terminal, whose own line breaks could not be counted.
func (r *Reporter) cut(line string) string {
	if runes := []rune(line); r.width > 0 && len(runes) >= r.width {
		return string(runes[:r.width-1])
	}
	return line
}

func (i *Item) line(now time.Time) string {
	amount := Size(i.n)
	if i.size > 0 && i.n != i.size {
		amount += " of " + Size(i.size)
	}
	line := i.name + ": " + amount
	if elapsed := now.Sub(i.start); elapsed > 0 {
		line += ", " + Size(int64(float64(i.n)/elapsed.Seconds())) + "/s"
	}
	return line
}

// Size is a number of bytes as people read it: "6.1 MiB".
func Size(bytes int64) string {
	const unit = 1024
	if bytes < unit {
		return fmt.Sprintf("%d B", bytes)
	}
	const rounded = unit - 0.05 // what is printed as 1024.0
	value, names := float64(bytes)/unit, "KMGTPE"
	for value >= rounded {
		value, names = value/unit, names[1:]
	}
	return fmt.Sprintf("%.1f %ciB", value, names[0])
}
