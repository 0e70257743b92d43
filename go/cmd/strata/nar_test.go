package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/ulikunitz/xz"

	"github.com/rules-strata/rules_strata/go/command"
	"github.com/rules-strata/rules_strata/go/narinfo"
	"github.com/rules-strata/rules_strata/go/store"
)

// cached is an object as a binary cache has it.
type cached struct {
	nar, file string
	// flags are those of "strata nar" but the keys, the signatures and the output.
	flags               []string
	signature, key, out string
}

func newCached(t *testing.T) cached {
	t.Helper()
	data := readFile(t, smallNAR(t, "x.nar", "hello\n"))
	var packed bytes.Buffer
	w, err := xz.NewWriter(&packed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(data)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	hash := narinfo.Hash(sha256.Sum256([]byte(data)))
	private := ed25519.NewKeyFromSeed([]byte("0123456789abcdef0123456789abcdef"))
	references := []store.Path{onePath, libPath}
	fingerprint := narinfo.Fingerprint(onePath, hash, int64(len(data)), references)
	c := cached{
		nar:       data,
		file:      writeFile(t, "x.nar.xz", packed.String()),
		signature: narinfo.Signature{KeyName: "cache=1", Sig: ed25519.Sign(private, []byte(fingerprint))}.String(),
		key:       narinfo.PublicKey{Name: "cache=1", Key: private.Public().(ed25519.PublicKey)}.String(),
		out:       filepath.Join(t.TempDir(), "out.nar"),
	}
	c.flags = []string{"--store-path", onePath, "--file", c.file, "--compression", "xz", "--nar-hash", hash.SRI(), "--nar-size", strconv.Itoa(len(data)),
		"--reference", libPath, "--reference", onePath}
	return c
}

// run runs the step with more flags, of which the last ones win.
func (c cached) run(flags ...string) (status int, text string) {
	return strata(slices.Concat([]string{"nar", "--out", c.out}, c.flags, flags)...)
}

func TestNARCommand(t *testing.T) {
	c := newCached(t)
	if status, text := c.run("--signature", c.signature, "--trusted-public-key", c.key); status != 0 || text != "" {
		t.Fatalf("status %d: %s", status, text)
	}
	if readFile(t, c.out) != c.nar {
		t.Error("another NAR")
	}
}

// TestNARCommandInfo: what the import knows of the object is what the step that
// hashes it says.
func TestNARCommandInfo(t *testing.T) {
	c := newCached(t)
	info, hashed := filepath.Join(t.TempDir(), "info.json"), filepath.Join(t.TempDir(), "hashed.json")
	if status, text := c.run("--signature", c.signature, "--trusted-public-key", c.key, "--info-out", info); status != 0 {
		t.Fatalf("status %d: %s", status, text)
	}
	if status, text := strata("info", "--object", onePath+"="+c.out, "--out", hashed); status != 0 {
		t.Fatalf("status %d: %s", status, text)
	}
	if got, want := readFile(t, info), readFile(t, hashed); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestNARCommandErrors(t *testing.T) {
	c := newCached(t)
	signed := []string{"--signature=" + c.signature, "--trusted-public-key=" + c.key}
	zero := narinfo.Hash{}.SRI()
	for _, test := range []struct {
		name   string
		status int
		flags  []string
		want   string
	}{
		{"not signed", command.ExitBadInput, nil, "strata nar: " + onePath + ": not signed, and no key is trusted: sign it, and give the key"},
		{"no key", command.ExitBadInput, signed[:1], onePath + `: signed by "cache=1", and no key is trusted: give the key`},
		{"other references", command.ExitBadInput, append(signed, "--reference", otherPath), onePath + `: the signature by "cache=1" does not match`},
		{"other hash", command.ExitBadInput, append(signed, "--nar-hash", zero), "does not match"},
		{"other content address", command.ExitBadInput, append(signed, "--content-address", "fixed:r:"+narinfo.Hash{}.Nix()), onePath + ": the content address "},
		{"other compression", command.ExitBadInput, append(signed, "--compression=zstd"), onePath + ": the file is compressed with xz, want zstd"},
		{"no such file", command.ExitBadInput, append(signed, "--file", c.file+"x"), "no such file"},
		{"path that is none", command.ExitBadInput, []string{"--store-path=x"}, `"x" is not a store path`},
		{"compression that is none", command.ExitUsage, []string{"--compression=br"}, "--compression"},
		{"hash that is none", command.ExitUsage, []string{"--nar-hash=x"}, `--nar-hash: hash "x": want sha256:<base32> or sha256-<base64>`},
		{"size that is none", command.ExitUsage, []string{"--nar-size=x"}, "--nar-size"},
		{"signature that is none", command.ExitUsage, []string{"--signature=x"}, `--signature: signature "x": want <name>:<base64>`},
		{"key that is none", command.ExitUsage, []string{"--trusted-public-key=x:AAAA"}, `--trusted-public-key: public key "x": it has 3 bytes, want 32`},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, text := c.run(test.flags...)
			if status != test.status || !strings.HasPrefix(text, "strata nar: ") || !strings.Contains(text, test.want) || strings.Count(text, "\n") != 1 {
				t.Errorf("status %d: %s, want %q", status, text, test.want)
			}
			if _, err := os.Stat(c.out); err == nil {
				t.Error("an output was written")
			}
		})
	}
}
