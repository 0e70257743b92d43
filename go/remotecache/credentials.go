package remotecache

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// credentials are the headers of every request, some of which a helper tells.
type credentials struct {
	uri    string
	given  []Header
	helper string
	dir    string

	mu      sync.Mutex
	told    []Header
	known   bool
	expires time.Time
	renewed bool
}

func newCredentials(uri string, o Options) *credentials {
	c := &credentials{uri: uri, given: o.Headers, helper: o.CredentialHelper}
	if o.Getenv != nil {
		c.dir = o.Getenv("BUILD_WORKSPACE_DIRECTORY")
	}
	// As Bazel has it in its rc files.
	if rest, ok := strings.CutPrefix(c.helper, "%workspace%/"); ok && c.dir != "" {
		c.helper = filepath.Join(c.dir, rest)
	}
	return c
}

// headers are those of a request that is made now.
func (c *credentials) headers(ctx context.Context) ([]Header, error) {
	if c.helper == "" {
		return c.given, nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.known || !c.expires.IsZero() && time.Now().After(c.expires) {
		if err := c.ask(ctx); err != nil {
			return nil, err
		}
	}
	return slices.Concat(c.given, c.told), nil
}

// renew makes the helper be asked again, once for each answer of it that was
// good for something. Without a helper there is nothing to renew.
func (c *credentials) renew() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.helper == "" || c.renewed {
		return false
	}
	c.known, c.renewed = false, true
	return true
}

// HelperError says that the credential helper failed.
type HelperError struct{ Helper, Why string }

func (e *HelperError) Error() string {
	return fmt.Sprintf("the credential helper %s: %.500s", e.Helper, e.Why)
}

// helperTimeout is Bazel's for its helpers.
const helperTimeout = 10 * time.Second

// ask runs the helper, of the specification of EngFlow's, version 1: it reads
// a JSON object with the address, and writes one with headers. What it writes
// is in no message.
func (c *credentials) ask(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, helperTimeout)
	defer cancel()
	question, err := json.Marshal(map[string]string{"uri": c.uri})
	if err != nil {
		return err
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, c.helper, "get")
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = c.dir, bytes.NewReader(question), &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return &HelperError{c.helper, strings.TrimSpace(fmt.Sprintf("get: %v: %s", err, bytes.TrimSpace(stderr.Bytes())))}
	}
	var answer struct {
		Headers map[string][]string `json:"headers"`
		Expires time.Time           `json:"expires"`
	}
	if err := json.Unmarshal(stdout.Bytes(), &answer); err != nil {
		return &HelperError{c.helper, `get: it does not answer with {"headers": {"NAME": ["VALUE"]}}`}
	}
	c.told = nil
	for _, name := range slices.Sorted(maps.Keys(answer.Headers)) {
		for _, value := range answer.Headers[name] {
			c.told = append(c.told, Header{name, value})
		}
	}
	c.known, c.expires = true, answer.Expires
	return nil
}

// keepFromOthers takes the headers away from a request that a redirection
// sends to another host.
func (c *credentials) keepFromOthers(req *http.Request, via []*http.Request) error {
	first := via[0].URL
	if len(via) > 5 {
		return fmt.Errorf("more than %d redirections", 5)
	}
	if req.URL.Host == first.Host && req.URL.Scheme == first.Scheme {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, header := range slices.Concat(c.given, c.told) {
		req.Header.Del(header.Name)
	}
	req.Header.Del("Authorization")
	return nil
}
