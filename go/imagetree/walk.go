package imagetree

import (
	"archive/tar"
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/rules-strata/rules_strata/go/archive"
)

// ErrEnough ends a walk early, when visit returns it.
var ErrEnough = errors.New("enough")

// Walk calls visit with each entry of the layer i, counted from 0 at the bottom,
// and the entry's number, until that returns ErrEnough or another error. Unless
// it ends early, the layer is checked against its diff ID. Errors name the
// layer, and those of visit the entry.
func Walk(ctx context.Context, layers []archive.Layer, i int, visit func(entry int, hdr *tar.Header, content io.Reader) error) error {
	if err := walk(ctx, layers[i], visit); err != nil {
		return fmt.Errorf("%s: %w", layerName(layers, i), err)
	}
	return nil
}

func walk(ctx context.Context, layer archive.Layer, visit func(int, *tar.Header, io.Reader) error) error {
	r := read(ctx, layer)
	defer r.Close()
	source := &source{r: r}
	in := tar.NewReader(source)
	for entry := 0; ; entry++ {
		hdr, err := in.Next()
		if err == io.EOF {
			break
		}
		// Names that lead out of the image are refused when they are applied.
		if source.err != nil {
			return source.err
		} else if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return fmt.Errorf("not an uncompressed tar, or a broken one: %w", err)
		}
		if err := visit(entry, hdr, in); err == ErrEnough {
			return nil
		} else if err != nil {
			return fmt.Errorf("entry %q: %w", hdr.Name, err)
		}
	}
	// Only after the last byte it is known whether they were the right ones.
	_, err := io.Copy(io.Discard, r)
	return err
}

// pipeBuffer makes the many small writes of a tar's headers fewer, in bytes.
const pipeBuffer = 64 << 10

// read gives the tar that a layer writes. It must be closed.
func read(ctx context.Context, layer archive.Layer) *io.PipeReader {
	r, w := io.Pipe()
	go func() {
		buffered := bufio.NewWriterSize(w, pipeBuffer)
		err := layer.WriteChecked(ctx, buffered)
		if err == nil {
			err = buffered.Flush()
		}
		w.CloseWithError(err)
	}()
	return r
}

// source keeps the error of what makes a layer apart from those of the tar.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// layerName is how errors call a layer: "layer 3 of 7 (hello-2.12)".
func layerName(layers []archive.Layer, i int) string {
	name := fmt.Sprintf("layer %d of %d", i+1, len(layers))
	if d := layers[i].Describe; d != "" {
		name += " (" + d + ")"
	}
	return name
}
