// Package compress writes compressed streams whose bytes depend on the input
// alone: not on the time, the number of CPUs or the sizes of the writes. One
// library at one version with one level for each kind makes them; see
// docs/design/compression.md for the choice and what it costs. The tests hold
// golden digests, because another byte is another digest for every layer that
// anybody has pushed.
//
// The formats are those of RFC 1952 (gzip) and RFC 8878 (zstd); the media
// types are those of the OCI image specification, "Filesystem Layers".
package compress

import "fmt"

// Kind is a way to compress. The zero value is no kind.
type Kind string

// The kinds.
const (
	None Kind = "none"
	Gzip Kind = "gzip"
	Zstd Kind = "zstd"
)

// ParseKind reads the name of a kind: "none", "gzip" or "zstd".
func ParseKind(name string) (Kind, error) {
	if k := Kind(name); k.known() {
		return k, nil
	}
	return "", fmt.Errorf("unknown compression %q: it is one of %s, %s and %s", name, None, Gzip, Zstd)
}

func (k Kind) known() bool { return k == None || k == Gzip || k == Zstd }

// UnmarshalText is ParseKind.
func (k *Kind) UnmarshalText(text []byte) (err error) {
	*k, err = ParseKind(string(text))
	return err
}

// LayerMediaType is the media type of a layer's blob.
func (k Kind) LayerMediaType() string {
	const tar = "application/vnd.oci.image.layer.v1.tar"
	if k == None {
		return tar
	}
	return tar + "+" + string(k)
}

// Extension ends the names of files of the kind, after ".tar": nothing, ".gz"
// or ".zst".
func (k Kind) Extension() string {
	switch k {
	case Gzip:
		return ".gz"
	case Zstd:
		return ".zst"
	}
	return ""
}
