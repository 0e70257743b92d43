package rebuild

// Kind is a kind of action.
type Kind int

// The kinds of actions, in the order in which an image needs them. What
// belongs to an object comes first.
const (
	ObjectLayer Kind = iota
	ObjectInfo
	ObjectBlobInfo
	CustomisationLayer
	Closure
	LayerPlan
	RestLayer
	ImageConfig
	CustomisationBlobInfo
	RestBlobInfo
	ImageManifest
	PushManifest
	// LayerTar and ImageLayout are actions of rules that keep the bytes of
	// layers, see the strategies OneLayer and ThreeLayers.
	LayerTar
	ImageLayout
	Kinds
)

// String is the action's mnemonic, with what it describes where several kinds
// of actions have one mnemonic.
func (k Kind) String() string {
	return [...]string{
		"ObjectLayer", "ObjectInfo", "BlobInfo (object)", "CustomisationLayer", "Closure", "LayerPlan", "RestLayer", "ImageConfig",
		"BlobInfo (links)", "BlobInfo (rest)", "ImageManifest", "PushManifest", "LayerTar", "ImageLayout",
	}[k]
}

// Run is an action that runs.
type Run struct {
	Kind Kind
	// Owner is the name of the object or of the image that it belongs to.
	Owner string
	// Fresh says that only a build without its own past runs it, one that knows
	// a remote cache alone: see image.remoteRest.
	Fresh bool
	// shape says how much the action has to do.
	shape shape
	// inputs are the objects whose bytes are inputs, read or not; none for the
	// actions of an object, which has just been made.
	inputs []int
}

// shape are the numbers that the cost of an action depends on.
type shape struct {
	// objects, refs and layers are those of the image, alone the objects that
	// share no layer.
	objects, refs, layers, alone int
	// read are the bytes of objects that it reads.
	read int64
}
