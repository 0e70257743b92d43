package proxy

import (
	"bytes"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// version is a SemVer as servers encode it: without zeros.
func version(parts ...uint64) []byte {
	var v []byte
	for i, part := range parts {
		if part != 0 {
			v = protowire.AppendTag(v, protowire.Number(i+1), protowire.VarintType)
			v = protowire.AppendVarint(v, part)
		}
	}
	return v
}

// field is a field that holds bytes.
func field(number protowire.Number, data []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, number, protowire.BytesType), data)
}

// capabilities are ServerCapabilities with a field before the versions and one
// after them that nobody knows.
func capabilities(low, high []byte) []byte {
	return bytes.Join([][]byte{field(1, []byte{0x08, 0x01}), field(lowAPIVersion, low), field(5, high), field(900, []byte("new"))}, nil)
}

func TestWiden(t *testing.T) {
	for _, test := range []struct {
		name    string
		in      []byte
		widened bool
	}{
		{"2.1 to 2.12", capabilities(version(2, 1), version(2, 12)), true},
		{"2.0.1 to 2.3", capabilities(version(2, 0, 1), version(2, 3)), true},
		{"2.3 before its release", capabilities(append(version(2, 3), field(4, []byte("rc"))...), version(2, 4)), true},
		{"2.0 to 2.12", capabilities(version(2, 0), version(2, 12)), false},
		{"3.0 to 3.1", capabilities(version(3), version(3, 1)), false},
		{"1.5 to 2.2", capabilities(version(1, 5), version(2, 2)), false},
		{"in two parts, the second of which counts", append(capabilities(version(2, 0), nil), field(lowAPIVersion, version(0, 4))...), true},
		{"no version", field(1, []byte{0x08, 0x01}), false},
		{"nothing", nil, false},
		{"a version of another type", protowire.AppendVarint(protowire.AppendTag(nil, lowAPIVersion, protowire.VarintType), 2), false},
		{"cut in a field", field(lowAPIVersion, version(2, 1))[:3], false},
		{"cut in the version", field(lowAPIVersion, version(2, 1)[:3]), false},
		{"no message", []byte{0xff, 0xff, 0xff}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := bytes.Clone(test.in)
			got := widen(test.in)
			if !bytes.Equal(test.in, before) {
				t.Error("it has written into the message")
			}
			if !bytes.HasPrefix(got, test.in) {
				t.Errorf("what the server said is not in it: %x", got)
			}
			if !test.widened {
				if len(got) != len(test.in) {
					t.Errorf("changed to %x", got)
				}
				return
			}
			if low, ok := lowest(got); !ok || low != (semVer{2, 0, 0}) {
				t.Errorf("got %v, %v", low, ok)
			}
			if again := widen(got); !bytes.Equal(again, got) {
				t.Errorf("widened again: %x", again)
			}
		})
	}
}

func FuzzWiden(f *testing.F) {
	f.Add(capabilities(version(2, 1), version(2, 12)))
	f.Add(capabilities(version(2), version(2, 12)))
	f.Fuzz(func(t *testing.T, in []byte) {
		got := widen(in)
		if !bytes.HasPrefix(got, in) {
			t.Errorf("%x: what the server said is not in it: %x", in, got)
		}
		if again := widen(got); !bytes.Equal(again, got) {
			t.Errorf("%x: widened twice: %x", in, again)
		}
	})
}
