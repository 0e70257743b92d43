package registry

import (
	"fmt"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Platform is what an image runs on, in Go's words (OCI image specification,
// "Image Index", platform).
type Platform struct {
	OS           string `json:"os"`
	Architecture string `json:"architecture"`
	Variant      string `json:"variant,omitempty"`
}

// String is OS/ARCHITECTURE or OS/ARCHITECTURE/VARIANT.
func (p Platform) String() string {
	s := p.OS + "/" + p.Architecture
	if p.Variant != "" {
		s += "/" + p.Variant
	}
	return s
}

func platformOf(p *v1.Platform) Platform {
	if p == nil {
		return Platform{}
	}
	return Platform{OS: p.OS, Architecture: p.Architecture, Variant: p.Variant}
}

// known is false for manifests that are no images, such as attestations, which
// say "unknown".
func (p Platform) known() bool {
	return p.OS != "" && p.OS != "unknown" && p.Architecture != "" && p.Architecture != "unknown"
}

// impliedVariant is the variant that is meant where none is given.
func impliedVariant(architecture string) string {
	return map[string]string{"arm64": "v8", "arm": "v7"}[architecture]
}

// choose finds the manifest for a platform. Without a variant, one without or
// with the implied variant comes before others.
func choose(manifests []v1.Descriptor, want Platform) (v1.Descriptor, bool) {
	var others []v1.Descriptor
	for _, m := range manifests {
		has := platformOf(m.Platform)
		if has.OS != want.OS || has.Architecture != want.Architecture {
			continue
		}
		implied := impliedVariant(want.Architecture)
		switch {
		case has.Variant == want.Variant,
			want.Variant == "" && has.Variant == implied,
			want.Variant == implied && has.Variant == "":
			return m, true
		case want.Variant == "":
			others = append(others, m)
		}
	}
	if len(others) == 0 {
		return v1.Descriptor{}, false
	}
	return others[0], true
}

// PlatformError says that an index has no image for a platform.
type PlatformError struct {
	Wanted Platform
	There  []Platform
}

func (e *PlatformError) Error() string {
	there := make([]string, len(e.There))
	for i, p := range e.There {
		there[i] = p.String()
	}
	list := strings.Join(there, ", ")
	if list == "" {
		list = "none"
	}
	return fmt.Sprintf("the index has no image for %s: it has %s", e.Wanted, list)
}
