package daemon

import (
	"context"
	"fmt"
	"net/http"
	"slices"
)

// storeKind is how a daemon keeps images.
type storeKind int

const (
	// otherStore is one that is only known to load whole archives.
	otherStore storeKind = iota
	// classicStore knows layers by their chain IDs and images by the digests of
	// their configs.
	classicStore
	// containerdStore knows layers by the digests of their blobs and images by
	// the digests of their manifests.
	containerdStore
	// podmanStore is Podman's, which knows layers by their diff IDs and images by
	// the digests of their configs.
	podmanStore
)

// store is what a daemon says of the place where it keeps images.
type store struct {
	kind   storeKind
	driver string
	// empty says that there are no images.
	empty bool
}

// graphDrivers are those of Docker's classic store.
var graphDrivers = []string{"overlay2", "overlay", "fuse-overlayfs", "btrfs", "zfs", "vfs", "aufs", "devicemapper"}

// containerdDriver is what a daemon calls the containerd store in the first
// two words of its driver's status.
var containerdDriver = []string{"driver-type", "io.containerd.snapshotter.v1"}

// manifestsVersion is the first version of the API in which a daemon tells
// whether all of an image is there.
const manifestsVersion = "1.48"

// store asks what kind of store the daemon has.
func (c *Client) store(ctx context.Context) (store, error) {
	ctx, cancel := c.brief(ctx)
	defer cancel()
	var answer struct {
		Driver       string
		DriverStatus [][]string
		Images       int
	}
	if err := c.call(ctx, http.MethodGet, "/info", nil, nil, &answer); err != nil {
		return store{}, fmt.Errorf("ask for the image store: %w", err)
	}
	s := store{driver: answer.Driver, empty: answer.Images == 0}
	version, err := c.apiVersion(ctx)
	if err != nil {
		return store{}, err
	}
	isPodman, err := c.isPodman(ctx)
	if err != nil {
		return store{}, err
	}
	isContainerd := func(status []string) bool { return slices.Equal(status, containerdDriver) }
	switch {
	case isPodman:
		s.kind = podmanStore
	case slices.ContainsFunc(answer.DriverStatus, isContainerd):
		if !older(version, manifestsVersion) {
			s.kind = containerdStore
		}
	case slices.Contains(graphDrivers, answer.Driver):
		s.kind = classicStore
	}
	return s, nil
}

// The most layers of an image that a store takes. The classic store counts them
// itself, whatever its driver. The containerd store takes any number, but the
// kernel's overlayfs mounts no more than 500, of which Docker makes one for each container.
// (It may be fewer: the mount's options, with the numbers of all the layers'
// snapshots, have to fit into a page.)
const (
	maxClassicLayers   = 125
	maxOverlayfsLayers = 499
)

// TooManyLayersError says that a daemon's store has no room for the layers of
// an image.
type TooManyLayersError struct {
	// Layers is the number of the image's layers, Limit the most that it may
	// have.
	Layers, Limit int
	// Driver is the daemon's storage driver, "overlay2".
	Driver string
}

func (e *TooManyLayersError) Error() string {
	return fmt.Sprintf("the image has %d layers, and the daemon's storage driver %s takes at most %d: set max_layers to %[3]d or less, the layers of a base image included",
		e.Layers, e.Driver, e.Limit)
}

// checkLayers refuses an image with more layers than the store takes.
func (s store) checkLayers(layers int) error {
	limit := layers
	switch {
	case s.kind == classicStore:
		limit = maxClassicLayers
	case s.kind == containerdStore && s.driver == "overlayfs":
		limit = maxOverlayfsLayers
	}
	if layers > limit {
		return &TooManyLayersError{Layers: layers, Limit: limit, Driver: s.driver}
	}
	return nil
}
