package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/outfile"
)

// resultFiles are the files that results go to, besides the table.
type resultFiles struct {
	JSON string `name:"json" placeholder:"FILE" help:"Where the results go as JSON, with the numbers of every run where the suite keeps them."`
	Plot string `placeholder:"FILE.svg" help:"Where a chart of the results goes."`
}

// results is the content of the JSON file.
type results struct {
	Suite     string   `json:"suite"`
	Arguments []string `json:"arguments"`
	Machine   string   `json:"machine"`
	// Loads are the load averages before and after.
	Loads [2]string `json:"load_averages"`
	// Programs are the versions of the programs that were measured besides the
	// project's own.
	Programs map[string]string `json:"programs"`
	Tables   []table           `json:"tables"`
	// Measurements and Figures are there for suites that give them.
	Measurements []measurement `json:"measurements,omitempty"`
	Figures      []figure      `json:"figures,omitempty"`
	Version      int           `json:"version"`
}

// table is a table as it was written.
type table struct {
	Head []string   `json:"head"`
	Rows [][]string `json:"rows"`
	// Charted are the columns that have charts. The column "budget", if there is
	// one, is about the first of them.
	Charted []string `json:"charted"`
}

// measurement is what every run of a task needed.
type measurement struct {
	Name string `json:"name"`
	// Peer says that other programs did it.
	Peer bool          `json:"peer"`
	Runs []measuredRun `json:"runs"`
}

// measuredRun is in seconds and in bytes.
type measuredRun struct {
	CPU  float64 `json:"cpu_s"`
	Wall float64 `json:"wall_s"`
	Peak int64   `json:"peak_bytes"`
	// Floor is how much cannot be told from this program's own memory.
	Floor   int64 `json:"peak_floor_bytes"`
	Written int64 `json:"written_bytes"`
}

// version notes the version of a program.
func (r *report) version(program, version string) {
	if r.results.Programs == nil {
		r.results.Programs = map[string]string{}
	}
	r.results.Programs[program] = version
}

// measured notes the runs of a task.
func (r *report) measured(t *task) {
	m := measurement{Name: t.name, Peer: t.peer}
	for _, run := range t.runs {
		m.Runs = append(m.Runs, measuredRun{CPU: run.cpu.Seconds(), Wall: run.wall.Seconds(), Peak: run.peak, Floor: run.floor, Written: run.written})
	}
	r.results.Measurements = append(r.results.Measurements, m)
}

// figure notes a number and its budget.
func (r *report) figure(f figure) { r.results.Figures = append(r.results.Figures, f) }

// chart notes a chart to draw.
func (r *report) chart(c chart) { r.charts = append(r.charts, c) }

// start notes what is about to run.
func (r *report) start(suite string, args []string) {
	r.results.Suite, r.results.Arguments, r.results.Machine = suite, args, machine()
	r.results.Loads[0], r.results.Version = loadAverage(), jsonfile.Version
}

// save writes the files that were asked for.
func (r *report) save(f resultFiles) error {
	if len(r.results.Tables) == 0 {
		return nil // it failed before there were any results
	}
	r.results.Loads[1] = loadAverage()
	if f.JSON != "" {
		if err := jsonfile.Write(atCaller(f.JSON), r.results); err != nil {
			return err
		}
	}
	if f.Plot == "" {
		return nil
	}
	charts := r.charts
	if len(charts) == 0 {
		for _, t := range r.results.Tables {
			charts = append(charts, t.charts()...)
		}
	}
	svg := plot(fmt.Sprintf("bench %s: %s", r.results.Suite, r.results.Machine), charts)
	return outfile.Write(atCaller(f.Plot), []byte(svg))
}

// atCaller is a path that was given in the folder from which bazel run was
// started.
func atCaller(file string) string {
	if dir := os.Getenv("BUILD_WORKING_DIRECTORY"); dir != "" && !filepath.IsAbs(file) {
		return filepath.Join(dir, file)
	}
	return file
}
