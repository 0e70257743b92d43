package progress

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// clock is a time that tests move on.
type clock struct{ t time.Time }

func (c *clock) now() time.Time        { return c.t }
func (c *clock) after(d time.Duration) { c.t = c.t.Add(d) }
func newClock() *clock                 { return &clock{time.Unix(1000, 0)} }

// screen is what a terminal shows that understands the codes that we use.
type screen struct {
	t      *testing.T
	width  int
	lines  []string // the last one is where the cursor is
	writes int
}

func (s *screen) Write(p []byte) (int, error) {
	s.writes++
	if s.lines == nil {
		s.lines = []string{""}
	}
	for text := string(p); text != ""; {
		if code, rest, ok := strings.Cut(text, "\x1b[J"); ok && strings.HasPrefix(code, "\x1b[") {
			var up int
			if _, err := fmt.Sscanf(code, "\x1b[%dA", &up); err != nil || up >= len(s.lines) {
				s.t.Errorf("code %q with %d lines", code, len(s.lines))
				return len(p), nil
			}
			s.lines, text = append(s.lines[:len(s.lines)-1-up], ""), rest
			continue
		}
		line, rest, ok := strings.Cut(text, "\n")
		if !ok || strings.Contains(line, "\x1b") {
			s.t.Errorf("the line %q does not end", text)
			return len(p), nil
		}
		if len([]rune(line)) >= s.width {
			s.t.Errorf("the line %q does not fit", line)
		}
		s.lines[len(s.lines)-1] = line
		s.lines, text = append(s.lines, ""), rest
	}
	return len(p), nil
}

func (s *screen) want(lines ...string) {
	s.t.Helper()
	if got := s.lines[:max(0, len(s.lines)-1)]; !slices.Equal(got, lines) {
		s.t.Errorf("the screen shows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(lines, "\n"))
	}
}

func TestTerminal(t *testing.T) {
	s, c := &screen{t: t, width: 60}, newClock()
	r := newReporter(s, s.width, c.now)
	r.SetTotal(101)
	glibc := r.Begin("glibc-2.40", 4<<20)
	s.want("glibc-2.40: 0 B of 4.0 MiB")
	c.after(50 * time.Millisecond)
	glibc.Add(1 << 20)
	s.want("glibc-2.40: 0 B of 4.0 MiB") // it is too early to draw again
	c.after(50 * time.Millisecond)
	glibc.Add(1 << 20)
	s.want("glibc-2.40: 2.0 MiB of 4.0 MiB, 20.0 MiB/s")
	bash := r.Begin("bash", 0)
	s.want("glibc-2.40: 2.0 MiB of 4.0 MiB, 20.0 MiB/s", "bash: 0 B")
	c.after(100 * time.Millisecond)
	bash.Add(1000)
	s.want("glibc-2.40: 2.0 MiB of 4.0 MiB, 10.0 MiB/s", "bash: 1000 B, 9.8 KiB/s")
	glibc.Add(2 << 20)
	glibc.End(nil)
	s.want("glibc-2.40: 4.0 MiB, 20.0 MiB/s", "bash: 1000 B, 9.8 KiB/s")
	r.Println("a word")
	s.want("glibc-2.40: 4.0 MiB, 20.0 MiB/s", "a word", "bash: 1000 B, 9.8 KiB/s")
	c.after(time.Second)
	bash.Add(-1000)
	s.want("glibc-2.40: 4.0 MiB, 20.0 MiB/s", "a word", "bash: 0 B, 0 B/s")
	bash.End(errors.New("reset"))
	s.want("glibc-2.40: 4.0 MiB, 20.0 MiB/s", "a word")
	if got, want := r.Summary(), "1 of 101 layers sent, 4.0 MiB, 1.2 s"; got != want {
		t.Errorf("the summary is %q, want %q", got, want)
	}
}

func TestTerminalDrawsSeldom(t *testing.T) {
	s, c := &screen{t: t, width: 80}, newClock()
	r := newReporter(s, s.width, c.now)
	item := r.Begin("layer", 1<<20)
	for range 1000 {
		c.after(time.Millisecond)
		item.Add(1024)
	}
	if s.writes > 12 {
		t.Errorf("%d writes in a second", s.writes)
	}
}

func TestTerminalCutsLines(t *testing.T) {
	s := &screen{t: t, width: 20}
	r := newReporter(s, s.width, newClock().now)
	item := r.Begin(strings.Repeat("ü", 30), 0)
	s.want(strings.Repeat("ü", 19))
	item.End(nil)
	r.Println(strings.Repeat("x", 20))
	s.want(strings.Repeat("ü", 19), strings.Repeat("x", 19))
}

func TestPlainLines(t *testing.T) {
	var out bytes.Buffer
	c := newClock()
	r := newReporter(&out, 0, c.now)
	r.SetTotal(1)
	a, b := r.Begin("a", 3<<20), r.Begin("b", 2048)
	c.after(2 * time.Second)
	a.Add(3 << 20)
	b.Add(1024)
	if out.Len() > 0 {
		t.Errorf("too early: %q", out.String())
	}
	a.End(nil)
	b.End(errors.New("cancelled"))
	r.Println(strings.Repeat("long ", 50))
	want := "a: 3.0 MiB, 1.5 MiB/s\n" + strings.Repeat("long ", 50) + "\n"
	if out.String() != want {
		t.Errorf("got %q, want %q", out.String(), want)
	}
	if got, want := r.Summary(), "1 of 1 layer sent, 3.0 MiB, 2.0 s"; got != want {
		t.Errorf("the summary is %q, want %q", got, want)
	}
}

func TestQuietCounts(t *testing.T) {
	r := New(nil)
	r.SetTotal(3)
	for n := range int64(3) {
		item := r.Begin("layer", n)
		item.Add(n)
		item.End(nil)
	}
	r.Println("nothing")
	if layers, n := r.Sent(); layers != 3 || n != 3 {
		t.Errorf("%d layers, %d bytes", layers, n)
	}
	r.TakeBack(2)
	if layers, n := r.Sent(); layers != 1 || n != 3 {
		t.Errorf("after two were taken back: %d layers, %d bytes", layers, n)
	}
	if got := r.Summary(); !strings.HasPrefix(got, "1 of 3 layers sent, 3 B, 0.") {
		t.Errorf("the summary is %q", got)
	}
}

func TestNewOnAFile(t *testing.T) {
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	item := New(f).Begin("layer", 10)
	item.Add(10)
	item.End(nil)
	data, err := os.ReadFile(f.Name())
	if err != nil || !strings.HasPrefix(string(data), "layer: 10 B") || strings.Contains(string(data), "\x1b") {
		t.Errorf("got %q, %v", data, err)
	}
}

func TestManyAtOnce(t *testing.T) {
	s := &screen{t: t, width: 80}
	r := newReporter(s, s.width, time.Now)
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for range 100 {
				item := r.Begin(fmt.Sprint("layer ", n), 100)
				item.Add(60)
				item.Add(40)
				item.End(nil)
			}
		})
	}
	all.Wait()
	if layers, n := r.Sent(); layers != 800 || n != 80000 {
		t.Errorf("%d layers, %d bytes", layers, n)
	}
	if len(s.lines) != 801 {
		t.Errorf("%d lines are on the screen", len(s.lines)-1)
	}
}

func TestSize(t *testing.T) {
	for bytes, want := range map[int64]string{
		0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 6396313: "6.1 MiB", 1 << 30: "1.0 GiB",
		1<<20 - 1: "1.0 MiB", 1<<30 - 1: "1.0 GiB", 1 << 40: "1.0 TiB", 1<<63 - 1: "8.0 EiB",
		1023*1024 + 900: "1023.9 KiB",
	} {
		if got := Size(bytes); got != want {
			t.Errorf("%d: got %s, want %s", bytes, got, want)
		}
	}
}
