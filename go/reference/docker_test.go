package reference_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	docker "github.com/distribution/reference"

	"github.com/rules-strata/rules_strata/go/reference"
)

// dockers is what Docker's own package makes of a name, and whether it is one.
// What that package takes besides is no name to give to an image: one with two
// tags or with a digest, and a first part that is a registry only because it
// has a capital letter.
func dockers(text string) (full, familiar string, ok bool) {
	repository, tag, tagged := reference.Cut(text)
	if !tagged {
		tag = reference.DefaultTag
	}
	named, err := docker.ParseNormalizedNamed(repository)
	if err != nil || !docker.IsNameOnly(named) {
		return "", "", false
	}
	if registry := docker.Domain(named); registry != "localhost" && !strings.ContainsAny(registry, ".:") {
		return "", "", false
	}
	whole, err := docker.WithTag(named, tag)
	if err != nil {
		return "", "", false
	}
	return whole.String(), docker.FamiliarString(whole), true
}

// compare makes sure that Docker's own package takes and refuses a name as
// Parse does.
func compare(t *testing.T, text string) (taken bool) {
	t.Helper()
	full, familiar, ok := dockers(text)
	n, err := reference.Parse(text)
	switch {
	case ok != (err == nil):
		t.Errorf("%q: Docker takes it: %v; ours: %v", text, ok, err)
	case ok && (n.Full() != full || n.Docker() != familiar):
		t.Errorf("%q: %s and %s, Docker has %s and %s", text, n.Full(), n.Docker(), full, familiar)
	}
	return ok
}

// TestLikeDocker compares names of pieces that mean something.
func TestLikeDocker(t *testing.T) {
	pieces := []string{
		"a", "b1", "0", "Z", "A", "abc", ".", "..", "_", "__", "___", "-", "--", "/", "/", "/", ":", ":", ":80", "@", "[", "]", "[::1]", "[::1]:5000",
		"localhost", "docker.io", "index.docker.io", "library", "library/", "x.y", "X.y", "x-.y", "latest", ":v1", "sha256:", strings.Repeat("f", 64),
		strings.Repeat("n", 127), strings.Repeat("n", 120), "ü", "\xff", " ", "\n", "https://", "%",
	}
	random := rand.New(rand.NewPCG(1, 2))
	taken := 0
	const names = 50_000
	for range names {
		var text strings.Builder
		for range 1 + random.IntN(7) {
			text.WriteString(pieces[random.IntN(len(pieces))])
		}
		if compare(t, text.String()) {
			taken++
		}
		if t.Failed() {
			return
		}
	}
	if taken < names/50 {
		t.Errorf("only %d of %d were names", taken, names)
	}
}

// TestEveryByte puts every byte into every place of a name.
func TestEveryByte(t *testing.T) {
	for _, name := range []string{"a", "ab.c", "reg.io:50/aa/b-c:v1", "localhost/a", "[a::1]:5/a", "index.docker.io/a_b/c__d"} {
		for at := range len(name) + 1 {
			for c := range 256 {
				compare(t, name[:at]+string([]byte{byte(c)})+name[at:])
				if at < len(name) {
					compare(t, name[:at]+string([]byte{byte(c)})+name[at+1:])
				}
			}
		}
	}
}

// TestLengths compares names about as long as they may be.
func TestLengths(t *testing.T) {
	for _, before := range []string{"", "me/", "docker.io/", "docker.io/library/", "index.docker.io/", "docker.io/me/", "x.y/", "x.y/me/", "localhost/"} {
		for n := 230; n < 270; n++ {
			compare(t, before+strings.Repeat("n", n))
			compare(t, before+"n:"+strings.Repeat("v", n-120))
		}
		for n := 62; n < 67; n++ {
			for _, digit := range []string{"f", "0", "F", "g"} {
				compare(t, before+strings.Repeat(digit, n))
			}
		}
	}
}
