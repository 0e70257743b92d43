// Package rootfs unpacks an image's layers into a folder and runs a command in
// it, without a daemon and without privileges.
//
// Unpack follows the OCI image specification, section "Image Layer Filesystem
// Changeset". Run does what `docker run` does with Linux's namespaces, for
// images that the user built: it keeps the command away from the host's files
// and processes, but it is no wall against a hostile image.
package rootfs

import (
	"bufio"
	"context"
	"fmt"
	"io"
)

// Layer is one uncompressed layer tar.
type Layer struct {
	// Open starts reading the tar. It is called once, and what it returns is
	// read to its end and closed.
	Open func(ctx context.Context) (io.ReadCloser, error)
	// Describe says in a few words what the layer holds ("hello-2.12"), for
	// errors. It may be empty.
	Describe string
}

// pipeBuffer is the size of the pieces that pass through a Pipe, in bytes.
const pipeBuffer = 1 << 16

// Pipe makes a Layer's Open of a function that writes the tar.
func Pipe(write func(ctx context.Context, w io.Writer) error) func(context.Context) (io.ReadCloser, error) {
	return func(ctx context.Context) (io.ReadCloser, error) {
		r, w := io.Pipe()
		go func() {
			buffered := bufio.NewWriterSize(w, pipeBuffer)
			err := write(ctx, buffered)
			if err == nil {
				err = buffered.Flush()
			}
			w.CloseWithError(err)
		}()
		return r, nil
	}
}

// layerName is how errors call a layer: "layer 3 of 7 (hello-2.12)".
func layerName(layers []Layer, i int) string {
	s := fmt.Sprintf("layer %d of %d", i+1, len(layers))
	if d := layers[i].Describe; d != "" {
		s += " (" + d + ")"
	}
	return s
}
