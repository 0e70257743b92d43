package remotecache

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// helper is a program that tells headers, of EngFlow's specification of
// credential helpers, version 1, which is that of Bazel's --credential_helper.
type helper struct {
	program string
	// dir is where it runs.
	dir string
	// uri is what it is asked for.
	uri     string
	timeout time.Duration
}

// answer is what a helper tells.
type answer struct {
	headers []Header
	// expires is when it must be asked again; zero for never.
	expires time.Time
}

// helperTimeout is Bazel's for its helpers. helperExit is how long one that has
// ended, or was killed, may leave its output open: to programs that it began.
const (
	helperTimeout = 10 * time.Second
	helperExit    = time.Second
)

// workspace is the workspace's folder, as in Bazel's rc files.
const workspace = "%workspace%"

func newHelper(uri string, o Options) (*helper, error) {
	h := &helper{program: o.CredentialHelper, uri: uri, timeout: helperTimeout}
	if o.Getenv != nil {
		h.dir = o.Getenv("BUILD_WORKSPACE_DIRECTORY")
	}
	if rest, ok := strings.CutPrefix(h.program, workspace+"/"); ok {
		if h.dir == "" {
			return nil, h.fail("%s is known under bazel run alone (BUILD_WORKSPACE_DIRECTORY): give the path of the program", workspace)
		}
		h.program = filepath.Join(h.dir, rest)
	}
	return h, nil
}

// HelperError says that the credential helper failed.
type HelperError struct{ Helper, Why string }

func (e *HelperError) Error() string {
	return fmt.Sprintf("the credential helper %s: %.500s", e.Helper, e.Why)
}

func (h *helper) fail(format string, args ...any) error {
	return &HelperError{h.program, strings.TrimSuffix(fmt.Sprintf(format, args...), ": ")}
}

// ask runs the helper: it reads a JSON object with the address, and writes one
// with headers. What it writes is in no message.
func (h *helper) ask(ctx context.Context) (answer, error) {
	limited, cancel := context.WithTimeout(ctx, h.timeout)
	defer cancel()
	question, err := json.Marshal(map[string]string{"uri": h.uri})
	if err != nil {
		return answer{}, err
	}
	var stdout, stderr output
	cmd := exec.CommandContext(limited, h.program, "get")
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = h.dir, bytes.NewReader(question), &stdout, &stderr
	cmd.WaitDelay = helperExit
	// A helper may leave a program behind that keeps the output open.
	if err := cmd.Run(); err != nil && !errors.Is(err, exec.ErrWaitDelay) {
		said := bytes.TrimSpace(stderr.kept)
		switch {
		case ctx.Err() != nil:
			return answer{}, context.Cause(ctx)
		case limited.Err() != nil:
			return answer{}, h.fail("get: no answer for %s: %s", h.timeout, said)
		}
		return answer{}, h.fail("get: %v: %s", err, said)
	}
	return h.parse(stdout.kept)
}

func (h *helper) parse(text []byte) (answer, error) {
	var told struct {
		Headers map[string][]string `json:"headers"`
		Expires time.Time           `json:"expires"`
	}
	if err := json.Unmarshal(text, &told); err != nil {
		return answer{}, h.fail(`get: it does not answer with {"headers": {"NAME": ["VALUE"]}}`)
	}
	a := answer{expires: told.Expires}
	for _, name := range slices.Sorted(maps.Keys(told.Headers)) {
		for _, value := range told.Headers[name] {
			a.headers = append(a.headers, Header{name, value})
		}
	}
	return a, nil
}

// maxOutput is more than any headers that a server takes.
const maxOutput = 1 << 20

// output keeps the first bytes of what a program writes.
type output struct{ kept []byte }

func (o *output) Write(p []byte) (int, error) {
	o.kept = append(o.kept, p[:min(len(p), maxOutput-len(o.kept))]...)
	return len(p), nil
}
