package layer

import (
	"archive/tar"
	"bytes"
	"io"
	"testing"
)

// TestXattrs has archive/tar read extended attributes back, those of every
// byte too.
func TestXattrs(t *testing.T) {
	capability := "\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	var out bytes.Buffer
	w := NewTarWriter(&out)
	h := &Header{Name: "./a", Type: tar.TypeReg, Xattrs: map[string][]byte{"user.b": []byte("x=\n"), "security.capability": []byte(capability)}}
	if err := w.WriteHeader(h); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r := tar.NewReader(&out)
	got, err := r.Next()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"SCHILY.xattr.security.capability": capability, "SCHILY.xattr.user.b": "x=\n"} {
		if got.PAXRecords[name] != want {
			t.Errorf("%s is %q, want %q", name, got.PAXRecords[name], want)
		}
	}
	for name := range map[string]bool{"": true, "a=b": true, "a\x00": true} {
		err := NewTarWriter(io.Discard).WriteHeader(&Header{Name: "./a", Type: tar.TypeReg, Xattrs: map[string][]byte{name: nil}})
		wantError(t, err, "extended attribute")
	}
}
