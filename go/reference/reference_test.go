package reference_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/reference"
)

func ExampleName() {
	name, _ := reference.Parse("hello")
	fmt.Println(name)
	fmt.Println(name.Docker())
	fmt.Println(name.Podman())
	fmt.Println(name.Full())
	// Output:
	// hello:latest
	// hello:latest
	// localhost/hello:latest
	// docker.io/library/hello:latest
}

func TestParse(t *testing.T) {
	hub := func(name string) string { return "docker.io/" + name }
	for _, test := range []struct{ text, written, docker, podman, full string }{
		{"hello", "hello:latest", "hello:latest", "localhost/hello:latest", hub("library/hello:latest")},
		{"hello:1", "hello:1", "hello:1", "localhost/hello:1", hub("library/hello:1")},
		{"a:1", "a:1", "a:1", "localhost/a:1", hub("library/a:1")},
		{"me/hello:1", "me/hello:1", "me/hello:1", "localhost/me/hello:1", hub("me/hello:1")},
		{"a/b/c", "a/b/c:latest", "a/b/c:latest", "localhost/a/b/c:latest", hub("a/b/c:latest")},
		{"library/hello:1", "library/hello:1", "hello:1", "localhost/library/hello:1", hub("library/hello:1")},
		{"docker.io/hello", "docker.io/hello:latest", "hello:latest", hub("library/hello:latest"), hub("library/hello:latest")},
		{"docker.io/library/hello:1", "docker.io/library/hello:1", "hello:1", hub("library/hello:1"), hub("library/hello:1")},
		{"docker.io/me/hello:1", "docker.io/me/hello:1", "me/hello:1", hub("me/hello:1"), hub("me/hello:1")},
		{"index.docker.io/hello:1", "index.docker.io/hello:1", "hello:1", hub("library/hello:1"), hub("library/hello:1")},
		{"index.docker.io/me/hello:1", "index.docker.io/me/hello:1", "me/hello:1", hub("me/hello:1"), hub("me/hello:1")},
		{"localhost/hello:1", "localhost/hello:1", "localhost/hello:1", "localhost/hello:1", "localhost/hello:1"},
		{"localhost:5000/a/b", "localhost:5000/a/b:latest", "localhost:5000/a/b:latest", "localhost:5000/a/b:latest", "localhost:5000/a/b:latest"},
		{"127.0.0.1:5000/a__b/c-d.e:V_1.2-x", "127.0.0.1:5000/a__b/c-d.e:V_1.2-x", "127.0.0.1:5000/a__b/c-d.e:V_1.2-x", "127.0.0.1:5000/a__b/c-d.e:V_1.2-x", "127.0.0.1:5000/a__b/c-d.e:V_1.2-x"},
		{"[::1]:5000/a:1", "[::1]:5000/a:1", "[::1]:5000/a:1", "[::1]:5000/a:1", "[::1]:5000/a:1"},
		{"ghcr.io/me/hello:v1.2", "ghcr.io/me/hello:v1.2", "ghcr.io/me/hello:v1.2", "ghcr.io/me/hello:v1.2", "ghcr.io/me/hello:v1.2"},
		{"Registry.Example/a__b.c--d_e:1", "Registry.Example/a__b.c--d_e:1", "Registry.Example/a__b.c--d_e:1", "Registry.Example/a__b.c--d_e:1", "Registry.Example/a__b.c--d_e:1"},
		{"localhost.test/hello", "localhost.test/hello:latest", "localhost.test/hello:latest", "localhost.test/hello:latest", "localhost.test/hello:latest"},
	} {
		t.Run(test.text, func(t *testing.T) {
			n, err := reference.Parse(test.text)
			if err != nil {
				t.Fatal(err)
			}
			for _, form := range []struct{ what, got, want string }{
				{"as written", n.String(), test.written},
				{"Docker's", n.Docker(), test.docker},
				{"Podman's", n.Podman(), test.podman},
				{"full", n.Full(), test.full},
				{"in parts", n.Repository() + ":" + n.Tag(), test.written},
			} {
				if form.got != form.want {
					t.Errorf("%s: %s, want %s", form.what, form.got, form.want)
				}
			}
		})
	}
}

func TestParseErrors(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", "a part of the name is empty"},
		{":v1", "a part of the name is empty"},
		{"a//b:v1", "a part of the name is empty"},
		{"a/b/", "a part of the name is empty"},
		{"registry.example/", "a part of the name is empty"},
		{"hello:", "the tag is empty"},
		{"UPPER/x", `"UPPER" has capital letters, which are not possible: write "upper"`},
		{"registry.example/Hello:v1", `"Hello" has capital letters`},
		{"-a:v1", `"-a" does not begin with a letter or a digit`},
		{"ü:v1", `"ü" does not begin with a letter or a digit`},
		{"a-:v1", `"a-": want small letters and digits`},
		{"a..b:v1", `"a..b": want small letters and digits`},
		{"a___b", `"a___b": want small letters and digits`},
		{"a b:v1", `"a b": want small letters and digits`},
		{"regi stry.x/a:v1", `"regi stry.x" is not a registry`},
		{"x.y:port/a:v1", `"x.y:port" is not a registry`},
		{"-x.y/a", `"-x.y" is not a registry: want a host, or host:port`},
		{"x.y-/a", `"x.y-" is not a registry`},
		{"x..y/a", `"x..y" is not a registry`},
		{"x.y:/a", `"x.y:" is not a registry`},
		{"[::1/a", `"[::1" is not a registry`},
		{"[]/a.b", `"[]" does not begin with a letter or a digit`},
		{"[]:1/a", `"[]:1" is not a registry`},
		{"https://x.y/a", `it begins with "https://": leave that out`},
		{"hello:-v1", `the tag "-v1": want letters, digits`},
		{"hello:v 1", `the tag "v 1"`},
		{"hello:" + strings.Repeat("t", 129), "the tag has 129 characters, at most 128 are possible"},
		{strings.Repeat("n", 256), "the name has 256 characters, at most 255 are possible"},
		{strings.Repeat("n", 248), "the name has 248 characters and library/ before it, at most 255 in all are possible"},
		{"registry.example/" + strings.Repeat("n", 256), "the name has 256 characters"},
		{"docker.io/" + strings.Repeat("n", 248), "the name has 248 characters and library/ before it, at most 255 in all are possible"},
		{"hello@sha256:" + strings.Repeat("a", 64), `it has a digest, which says nothing about names: write "hello"`},
		{"hello:1@sha256:" + strings.Repeat("a", 64), `it has a digest`},
		{strings.Repeat("a", 64), "it is 64 hexadecimal digits, which engines take for the ID of an image"},
	} {
		_, err := reference.Parse(test.text)
		var typed *reference.Error
		if !errors.As(err, &typed) || typed.Text != test.text || !strings.Contains(typed.Reason, test.want) ||
			!strings.Contains(err.Error(), "is not a name for an image: "+typed.Reason) {
			t.Errorf("%q: got %v, want %s", test.text, err, test.want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, test := range []struct {
		name, repository, tag string
		found                 bool
	}{
		{"hello", "hello", "", false},
		{"hello:1", "hello", "1", true},
		{"hello:", "hello", "", true},
		{"localhost:5000/hello", "localhost:5000/hello", "", false},
		{"localhost:5000/hello:1", "localhost:5000/hello", "1", true},
		{"[::1]:5000/a/b", "[::1]:5000/a/b", "", false},
		{"", "", "", false},
	} {
		if repository, tag, found := reference.Cut(test.name); repository != test.repository || tag != test.tag || found != test.found {
			t.Errorf("%s: %s, %s, %v", test.name, repository, tag, found)
		}
	}
}

func TestSplit(t *testing.T) {
	for _, test := range []struct{ name, repository, tag string }{
		{"localhost/hello:1", "localhost/hello", "1"},
		{"localhost:5000/hello:latest", "localhost:5000/hello", "latest"},
		{"<none>:<none>", "<none>", "<none>"},
		{"", "", ""},
	} {
		if repository, tag := reference.Split(test.name); repository != test.repository || tag != test.tag {
			t.Errorf("%s: %s, %s", test.name, repository, tag)
		}
	}
}

// FuzzParse: Docker's own package agrees, and a name that is taken is taken
// again in each of its forms, and means the same.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"hello", "a/b:1", "docker.io/hello", "localhost:5000/a", "[::1]:5000/a", "UPPER/x", "a@b", ":"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		compare(t, text)
		n, err := reference.Parse(text)
		if err != nil {
			return
		}
		for _, form := range []string{n.String(), n.Docker(), n.Full()} {
			again, err := reference.Parse(form)
			if err != nil || again.Full() != n.Full() {
				t.Errorf("%q: %q means %q, %v, want %q", text, form, again, err, n.Full())
			}
		}
		if again, err := reference.Parse(n.Podman()); err != nil || again.Podman() != n.Podman() || again.Full() != n.Podman() {
			t.Errorf("%q: Podman's name %q, %v", text, n.Podman(), err)
		}
	})
}
