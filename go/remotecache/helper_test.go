package remotecache

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// helperScript is a helper that writes what it is asked to a file and the text to
// its standard output.
func helperScript(t *testing.T, script string) (program, asked string) {
	t.Helper()
	dir := t.TempDir()
	program, asked = filepath.Join(dir, "helper"), filepath.Join(dir, "asked")
	text := fmt.Sprintf("#!/bin/sh\n{ echo \"$1\"; cat; echo; } >> %s\n%s\n", asked, script)
	// A program that begins meanwhile would have the file open for writing until
	// it is there, and as long as that no one can run it.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := os.WriteFile(program, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return program, asked
}

// counting is a helper whose answers are the headers "authorization: 1", "2"
// and so on.
func counting(t *testing.T) (program, asked string) {
	t.Helper()
	return helperScript(t, `echo "{\"headers\": {\"authorization\": [\"$(grep -c '^get$' "$(dirname "$0")/asked")\"]}}"`)
}

// timesAsked is how often a helper ran.
func timesAsked(t *testing.T, asked string) int {
	t.Helper()
	questions, err := os.ReadFile(asked)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(questions), "get\n")
}

func TestHelperFaults(t *testing.T) {
	for _, test := range []struct{ name, script, said string }{
		{"fails", "echo why >&2; exit 3", "get: exit status 3: why"},
		{"no JSON", "echo secret", "does not answer with"},
		{"not there", "", "no such file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			protocols(t, func(t *testing.T, s *server, connect func(Options) *Client) {
				d := s.add(sample(10))
				program, _ := helperScript(t, test.script)
				if test.script == "" {
					program += ".none"
				}
				_, err := connect(Options{CredentialHelper: program}).read(t.Context(), d, 0)
				var helper *HelperError
				if !errors.As(err, &helper) || !strings.Contains(err.Error(), test.said) || strings.Contains(err.Error(), "secret") {
					t.Errorf("got %v, want %q", err, test.said)
				}
				if len(s.asked()) != 0 {
					t.Error("the cache was asked without credentials")
				}
			})
		})
	}
}

// TestWorkspaceHelper: the name of Bazel's rc files for the workspace.
func TestWorkspaceHelper(t *testing.T) {
	program, _ := helperScript(t, `echo '{"headers": {}}'`)
	dir := filepath.Dir(program)
	o := Options{CredentialHelper: "%workspace%/helper", Getenv: func(name string) string {
		return map[string]string{"BUILD_WORKSPACE_DIRECTORY": dir}[name]
	}}
	c, err := newCredentials("https://x", o)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.headers(t.Context()); err != nil {
		t.Error(err)
	}
	dir = ""
	if _, err := New("grpc://x", o); !is[*HelperError](err) || !strings.Contains(err.Error(), "bazel run") {
		t.Errorf("without the workspace: got %v", err)
	}
}

// TestHelperThatHangs: the time for a helper is that for what it begins, too.
func TestHelperThatHangs(t *testing.T) {
	for name, script := range map[string]string{
		"itself":       "exec sleep 60",
		"its child":    "sleep 60",
		"writes on":    "exec yes",
		"after a word": "echo why >&2; sleep 60",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program, _ := helperScript(t, script)
			h := &helper{program: program, uri: "https://x", timeout: 100 * time.Millisecond}
			begin := time.Now()
			_, err := h.ask(t.Context())
			if !is[*HelperError](err) || !strings.Contains(err.Error(), "no answer for 100ms") {
				t.Errorf("got %v", err)
			}
			if took := time.Since(begin); took > 30*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

// TestOutput: what nobody reads is not kept.
func TestOutput(t *testing.T) {
	var o output
	for range 3 {
		if n, err := o.Write(make([]byte, maxOutput/2+1)); n != maxOutput/2+1 || err != nil {
			t.Errorf("wrote %d, %v", n, err)
		}
	}
	if len(o.kept) != maxOutput {
		t.Errorf("kept %d bytes, want %d", len(o.kept), maxOutput)
	}
}

// TestHelperLeavesAProgram: an answer is one though something that the helper
// began still has its output.
func TestHelperLeavesAProgram(t *testing.T) {
	t.Parallel()
	program, _ := helperScript(t, `echo '{"headers": {"a": ["b"]}}'; sleep 60 &`)
	h := &helper{program: program, uri: "https://x", timeout: helperTimeout}
	begin := time.Now()
	got, err := h.ask(t.Context())
	if want := []Header{{"a", "b"}}; err != nil || !slices.Equal(got.headers, want) {
		t.Errorf("got %v, %v", got.headers, err)
	}
	if took := time.Since(begin); took > 30*time.Second {
		t.Errorf("took %s", took)
	}
}

// TestHelperWaits: whoever waits for a helper that another has begun can stop.
func TestHelperWaits(t *testing.T) {
	t.Parallel()
	program, asked := helperScript(t, "exec sleep 60")
	c, err := newCredentials("https://x", Options{CredentialHelper: program})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var asking sync.WaitGroup
	for range 2 {
		asking.Go(func() {
			if _, _, err := c.headers(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want %v", err, context.Canceled)
			}
		})
	}
	for len(c.asking) == 0 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	begin := time.Now()
	asking.Wait()
	if took := time.Since(begin); took > 30*time.Second {
		t.Errorf("took %s", took)
	}
	if text, _ := os.ReadFile(asked); strings.Count(string(text), "get\n") > 1 {
		t.Errorf("the helper was asked %q", text)
	}
}

// TestExpires: an answer is used until the time that it says.
func TestExpires(t *testing.T) {
	for _, test := range []struct {
		name, expires string
		asked         int
	}{
		{"later", time.Now().Add(time.Hour).Format(time.RFC3339), 1},
		{"long ago", "2020-01-02T03:04:05Z", 3},
		{"soon, in another zone", time.Now().Add(time.Hour).In(time.FixedZone("", -11*60*60)).Format(time.RFC3339), 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			protocols(t, func(t *testing.T, s *server, connect func(Options) *Client) {
				d := s.add(sample(10))
				program, asked := helperScript(t, fmt.Sprintf(`echo '{"headers": {"x-key": ["a"]}, "expires": %q}'`, test.expires))
				c := connect(Options{CredentialHelper: program})
				for range 3 {
					if _, err := c.read(t.Context(), d, 0); err != nil {
						t.Fatal(err)
					}
				}
				if n := timesAsked(t, asked); n != test.asked {
					t.Errorf("the helper was asked %d times, want %d", n, test.asked)
				}
			})
		})
	}
}
