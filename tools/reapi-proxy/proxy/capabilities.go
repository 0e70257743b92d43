package proxy

import "google.golang.org/protobuf/encoding/protowire"

// getCapabilities is the method whose answer is changed.
const getCapabilities = "/build.bazel.remote.execution.v2.Capabilities/GetCapabilities"

// Fields of ServerCapabilities and of build.bazel.semver.SemVer.
const (
	lowAPIVersion = 4 // ServerCapabilities.low_api_version
	semVerMajor   = 1
	semVerMinor   = 2
	semVerPatch   = 3
	semVerSuffix  = 4 // prerelease
)

// served is the major version whose servers are widened to its beginning.
const served = 2

// changeOf is what happens to the answers of a method; nil: nothing.
func changeOf(method string) func([]byte) []byte {
	if method == getCapabilities {
		return widen
	}
	return nil
}

// widen has ServerCapabilities begin at version 2.0 when they begin later at
// 2.x; all others, and what cannot be read, stay as they are. Other fields,
// known or not, are kept byte for byte.
func widen(capabilities []byte) []byte {
	version, ok := lowest(capabilities)
	if !ok || version.major != served || version.minor == 0 && version.patch == 0 {
		return capabilities
	}
	// A field that is there twice is merged, and the last value counts. Zeros
	// must be spelled out for that.
	var v []byte
	for _, part := range []struct {
		field  protowire.Number
		number uint64
	}{{semVerMajor, served}, {semVerMinor, 0}, {semVerPatch, 0}} {
		v = protowire.AppendTag(v, part.field, protowire.VarintType)
		v = protowire.AppendVarint(v, part.number)
	}
	v = protowire.AppendTag(v, semVerSuffix, protowire.BytesType)
	v = protowire.AppendBytes(v, nil)
	widened := protowire.AppendTag(append([]byte(nil), capabilities...), lowAPIVersion, protowire.BytesType)
	return protowire.AppendBytes(widened, v)
}

// semVer is the part of a version that is compared.
type semVer struct{ major, minor, patch uint64 }

// lowest is low_api_version, if the message can be read and has it.
func lowest(capabilities []byte) (v semVer, ok bool) {
	for len(capabilities) > 0 {
		field, kind, n := protowire.ConsumeTag(capabilities)
		if n < 0 {
			return semVer{}, false
		}
		capabilities = capabilities[n:]
		if field == lowAPIVersion && kind == protowire.BytesType {
			data, n := protowire.ConsumeBytes(capabilities)
			if n < 0 || !v.merge(data) {
				return semVer{}, false
			}
			ok, capabilities = true, capabilities[n:]
			continue
		}
		if n = protowire.ConsumeFieldValue(field, kind, capabilities); n < 0 {
			return semVer{}, false
		}
		capabilities = capabilities[n:]
	}
	return v, ok
}

// merge reads a SemVer over what is there.
func (v *semVer) merge(data []byte) bool {
	for len(data) > 0 {
		field, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			return false
		}
		data = data[n:]
		if kind != protowire.VarintType {
			if n = protowire.ConsumeFieldValue(field, kind, data); n < 0 {
				return false
			}
			data = data[n:]
			continue
		}
		number, n := protowire.ConsumeVarint(data)
		if n < 0 {
			return false
		}
		data = data[n:]
		switch field {
		case semVerMajor:
			v.major = number
		case semVerMinor:
			v.minor = number
		case semVerPatch:
			v.patch = number
		}
	}
	return true
}
