package customisation

import (
	"errors"
	"fmt"

	"github.com/rules-strata/rules_strata/go/symlinkjoin"
)

// maxShown is how many collisions an error names.
const maxShown = 20

// CollisionError is nil, or an error that names the paths that two contents
// give differently, and both of them.
func CollisionError(collisions []symlinkjoin.Collision) error {
	if len(collisions) == 0 {
		return nil
	}
	var errs []error
	for i, c := range collisions {
		if i == maxShown {
			errs = append(errs, fmt.Errorf("and %d more", len(collisions)-i))
			break
		}
		errs = append(errs, fmt.Errorf("/%s: %s gives %s and %s gives %s", shorten(c.Path), c.First.Label, c.First.What, c.Second.Label, c.Second.What))
	}
	errs = append(errs, errors.New(`remove one of each pair from contents, or set collisions = "first" to keep what the earlier one gives`))
	return errors.Join(errs...)
}
