package rebuild

// Cost is what one or more actions cost.
type Cost struct {
	// CacheBytes and CacheRequests are what a remote cache gets when an action
	// has run: its outputs, the action, its command and its result, each with
	// one request, and the question for the result before.
	CacheBytes, CacheRequests int64
	// Read are bytes of objects that are read and hashed, Compressed those of
	// them that are compressed, too.
	Read, Compressed int64
	// CPU is the time of the actions' processes in seconds.
	CPU float64
}

// Add adds another cost.
func (c *Cost) Add(other Cost) {
	c.CacheBytes += other.CacheBytes
	c.CacheRequests += other.CacheRequests
	c.Read += other.Read
	c.Compressed += other.Compressed
	c.CPU += other.CPU
}

// Rates of one CPU, measured by the suites start and memory, see
// docs/performance.md: what a process takes before its work begins, and
// seconds for a GiB.
const (
	startSeconds    = .0029
	hashSeconds     = 1.1
	compressSeconds = 9.6
	gibibyte        = 1 << 30
)

// CompressedSize is the part of its size that a layer has when it is compressed.
const CompressedSize = .35

// size is how large files are that an action writes, or its command: a constant
// and what each object, reference and layer of the image
// adds, and each object that is alone in a layer. What the tests
// of this repository left in a disk cache was measured, see
// docs/design/scale.md.
type size struct{ base, object, ref, layer, alone int64 }

func (z size) of(s shape) int64 {
	return z.base + z.object*int64(s.objects) + z.ref*int64(s.refs) + z.layer*int64(s.layers) + z.alone*int64(s.alone)
}

// Written is the size of what an action writes for an image of so many objects,
// references between them, layers, and objects that share none; a list of
// unused inputs aside. LayerTar is left out: it writes what it reads.
func Written(k Kind, objects, refs, layers, alone int) int64 {
	return cached(k).written.of(shape{objects: objects, refs: refs, layers: layers, alone: alone})
}

// actionSize is the size of the message Action of the remote execution API.
const actionSize = 148

// paramFileSize is Bazel's --min_param_file_size: from there on arguments are
// in a file, which is an input and not in the command.
const paramFileSize = 32 << 10

// unusedSize is what each object that is alone in a layer adds to the list of
// inputs that a rest layer's action did not read: five paths.
const unusedSize = 5 * 60

// inCache is what a remote cache gets of one action.
type inCache struct {
	outputs int64
	// result is the size of the message ActionResult.
	result           int64
	written, command size
}

func cached(k Kind) inCache {
	switch k {
	case ObjectLayer:
		return inCache{2, 489, size{base: 323}, size{base: 801}}
	case ObjectInfo:
		return inCache{1, 339, size{base: 165}, size{base: 389}}
	case ObjectBlobInfo:
		return inCache{1, 338, size{base: 251}, size{base: 564}}
	case CustomisationLayer:
		return inCache{3, 639, size{base: 10462}, size{base: 1033}}
	case Closure:
		return inCache{1, 328, size{object: 100, ref: 52}, size{base: 634}}
	case LayerPlan:
		return inCache{1, 323, size{base: 100, object: 52, layer: 42}, size{base: 421}}
	case RestLayer:
		return inCache{2, 448, size{base: 200, object: 53, alone: -53}, size{base: 647}}
	case ImageConfig:
		return inCache{3, 582, size{object: 245, layer: 362}, size{base: 790, object: 80}}
	case CustomisationBlobInfo:
		return inCache{1, 356, size{base: 251}, size{base: 448}}
	case RestBlobInfo:
		return inCache{2, 474, size{base: 225}, size{base: 735}}
	case ImageManifest:
		return inCache{2, 476, size{base: 322, layer: 155}, size{base: 740, object: 80}}
	case PushManifest:
		// The config and the manifest are those of the image, byte for byte.
		return inCache{4, 689, size{base: 98}, size{base: 909}}
	case LayerTar:
		return inCache{1, 340, size{}, size{base: 600}}
	default:
		return inCache{4, 600, size{base: 2000}, size{base: 900}}
	}
}

// infoArgument is what the info.json of an object adds to the command of a
// LayerPlan that needs sizes.
const infoArgument = 160

// cost is what a run of an action costs.
func (o *Options) cost(r Run) Cost {
	in := cached(r.Kind)
	if r.Kind == LayerPlan && o.needsSizes() {
		in.command.object = infoArgument
	}
	written := in.written.of(r.shape)
	if r.Kind == RestLayer || r.Kind == RestBlobInfo {
		written += unusedSize * int64(r.shape.alone)
	}
	command := in.command.of(r.shape)
	if command > paramFileSize {
		command = in.command.base
	}
	c := Cost{
		CacheBytes:    in.result + actionSize + command + written,
		CacheRequests: in.outputs + 4,
		Read:          r.shape.read,
		CPU:           startSeconds,
	}
	switch r.Kind {
	case ObjectBlobInfo, RestBlobInfo, LayerTar:
		c.Compressed = c.Read
		c.CPU += compressSeconds * float64(c.Read) / gibibyte
	default:
		c.CPU += hashSeconds * float64(c.Read) / gibibyte
	}
	if r.Kind == LayerTar {
		c.CacheBytes += int64(CompressedSize * float64(c.Read))
	}
	return c
}
