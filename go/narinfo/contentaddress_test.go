package narinfo

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/nar"
	"github.com/rules-strata/rules_strata/go/store"
)

// narOf makes the NAR of a file.
func narOf(t *testing.T, content string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := nar.NewWriter(&b)
	if err := w.WriteHeader(nar.Entry{Type: nar.Regular, Size: int64(len(content))}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// treeNAR is the NAR of the tree of testdata/make.sh.
func treeNAR(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := nar.NewWriter(&b)
	for _, e := range []nar.Entry{{Type: nar.Directory}, {Path: "data", Type: nar.Regular, Size: 5}, {Path: "link", Type: nar.Symlink, Target: "data"}} {
		if err := w.WriteHeader(e); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte("data\n")[:e.Size]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestContentAddressesOfNix: the store paths, and the contents, that Nix made.
func TestContentAddressesOfNix(t *testing.T) {
	self := info(t, "self")
	selfContent := string(self.StorePath) + " and " + string(self.StorePath) + "\n"
	other := info(t, "self-with-references")
	otherContent := string(other.References[1]) + "\n" + string(other.StorePath) + "\n"
	for _, test := range []struct {
		name, content string
		// left is what remains to be checked.
		left string
	}{
		{"text", "text\n", "file"},
		{"text-with-references", txtPath + "\n", "file"},
		{"self", selfContent, "nar"},
		{"self-with-references", otherContent, "nar"},
		{"flat-md5", "file\n", "file"},
		{"flat-sha1", "file\n", "file"},
		{"flat-sha256", "file\n", "file"},
		{"flat-sha512", "file\n", "file"},
		{"recursive-md5", "", "nar"},
		{"recursive-sha1", "", "nar"},
		{"recursive-sha256", "", ""},
		{"recursive-sha512", "", "nar"},
	} {
		t.Run(test.name, func(t *testing.T) {
			n := info(t, test.name)
			archive := treeNAR(t)
			if test.content != "" {
				archive = narOf(t, test.content)
			}
			if sha256.Sum256(archive) != n.NARHash || int64(len(archive)) != n.NARSize {
				t.Fatal("the test has another content than Nix")
			}
			written := map[string][]byte{"file": []byte(test.content), "nar": archive}[test.left]
			check, err := n.Trust(nil)
			if err != nil || (check != nil) != (written != nil) {
				t.Fatalf("got %v, %v", check, err)
			}
			if check == nil {
				return
			}
			if check.OfFile != (test.left == "file") {
				t.Errorf("OfFile is %t", check.OfFile)
			}
			if err := checked(n, written); err != nil {
				t.Error(err)
			}
			wantError(t, checked(n, append(slices.Clone(written), 0)), string(n.StorePath)+": the content is not the one of its content address \""+n.ContentAddress+"\": its hash is ")
		})
	}
}

// checked runs the check of a narinfo on content, some bytes at a time.
func checked(n *NARInfo, content []byte) error {
	check, err := n.Trust(nil)
	if err != nil {
		return err
	}
	for chunk := range slices.Chunk(content, 7) {
		if _, err := check.Write(chunk); err != nil {
			return err
		}
	}
	return check.Verify()
}

// TestContentAddressErrors: neither keys nor signatures help.
func TestContentAddressErrors(t *testing.T) {
	const zeros = "0000000000000000000000000000000000000000000000000000"
	for _, test := range []struct {
		name, fixture string
		change        func(*NARInfo)
		want          string
	}{
		{"another address", "text", func(n *NARInfo) { n.ContentAddress = "text:sha256:" + zeros }, "-text: the content address \"text:sha256:" + zeros + "\" with 0 references makes another store path, /nix/store/"},
		{"another method", "text", func(n *NARInfo) { n.ContentAddress = "fixed:" + n.ContentAddress[len("text:"):] }, "makes another store path"},
		{"another path", "flat-sha1", func(n *NARInfo) { n.StorePath = libPath }, libPath + ": the content address"},
		{"another name", "recursive-sha256", func(n *NARInfo) { n.StorePath += "x" }, "makes another store path"},
		{"another store directory", "recursive-sha256", func(n *NARInfo) { n.StorePath = "/opt" + n.StorePath[len("/nix"):] }, "makes another store path, /opt/store/"},
		{"another NAR hash", "recursive-sha256", func(n *NARInfo) { n.NARHash = Hash{} }, "NAR hash is sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=, the content address has sha256-"},
		{"other references", "text-with-references", func(n *NARInfo) { n.References[0] = libPath }, "with 1 references makes another store path"},
		{"no references", "self-with-references", func(n *NARInfo) { n.References = n.References[:1] }, "with 1 references makes another store path"},
		{"no reference to itself", "self-with-references", func(n *NARInfo) { n.References = n.References[1:] }, "makes another store path"},
		{"text with itself", "text", func(n *NARInfo) { n.References = []store.Path{n.StorePath} }, "an object of this kind cannot refer to itself"},
		{"file with references", "flat-sha256", func(n *NARInfo) { n.References = []store.Path{txtPath} }, "an object of this kind cannot have references"},
		{"file with itself", "flat-sha256", func(n *NARInfo) { n.References = []store.Path{n.StorePath} }, "an object of this kind cannot have references"},
		{"NAR by SHA-1 with references", "recursive-sha1", func(n *NARInfo) { n.References = []store.Path{txtPath} }, "an object of this kind cannot have references"},
		{"hash that is none", "text", func(n *NARInfo) { n.ContentAddress = "text:sha256:x" }, `content address "text:sha256:x": want 52 characters of base32`},
	} {
		t.Run(test.name, func(t *testing.T) {
			n := info(t, test.fixture)
			test.change(n)
			_, err := n.Trust([]PublicKey{key(t, "one-1")})
			wantError(t, err, test.want)
			if errors.Is(err, ErrUnsupported) {
				t.Error("it should be supported")
			}
		})
	}
}

// TestUnsupportedContentAddress: kinds that are not known need a signature.
func TestUnsupportedContentAddress(t *testing.T) {
	for _, address := range []string{"fixed:git:sha1:x", "text:sha1:x", "fixed:blake3:x", "fixed:r:sha256", "fixed:", "text:", "x", strings.Repeat("x", 1000)} {
		n := info(t, "lib")
		n.ContentAddress = address
		if check, err := n.Trust([]PublicKey{key(t, "one-1")}); check != nil || err != nil {
			t.Errorf("%s: signed, but got %v, %v", address, check, err)
		}
		n.Signatures = nil
		_, err := n.Trust([]PublicKey{key(t, "one-1")})
		wantError(t, err, libPath+": content address \"", "\": of a kind that is not supported: want fixed:r:sha256:<base32>, fixed:sha256:<base32> or text:sha256:<base32>; and ", libPath+": not signed, trusted are \"one-1\"")
	}
}

// TestContentAddressInBase16: a hash may be written as Nix reads hashes.
func TestContentAddressInBase16(t *testing.T) {
	n := info(t, "text")
	digest := sha256.Sum256([]byte("text\n"))
	n.ContentAddress = "text:sha256:" + hex.EncodeToString(digest[:])
	if err := checked(n, []byte("text\n")); err != nil {
		t.Error(err)
	}
}
