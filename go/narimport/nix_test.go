package narimport

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/narinfo"
	"github.com/rules-strata/rules_strata/go/store"
)

// lab is a store of a real Nix and the binary caches made of it.
type lab struct {
	*testing.T
	folder string
}

// nix runs a program of Nix on the store.
func (l lab) nix(args ...string) string {
	l.Helper()
	return l.nixWith("", args...)
}

func (l lab) nixWith(stdin string, args ...string) string {
	l.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin = strings.NewReader(stdin)
	cmd.Dir = l.folder
	cmd.Env = append(os.Environ(), "HOME="+l.folder, "USER=nobody", "NIX_REMOTE=local?root="+filepath.Join(l.folder, "root"),
		"NIX_CONFIG=build-users-group =\nsandbox = false\nsubstituters =\nexperimental-features = nix-command\n")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		l.Fatalf("%q: %v\n%s%s", args, err, out, &stderr)
	}
	return string(out)
}

func (l lab) write(name, content string) {
	l.Helper()
	file := filepath.Join(l.folder, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		l.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		l.Fatal(err)
	}
}

// read gives a file of the folder.
func (l lab) read(name string) []byte {
	l.Helper()
	data, err := os.ReadFile(filepath.Join(l.folder, name))
	if err != nil {
		l.Fatal(err)
	}
	return data
}

// path runs a program of Nix that prints a store path.
func (l lab) path(args ...string) string {
	l.Helper()
	return strings.Trim(l.nix(args...), "\"\n")
}

// build puts a file into the store as if Nix had built it.
func (l lab) build(hashPart, content string, references ...string) string {
	l.Helper()
	path := "/nix/store/" + hashPart + "-built"
	content = strings.ReplaceAll(content, "SELF", path)
	l.write("root"+path, content)
	data := archive(l, "="+content)
	references = append(references, path)
	l.nixWith(fmt.Sprintf("%s\n%x\n%d\n\n%d\n%s\n", path, sha256.Sum256(data), len(data), len(references), strings.Join(references, "\n")), "nix-store", "--load-db")
	return path
}

// contentAddressed has Nix make a copy of an object that is.
func (l lab) contentAddressed(path string) string {
	l.Helper()
	var made struct{ Rewrites map[string]string }
	if err := json.Unmarshal([]byte(l.nix("nix", "store", "make-content-addressed", "--json", path)), &made); err != nil {
		l.Fatal(err)
	}
	return made.Rewrites[path]
}

// objects puts objects of every kind into the store.
func (l lab) objects() (signed, contentAddressed []string) {
	l.Helper()
	l.write("file", "file\n")
	l.write("tree/a", strings.Repeat("a", 100_000))
	l.write("tree/b/c", "")
	if err := os.Symlink("../a", filepath.Join(l.folder, "tree/b/d")); err != nil {
		l.Fatal(err)
	}
	toFile := func(content string) string {
		return l.path("nix-instantiate", "--eval", "--read-write-mode", "--strict", "--expr", `builtins.toFile "text" "`+content+`"`)
	}
	text := toFile("text")
	contentAddressed = []string{text, toFile(`${builtins.toFile "text" "text"}`), l.path("nix-store", "--add", "tree")}
	for _, algorithm := range []string{"md5", "sha1", "sha256", "sha512"} {
		contentAddressed = append(contentAddressed,
			l.path("nix-store", "--add-fixed", algorithm, "file"), l.path("nix-store", "--add-fixed", "--recursive", algorithm, "tree"))
	}
	signed = []string{
		l.build(strings.Repeat("0", 31)+"1", "SELF SELF"),
		l.build(strings.Repeat("0", 31)+"2", strings.Repeat("x", 65_500)+"SELF "+text, text),
	}
	for _, path := range signed {
		contentAddressed = append(contentAddressed, l.contentAddressed(path))
	}
	return signed, contentAddressed
}

// TestAgainstNix: what Nix puts into a cache, in every format, is let through,
// signed or content-addressed, as what Nix has in its store.
func TestAgainstNix(t *testing.T) {
	if _, err := exec.LookPath("nix-store"); err != nil {
		t.Skip("no nix-store: `BAZELW_ROOT=test ./bazelw --exec go test ./go/narimport` has it")
	}
	l := lab{t, t.TempDir()}
	signed, contentAddressed := l.objects()
	all := append(signed, contentAddressed...)
	l.nix("nix-store", "--generate-binary-cache-key", "lab-1", "secret", "public")
	key, err := narinfo.ParsePublicKey(string(l.read("public")))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range formats {
		cache := string(f)
		to := "file://" + filepath.Join(l.folder, cache) + "?compression=" + cache + "&secret-key=" + filepath.Join(l.folder, "secret")
		l.nix(append([]string{"nix", "copy", "--to", to}, all...)...)
		for i, path := range all {
			n, err := narinfo.Parse(store.DefaultDir, l.read(cache+"/"+store.Path(path).HashPart()+".narinfo"))
			if err != nil {
				t.Fatal(err)
			}
			if string(n.StorePath) != path || n.Compression != f {
				t.Errorf("%s is %s, %s", path, n.StorePath, n.Compression)
			}
			var keys []narinfo.PublicKey
			if i < len(signed) {
				keys = append(keys, key)
			}
			want := l.nix("nix-store", "--dump", filepath.Join(l.folder, "root", path))
			var out strings.Builder
			if err := Copy(&out, bytes.NewReader(l.read(cache+"/"+n.URL)), n, keys); err != nil || out.String() != want {
				t.Errorf("%s: got %d bytes, want %d, %v", cache, out.Len(), len(want), err)
			}
		}
	}
}
