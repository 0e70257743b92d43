package store

import (
	"strings"
	"testing"
)

const hash = "q8qq0c2mzh1b39dpgzjgcv9gs1xvxjvh"

func TestParsePath(t *testing.T) {
	for _, test := range []struct {
		name, dir, in, wantErr string
	}{
		{name: "plain", dir: DefaultDir, in: "/nix/store/" + hash + "-hello-2.12"},
		{name: "other store directory", dir: "/opt/store", in: "/opt/store/" + hash + "-x"},
		{name: "every name byte", dir: DefaultDir, in: "/nix/store/" + hash + "-aZ0+-._?="},
		{name: "longest name", dir: DefaultDir, in: "/nix/store/" + hash + "-" + strings.Repeat("n", 211)},
		{name: "outside", dir: DefaultDir, in: "/opt/store/" + hash + "-x", wantErr: "not in the store directory /nix/store"},
		{name: "below an object", dir: DefaultDir, in: "/nix/store/" + hash + "-x/bin", wantErr: "is not allowed in the name"},
		{name: "no name", dir: DefaultDir, in: "/nix/store/" + hash + "-", wantErr: "want <32 base32 characters>-<name>"},
		{name: "no dash", dir: DefaultDir, in: "/nix/store/" + hash + "xyz", wantErr: "want <32 base32 characters>-<name>"},
		{name: "not base32", dir: DefaultDir, in: "/nix/store/e" + hash[1:] + "-x", wantErr: "'e' is not a character of Nix's base32"},
		{name: "dot first", dir: DefaultDir, in: "/nix/store/" + hash + "-.x", wantErr: "begins with a dot"},
		{name: "name too long", dir: DefaultDir, in: "/nix/store/" + hash + "-" + strings.Repeat("n", 212), wantErr: "212 bytes, at most 211"},
		{name: "dot dot", dir: DefaultDir, in: "/nix/store/..", wantErr: "is not a store path"},
		{name: "empty", dir: DefaultDir, in: "", wantErr: "not in the store directory"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := ParsePath(test.dir, test.in)
			if test.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), test.wantErr) {
					t.Fatalf("got error %v, want one with %q", err, test.wantErr)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != test.in {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestParseAnyPath(t *testing.T) {
	p, err := ParseAnyPath("/a/b/" + hash + "-x-1")
	if err != nil {
		t.Fatal(err)
	}
	if p.Dir() != "/a/b" || p.HashPart() != hash || p.Name() != "x-1" || p.Base() != hash+"-x-1" {
		t.Errorf("got %q %q %q %q", p.Dir(), p.HashPart(), p.Name(), p.Base())
	}
	for _, bad := range []string{"", "x", hash + "-x", "/" + hash + "-x", "a/" + hash + "-x"} {
		if _, err := ParseAnyPath(bad); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
}

func TestIsPlaceholder(t *testing.T) {
	if !IsPlaceholder(strings.Repeat("e", 32)) || IsPlaceholder(hash) {
		t.Error("wrong")
	}
}
