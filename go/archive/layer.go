package archive

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
)

const digestPrefix = "sha256:"

// emptyDiffID is the digest of no bytes at all.
const emptyDiffID = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

// changed ends the errors about layers that are not what was promised.
const changed = "its files changed after the image was built: build it again"

// check finds what can be wrong with layers before anything is written.
func check(layers []Layer) error {
	sizes := make(map[string]int64, len(layers))
	for i, layer := range layers {
		if err := checkDiffID(layer.DiffID); err != nil {
			return fmt.Errorf("%s: %w", name(layers, i), err)
		}
		if layer.Size < 0 {
			return fmt.Errorf("%s: its size is %d bytes", name(layers, i), layer.Size)
		}
		if layer.Size == 0 && layer.DiffID != emptyDiffID {
			return fmt.Errorf("%s: its size is 0 bytes, but its diff ID %s is not that of nothing", name(layers, i), layer.DiffID)
		}
		if layer.Write == nil {
			return fmt.Errorf("%s: nothing writes its bytes", name(layers, i))
		}
		if size, ok := sizes[layer.DiffID]; ok && size != layer.Size {
			return fmt.Errorf("%s: %s is listed with %d bytes and with %d", name(layers, i), layer.DiffID, size, layer.Size)
		}
		sizes[layer.DiffID] = layer.Size
	}
	return nil
}

func checkDiffID(id string) error {
	digits, ok := strings.CutPrefix(id, digestPrefix)
	if !ok {
		return fmt.Errorf("%q is not a diff ID: want sha256:<64 hex digits>", id)
	}
	if sum, err := hex.DecodeString(digits); err != nil || len(sum) != sha256.Size || strings.ToLower(digits) != digits {
		return fmt.Errorf("%q is not a diff ID: want sha256:<64 hex digits, lower case>", id)
	}
	return nil
}

// name is how errors call a layer: "layer 3 of 7 (hello-2.12)".
func name(layers []Layer, i int) string {
	s := fmt.Sprintf("layer %d of %d", i+1, len(layers))
	if d := layers[i].Describe; d != "" {
		s += " (" + d + ")"
	}
	return s
}

// WriteChecked writes the tar to w and checks that it has the size and the
// diff ID that it should have. If it has not, w does not get the tar's last
// bytes.
func (l Layer) WriteChecked(ctx context.Context, w io.Writer) error {
	c := &checker{ctx: ctx, w: w, size: l.Size, hash: sha256.New()}
	if err := l.Write(ctx, c); err != nil && (c.err == nil || errors.Is(err, c.err)) {
		return err
	}
	return c.finish(l.DiffID)
}

// heldBack is how many bytes at a layer's end wait until the layer is known to
// be the right one. If it is not, the archive ends in the middle of a member,
// which every reader of tars refuses; between two members many would not.
const heldBack = 512

// checker checks a layer's bytes on their way out.
type checker struct {
	ctx  context.Context
	w    io.Writer
	size int64 // bytes wanted
	n    int64 // bytes seen
	hash hash.Hash
	tail []byte // the last of the bytes seen, not yet written
	err  error  // the first one, whatever the layer makes of it
}

func (c *checker) Write(p []byte) (int, error) {
	if c.err == nil {
		c.err = c.ctx.Err()
	}
	if c.err != nil {
		return 0, c.err
	}
	if c.n+int64(len(p)) > c.size {
		c.err = fmt.Errorf("more than %d bytes came, want %[1]d: %s", c.size, changed)
		return 0, c.err
	}
	c.hash.Write(p)
	pass := min(int64(len(p)), max(0, c.size-heldBack-c.n))
	c.n += int64(len(p))
	n, err := c.w.Write(p[:pass])
	if err != nil {
		c.err = err
		return n, err
	}
	c.tail = append(c.tail, p[pass:]...)
	return len(p), nil
}

// finish writes the rest if the layer is the one that diffID names.
func (c *checker) finish(diffID string) error {
	if c.err != nil {
		return c.err
	}
	if c.n != c.size {
		return fmt.Errorf("%d bytes came, want %d: %s", c.n, c.size, changed)
	}
	if got := digestPrefix + hex.EncodeToString(c.hash.Sum(nil)); got != diffID {
		return fmt.Errorf("its diff ID is %s, want %s: %s", got, diffID, changed)
	}
	_, err := c.w.Write(c.tail)
	return err
}
