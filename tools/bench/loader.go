package main

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// loader loads an image, and what it becomes by changes, into engines.
type loader struct {
	image   *loadImage
	first   *loadVariant
	changed []*loadVariant
	settle  time.Duration
	report  *report
}

// sent is a load by strata-deploy: what it took, and what it says that it sent.
type sent struct {
	usage
	layers int
	// size is how many bytes, as people read it.
	size string
	// after is how much of the time came after the last layer was sent, 0 if
	// none was.
	after time.Duration
}

// loadings are all that is measured of an engine, not measured yet.
func (l *loader) loadings(e *loadEngine) []*loading {
	layers := len(l.first.layers)
	all := []*loading{
		{engine: e, variant: l.first, name: emptyStore, unpacked: layers},
		{engine: e, variant: l.first, name: unchanged},
	}
	for _, v := range l.changed {
		all = append(all, &loading{engine: e, variant: v, name: v.name, unpacked: len(v.layers) - v.lowest})
	}
	return all
}

// writeArchives writes what the engines' own commands load.
func (l *loader) writeArchives(ctx context.Context) error {
	for _, v := range append([]*loadVariant{l.first}, l.changed...) {
		if err := l.image.writeArchive(ctx, v); err != nil {
			return err
		}
	}
	return nil
}

// round measures all loads into an engine once: strata-deploy's into one empty
// store and the engine's own into another. Which of the two is first alternates.
func (l *loader) round(ctx context.Context, folder string, all []*loading, number int) error {
	sides := []func(context.Context, *running, *loading) error{l.loadOwn, l.loadOurs}
	for n := range sides {
		side := sides[(n+number)%len(sides)]
		err := all[0].engine.with(ctx, folder, func(r *running) error {
			for _, m := range all {
				if err := side(ctx, r, m); err != nil {
					return fmt.Errorf("%s: %w", m.name, err)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// loadOwn loads with the engine's own command.
func (l *loader) loadOwn(ctx context.Context, r *running, m *loading) error {
	if err := settled(ctx, l.settle); err != nil {
		return err
	}
	args := append(r.load[1:len(r.load):len(r.load)], l.image.archive(m.variant))
	u, err := process{program: r.load[0], args: args, dir: l.image.folder}.run(ctx)
	if err != nil {
		return err
	}
	l.report.begin("%6s s  %s: %s, %s", seconds(u.wall), m.engine.title, m.name, r.load[0])
	m.own = append(m.own, u)
	return nil
}

// loadOurs loads with strata-deploy. The first image has the name before.
func (l *loader) loadOurs(ctx context.Context, r *running, m *loading) error {
	if m.variant != l.first {
		if _, err := l.deploy(ctx, r, l.first); err != nil {
			return err
		}
	}
	if err := settled(ctx, l.settle); err != nil {
		return err
	}
	s, err := l.deploy(ctx, r, m.variant)
	if err != nil {
		return err
	}
	l.report.begin("%6s s  %s: %s, strata-deploy", seconds(s.wall), m.engine.title, m.name)
	m.ours = append(m.ours, s)
	return nil
}

// deploy has strata-deploy load an image.
func (l *loader) deploy(ctx context.Context, r *running, v *loadVariant) (sent, error) {
	var said loadOutput
	program := filepath.Join(l.image.folder, v.name)
	u, err := process{program: program, args: []string{"load"}, dir: l.image.folder, env: r.env, stderr: &said}.run(ctx)
	if err != nil {
		return sent{}, err
	}
	end := time.Now()
	s, err := readSummary(said.text.String())
	s.usage = u
	if s.layers > 0 {
		// The process has ended some time before.
		s.after = min(end.Sub(said.last), u.wall)
	}
	return s, err
}

// loadOutput keeps what strata-deploy says, and knows when the last layer was
// sent: then there is a line for it.
type loadOutput struct {
	text strings.Builder
	last time.Time
}

func (o *loadOutput) Write(p []byte) (int, error) {
	if at := summary.FindIndex(p); at == nil || at[0] > 0 {
		o.last = time.Now()
	}
	return o.text.Write(p)
}

var summary = regexp.MustCompile(`(?m)^(\d+) of \d+ layers? sent, (\S+ \S+), `)

// readSummary finds what strata-deploy says that it sent.
func readSummary(said string) (sent, error) {
	m := summary.FindStringSubmatch(said)
	if m == nil {
		return sent{}, fmt.Errorf("strata-deploy does not say what it sent: %s", strings.TrimSpace(said))
	}
	layers, err := strconv.Atoi(m[1])
	return sent{layers: layers, size: m[2]}, err
}
