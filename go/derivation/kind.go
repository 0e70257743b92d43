package derivation

import "fmt"

// Kind says when the paths of a derivation's outputs are known, and from what.
type Kind uint8

const (
	// InputAddressed outputs have paths that the derivation decides.
	InputAddressed Kind = iota + 1
	// FixedOutput derivations say what their output's content is; they may use
	// the network.
	FixedOutput
	// ContentAddressed outputs have paths that their content decides
	// ("floating"), so that they are known after the build.
	ContentAddressed
	// Impure derivations give other outputs each time.
	Impure
	// Deferred outputs would be input-addressed, but an input's path is known
	// only after the build of that.
	Deferred
)

// impureHash is the hash that a .drv has for an impure output.
const impureHash = "impure"

// String is the kind's name in the Nix manual.
func (k Kind) String() string {
	switch k {
	case InputAddressed:
		return "input-addressed"
	case FixedOutput:
		return "fixed-output"
	case ContentAddressed:
		return "content-addressed"
	case Impure:
		return "impure"
	case Deferred:
		return "deferred"
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// Kind is the kind of all the outputs.
func (d *Derivation) Kind() Kind {
	return d.Outputs[d.OutputNames()[0]].kind()
}
