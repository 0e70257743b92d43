package narimport

import (
	"fmt"
	"slices"

	"github.com/rules-strata/rules_strata/go/decompress"
	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/narinfo"
	"github.com/rules-strata/rules_strata/go/object"
	"github.com/rules-strata/rules_strata/go/store"
)

// Flags are the flags (github.com/alecthomas/kong) of commands that import an
// object: what its narinfo says, and the keys that are trusted.
type Flags struct {
	StorePath        string              `required:"" placeholder:"STORE_PATH" help:"The object."`
	Compression      decompress.Format   `required:"" enum:"xz,zstd,gzip,bzip2,none" placeholder:"NAME" help:"How the NAR is compressed: xz, zstd, gzip, bzip2 or none."`
	NARHash          narinfo.Hash        `name:"nar-hash" required:"" placeholder:"HASH" help:"SHA-256 of the NAR: sha256-BASE64."`
	NARSize          int64               `name:"nar-size" required:"" placeholder:"N" help:"Size of the NAR in bytes."`
	Reference        []string            `sep:"none" placeholder:"STORE_PATH" help:"Object that the object refers to, which may be itself (repeatable)."`
	Signature        []narinfo.Signature `sep:"none" placeholder:"KEY:BASE64" help:"Signature of what the flags above say (repeatable)."`
	TrustedPublicKey []narinfo.PublicKey `sep:"none" placeholder:"KEY:BASE64" help:"Key that is believed (repeatable). Needed unless the object is content-addressed."`
	InfoOut          string              `placeholder:"FILE" help:"Where info.json of the object goes, with the NAR's hash and size."`
	ContentAddress   string              `placeholder:"ADDRESS" help:"How the store path was made from the content: fixed:r:sha256:HASH, fixed:sha256:HASH or text:sha256:HASH."`
}

// WriteInfo writes info.json, if it is asked for.
func (f *Flags) WriteInfo(imported *narinfo.NARInfo) error {
	if f.InfoOut == "" {
		return nil
	}
	return jsonfile.Write(f.InfoOut, object.Info{
		Version: jsonfile.Version, NARHash: imported.NARHash.Nix(), NARSize: imported.NARSize, Path: imported.StorePath,
	})
}

// Object is what the flags say of the object.
func (f *Flags) Object() (*narinfo.NARInfo, error) {
	path, err := store.ParseAnyPath(f.StorePath)
	if err != nil {
		return nil, err
	}
	references := make([]store.Path, len(f.Reference))
	for i, r := range f.Reference {
		if references[i], err = store.ParsePath(path.Dir(), r); err != nil {
			return nil, fmt.Errorf("%s: a reference: %w", path, err)
		}
	}
	slices.Sort(references)
	return &narinfo.NARInfo{
		StorePath:      path,
		Compression:    f.Compression,
		FileSize:       -1,
		NARHash:        f.NARHash,
		NARSize:        f.NARSize,
		References:     references,
		Signatures:     f.Signature,
		ContentAddress: f.ContentAddress,
	}, nil
}
