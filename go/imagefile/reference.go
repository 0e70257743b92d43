package imagefile

import "github.com/rules-strata/rules_strata/go/reference"

// Retag gives the image other names, each "name:tag" or "name", which means
// "name:latest". The first is the one that Ref gives. The error is a
// *reference.Error.
func (i *Image) Retag(ref string, others ...string) error {
	name, err := reference.Parse(ref)
	if err != nil {
		return err
	}
	more := make([]string, len(others))
	for n, other := range others {
		another, err := reference.Parse(other)
		if err != nil {
			return err
		}
		more[n] = another.String()
	}
	i.Name, i.Tag, i.more = name.Repository(), name.Tag(), more
	return nil
}
