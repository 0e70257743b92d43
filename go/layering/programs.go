package layering

import "slices"

// layersPerProgram is how many layers there must be for each program that gets
// one of its own whatever its size.
const layersPerProgram = 4

// programsOf are, of some objects, the first-party ones that no other
// first-party object needs: the packages of the programs that an image is
// for, which change more often than anything below them. There are none when
// they would take more than a fourth of the layers.
func (s *sharing) programsOf(objects []int32) []int32 {
	needed := make([]bool, len(s.p.sizes))
	for _, i := range objects {
		if !firstParty(s.origin[i]) {
			continue
		}
		for _, ref := range s.p.refs.at(i) {
			needed[ref] = needed[ref] || ref != i
		}
	}
	programs := slices.DeleteFunc(slices.Clone(objects), func(i int32) bool { return needed[i] || !firstParty(s.origin[i]) })
	if len(programs)*layersPerProgram > s.p.layers {
		return nil
	}
	return programs
}
