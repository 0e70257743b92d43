package layering

import (
	"bufio"
	"fmt"
	"os"

	"github.com/rules-strata/rules_strata/go/store"
)

// planPinned gives the pinned objects layers of their own, most popular first,
// above the layers of the others, so that a change of one of them leaves every
// other layer as it is. The others have at least one layer and, of the layers
// that the pinned ones leave, as many as they can use.
//
// When there are more pinned objects than layers, the most popular of them
// share the lowest pinned layer, and those above it stay alone: the roots of a
// closure, which are the programs that change most, are the least popular. One
// layer alone holds everything.
func planPinned(p *problem) ([]planned, error) {
	var pinned, others []store.Path
	for _, path := range p.popular() {
		if p.pinned[path] {
			pinned = append(pinned, path)
		} else {
			others = append(others, path)
		}
	}
	top := min(len(pinned), p.layers)
	if len(others) > 0 {
		top = min(len(pinned), p.layers-1)
	}
	if top == 0 {
		return explained(ClassicSplit(append(others, pinned...), p.layers), "most popular"), nil
	}
	layers := explained(ClassicSplit(others, p.layers-top), "most popular of those not pinned")
	sharing := len(pinned) - top + 1
	why := "alone: pinned"
	if sharing > 1 {
		why = fmt.Sprintf("%d pinned objects, for which there are no layers of their own", sharing)
	}
	layers = append(layers, planned{paths: pinned[:sharing], why: why, alone: true})
	for i := range pinned[sharing:] {
		layers = append(layers, planned{paths: pinned[sharing+i:][:1], why: "alone: pinned", alone: true})
	}
	return layers, nil
}

// readPinned reads a file of store paths, one a line.
func readPinned(file string) (map[store.Path]bool, error) {
	if file == "" {
		return nil, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close() // only read from: nothing can be lost
	pinned := map[store.Path]bool{}
	lines := bufio.NewScanner(f)
	for number := 1; lines.Scan(); number++ {
		path, err := store.ParseAnyPath(lines.Text())
		if err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", file, number, err)
		}
		pinned[path] = true
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return pinned, nil
}
