package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/remotecache"
)

func TestRemoteHeaders(t *testing.T) {
	got, err := cacheFlags{RemoteHeader: []string{" x-key=a=b \n\nAuthorization=Bearer c\n", "empty="}}.headers()
	want := []remotecache.Header{{Name: "x-key", Value: "a=b"}, {Name: "Authorization", Value: "Bearer c"}, {Name: "empty"}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	for _, text := range []string{"secret", "=secret", "a b=secret", "a:b=secret", "a=sec\rret", "ä=secret"} {
		if got, err := (cacheFlags{RemoteHeader: []string{text}}).headers(); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
}

// TestCacheFlags: every command that makes layers has them, also the ones that
// are a program alone.
func TestCacheFlags(t *testing.T) {
	program, _ := makeImage(t)
	for _, test := range []struct {
		args []string
		said string
	}{
		{[]string{"stream", "--remote-header=secret"}, "want NAME=VALUE"},
		{[]string{"load", "--remote-header=secret"}, "want NAME=VALUE"},
		{[]string{"--remote-header=secret"}, "want NAME=VALUE"},
		{[]string{"run", "--remote-header=secret"}, "want NAME=VALUE"},
		{[]string{"push", "--remote-header=secret", "localhost:1/x"}, "want NAME=VALUE"},
		{[]string{"check", "--remote-header=secret"}, "want NAME=VALUE"},
	} {
		r := call(append([]string{program}, test.args...)...)
		if r.status == 0 || !strings.Contains(r.stderr, test.said) || strings.Contains(r.stderr, "secret") {
			t.Errorf("%q: %+v", test.args, r)
		}
	}
	if r := call(program, "stream", "--quiet", "--remote-cache=http://localhost:1"); r.status != 0 {
		t.Errorf("an image that is not lazy: %+v", r)
	}
}

// TestCacheFromEnvironment: the variables stand for the flags, which prevail.
func TestCacheFromEnvironment(t *testing.T) {
	t.Setenv("STRATA_REMOTE_HEADERS", "no header")
	program, _ := makeImage(t)
	if r := call(program, "stream", "--quiet"); r.status == 0 || !strings.Contains(r.stderr, "STRATA_REMOTE_HEADERS") {
		t.Errorf("%+v", r)
	}
	if r := call(program, "stream", "--quiet", "--remote-header=a=b"); r.status != 0 {
		t.Errorf("%+v", r)
	}
	if r := call(program, "inspect"); r.status != 0 {
		t.Errorf("a command that reads no layer: %+v", r)
	}
}
