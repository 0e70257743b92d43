package narinfo

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/decompress"
	"github.com/rules-strata/rules_strata/go/store"
)

const (
	appPath = "/nix/store/a0rqza89q74vs8k6l0yji8p7r0bqkd2j-app-1.0"
	libPath = "/nix/store/rq772kgwgd6znfzkpmhvry55665symvb-lib-1.0"
	txtPath = "/nix/store/bi21xs3k7kysc5pqqhnd7jb0gcp2g1v3-text"
)

func TestParse(t *testing.T) {
	got := info(t, "app")
	if len(got.Signatures) != 2 || got.Signatures[0].KeyName != "one-1" || got.Signatures[1].KeyName != "two-1" {
		t.Errorf("signatures: %+v", got.Signatures)
	}
	got.Signatures = nil
	want := &NARInfo{
		StorePath:   appPath,
		URL:         "nar/1br5yn4ljdsp53wflfwnwdzdmflxp6wqd3l20786i3g1ms1kd3yk.nar.xz",
		Compression: decompress.XZ,
		FileHash:    mustHash(t, "sha256:1br5yn4ljdsp53wflfwnwdzdmflxp6wqd3l20786i3g1ms1kd3yk"),
		FileSize:    284,
		NARHash:     mustHash(t, "sha256:1xwmraw99vi3yj0m91fxjgpacg127fn78y4dsxc82qi3i85nc6xi"),
		NARSize:     440,
		References:  []store.Path{appPath, txtPath, libPath},
		Deriver:     "4wrb8lw9py2rj9hw46h3fhymgw7hhd85-app-1.0.drv",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if got := info(t, "text"); got.ContentAddress != "text:sha256:0cz729xf10lrw014jj2hlbxalgdpahxbg61gdg51jnryx8dqxrmr" || got.References != nil || got.Deriver != "" {
		t.Errorf("text: %+v", got)
	}
}

func mustHash(tb testing.TB, s string) Hash {
	tb.Helper()
	h, err := ParseHash(s)
	if err != nil {
		tb.Fatal(err)
	}
	return h
}

// smallest has the fields that there must be.
const smallest = "StorePath: " + libPath + "\nURL: nar/x\nNarHash: sha256:" + abcBase32 + "\nNarSize: 120\n"

func TestParseSmallest(t *testing.T) {
	got, err := Parse(store.DefaultDir, []byte(smallest))
	if err != nil {
		t.Fatal(err)
	}
	want := &NARInfo{StorePath: libPath, URL: "nar/x", Compression: decompress.Bzip2, FileSize: -1, NARHash: mustHash(t, "sha256:"+abcBase32), NARSize: 120}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

// TestParseVariants: what caches write in more than one way.
func TestParseVariants(t *testing.T) {
	for _, test := range []struct {
		name, more string
		check      func(*NARInfo) bool
	}{
		{"no references", "References: \n", func(n *NARInfo) bool { return n.References == nil }},
		{"no references, no blank", "References:\n", func(n *NARInfo) bool { return n.References == nil }},
		{"unsorted references", "References: " + store.Path(txtPath).Base() + " " + store.Path(appPath).Base() + "\n",
			func(n *NARInfo) bool { return reflect.DeepEqual(n.References, []store.Path{appPath, txtPath}) }},
		{"unknown deriver", "Deriver: unknown-deriver\n", func(n *NARInfo) bool { return n.Deriver == "" }},
		{"system", "System: x86_64-linux\n", func(n *NARInfo) bool { return n.System == "x86_64-linux" }},
		{"unknown fields", "Future: of: things\nFuture2:\n", func(*NARInfo) bool { return true }},
		{"zstd", "Compression: zstd\n", func(n *NARInfo) bool { return n.Compression == decompress.Zstd }},
		{"compression of no name", "Compression: \n", func(n *NARInfo) bool { return n.Compression == decompress.Bzip2 }},
		{"file of SRI hash", "FileHash: sha256-" + abcBase64 + "\nFileSize: 0\n", func(n *NARInfo) bool { return n.FileHash.Hex() == abcBase16 && n.FileSize == 0 }},
		{"largest file", "FileSize: 9223372036854775807\n", func(n *NARInfo) bool { return n.FileSize == 1<<63-1 }},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Parse(store.DefaultDir, []byte(smallest+test.more))
			if err != nil || !test.check(got) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	without := func(field string) string {
		var kept string
		for line := range strings.Lines(smallest) {
			if !strings.HasPrefix(line, field+":") {
				kept += line
			}
		}
		return kept
	}
	for _, test := range []struct{ name, in, want string }{
		{"empty", "", "not a narinfo: it is empty"},
		{"blank", " \n\n", "not a narinfo: it is empty"},
		{"HTML", "<!DOCTYPE html>\n<html><title>Log in</title>", `not a narinfo but HTML (it begins with "<!DOCTYPE html>\n<htm"): is there a proxy or a login page`},
		{"HTML after a blank line", "\n <html>\n", "not a narinfo but HTML"},
		{"JSON", "{\"error\": 1}\n", `narinfo, line 1: "{\"error\": 1}" is not "<field>: <value>"`},
		{"something else", "404\n", `narinfo, line 1: "404" is not "<field>: <value>"`},
		{"compressed", "\xfd7zXZ\x00\n", "narinfo, line 1: "},
		{"too large", smallest + "X: " + strings.Repeat("x", MaxSize), "not a narinfo: it has "},
		{"no end of line", strings.TrimSuffix(smallest, "\n"), "the last line does not end: it is truncated"},
		{"empty line", smallest + "\n", `line 5: "" is not "<field>: <value>"`},
		{"no colon", smallest + "Sig\n", `line 5: "Sig" is not`},
		{"no field", smallest + ": x\n", `line 5: ": x" is not`},
		{"no blank", smallest + "System:x\n", `line 5: "System:x" is not`},
		{"long line", smallest + strings.Repeat("x", 1000) + "\n", strings.Repeat("x", 160) + "…\" is not"},
		{"line ends of Windows", strings.ReplaceAll(smallest, "\n", "\r\n"), `line 1: StorePath: the value has the control character '\r'`},
		{"zero byte", smallest + "System: \x00\n", `System: the value has the control character '\x00'`},
		{"no path", without("StorePath"), "narinfo: the field StorePath is missing"},
		{"no URL", without("URL"), "the field URL is missing"},
		{"no hash", without("NarHash"), "the field NarHash is missing"},
		{"no size", without("NarSize"), "the field NarSize is missing"},
		{"repeated field", smallest + "NarSize: 120\n", "line 5: NarSize was on line 4 already"},
		{"repeated references", smallest + "References: \nReferences: \n", "line 6: References was on line 5 already"},
		{"repeated unknown field", smallest + "X: 1\nX: 1\n", "line 6: X was on line 5 already"},
		{"other store directory", strings.Replace(smallest, "/nix/store", "/opt/store", 1), "line 1: StorePath: \"/opt/store/" + libPath[11:] + "\" is not in the store directory /nix/store"},
		{"path that is none", "StorePath: /nix/store/x\n", "line 1: StorePath: \"/nix/store/x\" is not a store path"},
		{"empty URL", "URL: \n", "line 1: URL: it is empty"},
		{"hash that is none", "NarHash: sha256:x\n", `line 1: NarHash: hash "sha256:x": want 52 characters`},
		{"hash of another algorithm", "FileHash: sha512:x\n", `line 1: FileHash: hash "sha512:x": the algorithm "sha512" is not supported`},
		{"size that is none", "NarSize: many\n", `line 1: NarSize: "many" is not a number of bytes from 0 to 9223372036854775807`},
		{"no NAR", "NarSize: 0\n", "line 1: NarSize: no NAR has 0 bytes"},
		{"size that overflows", "NarSize: 9223372036854775808\n", `line 1: NarSize: "9223372036854775808" is not a number of bytes`},
		{"file size that overflows", "FileSize: 18446744073709551616\n", `line 1: FileSize: "18446744073709551616" is not`},
		{"negative size", "NarSize: -1\n", `"-1" is not a number`},
		{"size with a sign", "NarSize: +1\n", `"+1" is not a number`},
		{"size with an underscore", "NarSize: 1_0\n", `"1_0" is not a number`},
		{"compression", "Compression: br\n", `line 1: Compression: "br" is not supported: xz, zstd, gzip, bzip2 and none are`},
		{"reference that is none", "References: x\n", `line 1: References: "/nix/store/x" is not a store path`},
		{"reference with its directory", "References: " + libPath + "\n", "line 1: References: "},
		{"reference twice", "References: " + libPath[11:] + " " + libPath[11:] + "\n", "line 1: References: " + libPath + " is repeated"},
		{"signature without a name", "Sig: x\n", `line 1: Sig: signature "x": want <name>:<base64>`},
		{"signature of another length", "Sig: x:AAAA\n", `line 1: Sig: signature "x:AAAA": it has 3 bytes, want 64`},
		{"signature that is not base64", "Sig: x:!\n", `line 1: Sig: signature "x:!": illegal base64`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse(store.DefaultDir, []byte(test.in))
			wantError(t, err, test.want)
		})
	}
}

// TestParseCut: what is left of a narinfo that was cut is not believed.
func TestParseCut(t *testing.T) {
	whole := fixture(t, "app.narinfo")
	keys := []PublicKey{key(t, "two-1")}
	for n := range len(whole) {
		got, err := Parse(store.DefaultDir, []byte(whole[:n]))
		if err != nil {
			continue
		}
		if whole[n-1] != '\n' {
			t.Errorf("cut at %d: no error", n)
		}
		if _, err := got.Trust(keys); err == nil {
			t.Errorf("cut at %d: trusted", n)
		}
	}
}

// manyReferences gives references in reverse order, as they stand in a narinfo.
func manyReferences(n int) []string {
	var names []string
	for i := n; i > 0; i-- {
		names = append(names, fmt.Sprintf("%032d-reference", i))
	}
	return names
}

func TestManyReferences(t *testing.T) {
	got, err := Parse(store.DefaultDir, []byte(smallest+"References: "+strings.Join(manyReferences(10_000), " ")+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.References) != 10_000 || got.References[0] != "/nix/store/00000000000000000000000000000001-reference" {
		t.Errorf("%d references, the first is %s", len(got.References), got.References[0])
	}
	if n := strings.Count(Fingerprint(got.StorePath, got.NARHash, got.NARSize, got.References), ","); n != 9_999 {
		t.Errorf("%d commas", n)
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"app", "self-with-references", "flat-md5", "recursive-sha512"} {
		f.Add([]byte(fixture(f, name+".narinfo")))
	}
	f.Add([]byte(smallest))
	f.Add([]byte("<html>"))
	keys := []PublicKey{key(f, "one-1"), key(f, "two-1")}
	genuine := map[store.Path]bool{}
	for _, name := range fixtures {
		genuine[info(f, name).StorePath] = true
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		n, err := Parse(store.DefaultDir, data)
		if err != nil {
			return
		}
		if _, err := store.ParsePath(store.DefaultDir, string(n.StorePath)); err != nil || n.NARSize <= 0 || n.FileSize < -1 {
			t.Fatalf("accepted %+v", n)
		}
		// Nobody can sign, or make paths of contents that are not there.
		if check, err := n.Trust(keys); err == nil && check == nil && !genuine[n.StorePath] {
			t.Fatalf("trusted %+v", n)
		}
	})
}
