package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"unicode/utf8"
)

// report says how far a suite is, and what it found.
type report struct {
	// table gets the results, as a table of Markdown.
	table io.Writer
	// progress gets a line when something begins.
	progress io.Writer
	// results and charts are what goes to files, if these are asked for.
	results results
	charts  []chart
}

// begin says what is done next.
func (r *report) begin(format string, args ...any) { fmt.Fprintf(r.progress, format+"\n", args...) }

// paragraph separates a table from the next.
func (r *report) paragraph() error {
	_, err := io.WriteString(r.table, "\n")
	return err
}

// write writes a table: its head, then rows of as many cells. The first column
// is text, the others are numbers. Each of the charted columns has a chart, the
// second one if none is named; budgets are of the first of them.
func (r *report) write(head []string, rows [][]string, charted ...string) error {
	if len(charted) == 0 {
		charted = head[1:2]
	}
	r.results.Tables = append(r.results.Tables, table{head, rows, charted})
	widths := make([]int, len(head))
	for _, row := range append([][]string{head}, rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	rule := make([]string, len(head))
	for i, width := range widths {
		rule[i] = strings.Repeat("-", width)
		if i > 0 {
			rule[i] = strings.Repeat("-", width-1) + ":"
		}
	}
	var text strings.Builder
	for _, row := range append([][]string{head, rule}, rows...) {
		for i, cell := range row {
			space := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				cell += space
			} else {
				cell = space + cell
			}
			fmt.Fprintf(&text, "| %s ", cell)
		}
		text.WriteString("|\n")
	}
	_, err := io.WriteString(r.table, text.String())
	return err
}

// machine describes the machine in one line.
func machine() string {
	cpu := firstValue("/proc/cpuinfo", "model name")
	memory := firstValue("/proc/meminfo", "MemTotal")
	line := fmt.Sprintf("%s/%s, %d CPUs", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	if cpu != "" {
		line += " (" + cpu + ")"
	}
	var kib int64
	if _, err := fmt.Sscanf(memory, "%d kB", &kib); err == nil {
		line += fmt.Sprintf(", %d GiB of memory", (kib+1<<19)>>20)
	}
	return line + ", " + runtime.Version()
}

// firstValue is the value of the first line "KEY : VALUE" of a file; empty
// where there is none, as on systems without that file.
func firstValue(file, key string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if name, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(name) == key {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
