package archive

import (
	"archive/tar"
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/rules-strata/rules_strata/go/progress"
)

// Hybrid is an image as an archive that is an OCI layout (OCI image
// specification v1.1, "Image Layout") and a docker archive at once, so that
// every engine loads it. The layers are stored uncompressed as
// `blobs/sha256/<hex>`: the digest of a blob is the layer's diff ID.
//
// Layers may be left out that the engine has: it never opens their blobs.
type Hybrid struct {
	image    Image
	manifest []byte
	platform platform
}

// platform is what an image runs on, as an OCI descriptor has it.
type platform struct {
	Architecture string `json:"architecture"`
	OS           string `json:"os"`
	Variant      string `json:"variant,omitempty"`
}

// NewHybrid checks an image and makes its manifest. The config must list the
// layers' diff IDs; RepoTags are not used.
func NewHybrid(img Image) (*Hybrid, error) {
	h := &Hybrid{image: img}
	err := check(img.Layers)
	if err == nil {
		err = h.readConfig()
	}
	if err == nil {
		h.manifest, err = json.Marshal(h.newManifest())
	}
	if err != nil {
		return nil, fmt.Errorf("image archive: %w", err)
	}
	return h, nil
}

func (h *Hybrid) readConfig() error {
	var config struct {
		platform
		RootFS struct {
			DiffIDs []string `json:"diff_ids"`
		} `json:"rootfs"`
	}
	if err := json.Unmarshal(h.image.Config, &config); err != nil {
		return fmt.Errorf("not an image's config: %w", err)
	}
	if config.OS == "" || config.Architecture == "" {
		return errors.New(`not an image's config: no "os" or no "architecture"`)
	}
	h.platform = config.platform
	same := func(diffID string, l Layer) bool { return diffID == l.DiffID }
	if !slices.EqualFunc(config.RootFS.DiffIDs, h.image.Layers, same) {
		return fmt.Errorf("the config has %d diff IDs that are not those of the %d layers: it is another image's", len(config.RootFS.DiffIDs), len(h.image.Layers))
	}
	return nil
}

// ConfigDigest is the SHA-256 of the config, "sha256:" and 64 hexadecimal
// digits: the image ID of Docker's classic store and of Podman.
func (h *Hybrid) ConfigDigest() string { return digestOf(h.image.Config) }

// ManifestDigest is the SHA-256 of the manifest, "sha256:" and 64 hexadecimal
// digits: the image ID of Docker's containerd store.
func (h *Hybrid) ManifestDigest() string { return digestOf(h.manifest) }

// Manifest is the OCI manifest, JSON.
func (h *Hybrid) Manifest() []byte { return h.manifest }

// HybridOptions say what of an image is written.
type HybridOptions struct {
	// Names are those that the image gets. They must be whole, with registry and
	// tag, for engines to agree on what they mean:
	// "docker.io/library/hello:latest". Without one, the image is only reachable
	// by its ID.
	Names []string
	// Omit has the diff IDs of the layers that are left out.
	Omit map[string]bool
	// Progress is told the layers that are written. It may be nil.
	Progress *progress.Reporter
}

// Write writes the archive to w: what is small first, then the layers from the
// lowest up, each of them once. Equal images and options give equal bytes.
//
// After an error, w got nothing or something that ends in the middle of a
// member, so that no reader takes it for a whole archive. An error that a layer
// caused names the layer.
func (h *Hybrid) Write(ctx context.Context, w io.Writer, o HybridOptions) error {
	out := bufio.NewWriterSize(w, outputBuffer)
	err := h.write(ctx, out, o)
	// After an error too: then the output shows that a member is cut.
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	if err != nil {
		return fmt.Errorf("image archive: %w", err)
	}
	return nil
}

func (h *Hybrid) write(ctx context.Context, out io.Writer, o HybridOptions) error {
	if o.Progress == nil {
		o.Progress = progress.New(nil)
	}
	files, err := h.files(o.Names)
	if err != nil {
		return err
	}
	tw, fixed := tar.NewWriter(out), options{modTime: time.Unix(1, 0)}
	for _, f := range files {
		if err := writeFile(tw, header(f.name, int64(len(f.data)), fixed), f.data); err != nil {
			return err
		}
	}
	written := make(map[string]bool, len(h.image.Layers))
	for i, l := range h.image.Layers {
		if o.Omit[l.DiffID] || written[l.DiffID] {
			continue
		}
		written[l.DiffID] = true
		if err := tw.WriteHeader(header(blobPath(l.DiffID), l.Size, fixed)); err != nil {
			return fmt.Errorf("%s: %w", name(h.image.Layers, i), err)
		}
		if err := l.writeReported(ctx, tw, o.Progress, name(h.image.Layers, i)); err != nil {
			return fmt.Errorf("%s: %w", name(h.image.Layers, i), err)
		}
	}
	return tw.Close()
}

// writeReported is WriteChecked that tells how far it is. What it calls the
// layer is its description, or else name.
func (l Layer) writeReported(ctx context.Context, w io.Writer, p *progress.Reporter, name string) error {
	if l.Describe != "" {
		name = l.Describe
	}
	item := p.Begin(name, l.Size)
	r := reported{w: w, item: item}
	err := l.WriteChecked(ctx, &r)
	r.flush()
	item.End(err)
	return err
}

// reported counts what passes to w.
type reported struct {
	w       io.Writer
	item    *progress.Item
	pending int64 // bytes that the item was not told of
}

func (r *reported) Write(p []byte) (int, error) {
	n, err := r.w.Write(p)
	if r.pending += int64(n); r.pending >= outputBuffer {
		r.flush()
	}
	return n, err
}

func (r *reported) flush() {
	r.item.Add(r.pending)
	r.pending = 0
}

// blobPath is where an OCI layout has a blob.
func blobPath(digest string) string {
	return "blobs/sha256/" + strings.TrimPrefix(digest, digestPrefix)
}

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return digestPrefix + hex.EncodeToString(sum[:])
}
