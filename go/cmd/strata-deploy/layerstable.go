package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/rules-strata/rules_strata/go/progress"
)

// shownObjects is how many objects of a layer are shown unless all are.
const shownObjects = 5

// writeLayers writes a line for each layer and, below it, one for each of its
// objects, the largest first.
func writeLayers(out io.Writer, layers []listedLayer, all bool) error {
	var table bytes.Buffer
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	for _, l := range layers {
		fmt.Fprintf(w, "%d\t%s\t%s  %s\n", l.Number, progress.Size(l.Size), shortDiffID(l.DiffID), l.Why)
		objects, more := largest(l.Objects, all)
		for _, o := range objects {
			fmt.Fprintf(w, "\t%s\t  %s\t%s\n", knownSize(o.Size), o.Name, o.Label)
		}
		if more > 0 {
			fmt.Fprintf(w, "\t\t  and %d more: --all lists them\n", more)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	// The last column is padded where a label is not known.
	for line := range bytes.Lines(table.Bytes()) {
		if _, err := fmt.Fprintf(out, "%s\n", bytes.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// largest are the objects to show, sorted by size, and how many there are
// besides.
func largest(objects []listedObject, all bool) (shown []listedObject, more int) {
	shown = slices.Clone(objects)
	slices.SortStableFunc(shown, func(a, b listedObject) int {
		return cmp.Or(cmp.Compare(b.Size, a.Size), cmp.Compare(a.Name, b.Name))
	})
	// A line that says "and 1 more" would be as long as the one that it hides.
	if all || len(shown) <= shownObjects+1 {
		return shown, 0
	}
	return shown[:shownObjects], len(shown) - shownObjects
}

// knownSize is empty for a size that is not known.
func knownSize(bytes int64) string {
	if bytes == 0 {
		return ""
	}
	return progress.Size(bytes)
}
