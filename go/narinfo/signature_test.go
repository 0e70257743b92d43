package narinfo

import (
	"crypto/ed25519"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/store"
)

// fixtures are the narinfos in testdata.
var fixtures = []string{
	"app", "lib", "text", "text-with-references", "self", "self-with-references",
	"flat-md5", "flat-sha1", "flat-sha256", "flat-sha512",
	"recursive-md5", "recursive-sha1", "recursive-sha256", "recursive-sha512",
}

func TestFingerprint(t *testing.T) {
	app := info(t, "app")
	want := "1;" + appPath + ";sha256:1xwmraw99vi3yj0m91fxjgpacg127fn78y4dsxc82qi3i85nc6xi;440;" + appPath + "," + txtPath + "," + libPath
	for _, references := range [][]store.Path{app.References, {libPath, appPath, txtPath}, {libPath, appPath, txtPath, libPath}} {
		if got := Fingerprint(app.StorePath, app.NARHash, app.NARSize, references); got != want {
			t.Errorf("got %s\nwant %s", got, want)
		}
	}
	if got := Fingerprint(libPath, Hash{}, 1, nil); got != "1;"+libPath+";sha256:"+strings.Repeat("0", 52)+";1;" {
		t.Errorf("no references: got %s", got)
	}
}

// TestVerifyNix: what Nix has signed is believed, with either key.
func TestVerifyNix(t *testing.T) {
	for _, name := range fixtures {
		n := info(t, name)
		for _, k := range []string{"one-1", "two-1"} {
			if err := n.verify([]PublicKey{key(t, k)}); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestTrustErrors: a narinfo in which anything that counts was changed.
func TestTrustErrors(t *testing.T) {
	one := key(t, "one-1")
	renamed := PublicKey{Name: "three-1", Key: one.Key}
	wrong := PublicKey{Name: "one-1", Key: key(t, "two-1").Key}
	const changed = ": the signature by \"one-1\" does not match: path, NAR hash, NAR size or references are not those that were signed"
	for _, test := range []struct {
		name   string
		change func(*NARInfo)
		keys   []PublicKey
		want   string
	}{
		{"references", func(n *NARInfo) { n.References = n.References[1:] }, nil, appPath + changed},
		{"more references", func(n *NARInfo) { n.References = append(n.References, libPath+"x") }, nil, appPath + changed},
		{"path", func(n *NARInfo) { n.StorePath = libPath }, nil, libPath + changed},
		{"size", func(n *NARInfo) { n.NARSize++ }, nil, appPath + changed},
		{"hash", func(n *NARInfo) { n.NARHash[31]++ }, nil, appPath + changed},
		{"signature", func(n *NARInfo) { n.Signatures[0].Sig[0]++ }, nil, appPath + changed},
		{"not signed", func(n *NARInfo) { n.Signatures = nil }, nil,
			appPath + ": not signed, trusted are \"one-1\": sign it with a trusted key, or give the key that it is signed with"},
		{"another key", func(*NARInfo) {}, []PublicKey{renamed},
			appPath + `: signed by "one-1", "two-1", trusted are "three-1": sign it with a trusted key, or give the key that it is signed with`},
		{"other keys", func(n *NARInfo) { n.Signatures = n.Signatures[1:] }, []PublicKey{renamed, one},
			appPath + `: signed by "two-1", trusted are "one-1", "three-1"`},
		{"another key of the name", func(*NARInfo) {}, []PublicKey{wrong}, appPath + changed + ", or it is another key of that name"},
		{"no keys", func(*NARInfo) {}, []PublicKey{}, appPath + `: signed by "one-1", "two-1", and no key is trusted: give the key that it is signed with`},
		{"neither keys nor signatures", func(n *NARInfo) { n.Signatures = nil }, []PublicKey{}, appPath + ": not signed, and no key is trusted: sign it, and give the key"},
	} {
		t.Run(test.name, func(t *testing.T) {
			n := info(t, "app")
			test.change(n)
			if test.keys == nil {
				test.keys = []PublicKey{one}
			}
			_, err := n.Trust(test.keys)
			wantError(t, err, test.want)
		})
	}
}

// TestOneRightSignature: others by the same name do no harm.
func TestOneRightSignature(t *testing.T) {
	n := info(t, "app")
	bad := Signature{KeyName: "one-1", Sig: make([]byte, ed25519.SignatureSize)}
	n.Signatures = append([]Signature{bad}, n.Signatures...)
	wrong := PublicKey{Name: "one-1", Key: key(t, "two-1").Key}
	if _, err := n.Trust([]PublicKey{wrong, key(t, "one-1")}); err != nil {
		t.Error(err)
	}
}

func TestManySigned(t *testing.T) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	n := info(t, "app")
	n.References = nil
	for _, name := range manyReferences(10_000) {
		n.References = append(n.References, store.Path("/nix/store/"+name))
	}
	sig := ed25519.Sign(private, []byte(Fingerprint(n.StorePath, n.NARHash, n.NARSize, n.References)))
	n.Signatures = []Signature{{KeyName: "many", Sig: sig}}
	keys := []PublicKey{{Name: "many", Key: public}}
	if _, err := n.Trust(keys); err != nil {
		t.Error(err)
	}
	n.References[5_000] = libPath
	_, err = n.Trust(keys)
	wantError(t, err, "does not match")
}

func TestParsePublicKey(t *testing.T) {
	s := fixture(t, "one-1.pub")
	k := key(t, "one-1")
	if k.Name != "one-1" || k.String() != s {
		t.Errorf("got %s, want %s", k, s)
	}
	for _, test := range []struct{ name, in, want string }{
		{"empty", "", `public key: want <name>:<base64>`},
		{"no name", ":AAAA", "want <name>:<base64>"},
		{"no key", "a-1", "want <name>:<base64>"},
		{"too short", "a-1:AAAA", `public key "a-1": it has 3 bytes, want 32`},
		{"secret key", "a-1:" + base64.StdEncoding.EncodeToString(make([]byte, ed25519.PrivateKeySize)), `public key "a-1": it is a secret one: give the public one`},
		{"not base64", "a-1:?", "illegal base64"},
		{"line end", s + "\n", "illegal"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := ParsePublicKey(test.in)
			wantError(t, err, test.want)
			if _, secret, _ := strings.Cut(test.in, ":"); len(secret) > 4 && strings.Contains(err.Error(), secret) {
				t.Errorf("the key itself is in the error: %v", err)
			}
		})
	}
}

func TestParseSignature(t *testing.T) {
	for _, s := range info(t, "app").Signatures {
		if again, err := ParseSignature(s.String()); err != nil || again.String() != s.String() {
			t.Errorf("%s: got %s, %v", s, again, err)
		}
	}
}
