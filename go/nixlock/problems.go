package nixlock

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/rules-strata/rules_strata/go/store"
)

// maxShown is how many problems one error names.
const maxShown = 10

// problems are errors about objects. They become one error, which is the same
// whatever the order in which they were found.
type problems []problem

type problem struct {
	path store.Path
	err  error
}

// someOf names paths, and counts the others of a long list.
func someOf(paths []store.Path) string {
	const most = 5
	text := ""
	for i, p := range paths[:min(len(paths), most)] {
		if i > 0 {
			text += ", "
		}
		text += string(p)
	}
	if len(paths) > most {
		text += fmt.Sprintf(" and %d more", len(paths)-most)
	}
	return text
}

func (p *problems) add(path store.Path, err error) { *p = append(*p, problem{path, err}) }

func (p problems) err() error {
	slices.SortStableFunc(p, func(a, b problem) int { return cmp.Compare(a.path, b.path) })
	var all []error
	for i, problem := range p {
		if i == maxShown {
			all = append(all, fmt.Errorf("and %d more", len(p)-maxShown))
			break
		}
		all = append(all, problem.err)
	}
	return errors.Join(all...)
}
