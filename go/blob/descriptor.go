// Package blob makes blobs, the compressed layers that registries and OCI
// layouts hold, of layers' tars, and describes them (OCI image specification,
// "Content Descriptors").
package blob

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/rules-strata/rules_strata/go/compress"
	"github.com/rules-strata/rules_strata/go/jsonfile"
)

// Descriptor is what a manifest needs to know of a layer's blob, and is the
// content of a descriptor file.
type Descriptor struct {
	// DiffID is the digest of the uncompressed tar.
	DiffID string `json:"diff_id"`
	// Digest is that of the blob.
	Digest string `json:"digest"`
	// MediaType is one of the OCI image specification.
	MediaType string `json:"media_type"`
	// Size is the blob's number of bytes.
	Size int64 `json:"size"`
	// Version is jsonfile.Version.
	Version int `json:"version"`
}

// ReadDescriptor reads a descriptor file. Errors name the file.
func ReadDescriptor(file string) (Descriptor, error) {
	var d Descriptor
	err := jsonfile.Read(file, &d)
	if err == nil {
		if err = d.check(); err != nil {
			err = fmt.Errorf("%s: %w", file, err)
		}
	}
	return d, err
}

// descriptors is the content of a file with the descriptors of several blobs.
type descriptors struct {
	Blobs   []Descriptor `json:"blobs"`
	Version int          `json:"version"`
}

// ReadDescriptors reads a file with the descriptors of several blobs. Errors
// name the file.
func ReadDescriptors(file string) ([]Descriptor, error) {
	var list descriptors
	if err := jsonfile.Read(file, &list); err != nil {
		return nil, err
	}
	for i, d := range list.Blobs {
		if err := d.check(); err != nil {
			return nil, fmt.Errorf("%s: blob %d: %w", file, i+1, err)
		}
	}
	return list.Blobs, nil
}

// WriteDescriptors writes a file that ReadDescriptors reads, whole or not at
// all.
func WriteDescriptors(file string, blobs []Descriptor) error {
	if blobs == nil {
		blobs = []Descriptor{}
	}
	return jsonfile.Write(file, descriptors{Blobs: blobs, Version: jsonfile.Version})
}

func (d *Descriptor) check() error {
	if _, err := ParseDigest(d.DiffID); err != nil {
		return fmt.Errorf(`"diff_id": %w`, err)
	}
	if _, err := ParseDigest(d.Digest); err != nil {
		return fmt.Errorf(`"digest": %w`, err)
	}
	if d.Size <= 0 {
		return fmt.Errorf(`"size" is %d bytes, which no blob has`, d.Size)
	}
	_, err := d.Compression()
	return err
}

// Compression is how the blob is compressed.
func (d *Descriptor) Compression() (compress.Kind, error) {
	for _, k := range []compress.Kind{compress.None, compress.Gzip, compress.Zstd} {
		if d.MediaType == k.LayerMediaType() {
			return k, nil
		}
	}
	return "", fmt.Errorf(`"media_type" is %q, want %s, alone or with "+gzip" or "+zstd"`, d.MediaType, compress.None.LayerMediaType())
}

const digestPrefix = "sha256:"

// ParseDigest checks a digest, "sha256:" and 64 lower-case hexadecimal digits,
// and returns the digits.
func ParseDigest(digest string) (digits string, err error) {
	algorithm, digits, _ := strings.Cut(digest, ":")
	if algorithm+":" != digestPrefix {
		return "", fmt.Errorf("the digest %.100q is not of the algorithm sha256, the only one that is supported", digest)
	}
	if sum, err := hex.DecodeString(digits); err != nil || len(sum) != 32 || strings.ToLower(digits) != digits {
		return "", fmt.Errorf("the digest %.100q does not have 64 lower-case hexadecimal digits after %s", digest, digestPrefix)
	}
	return digits, nil
}
