package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/rules-strata/rules_strata/go/cas"
	"github.com/rules-strata/rules_strata/go/imagefile"
	"github.com/rules-strata/rules_strata/go/remotecache"
)

// cacheFlags say where Bazel's remote cache is, for images with lazy = True.
type cacheFlags struct {
	RemoteCache        string   `env:"STRATA_REMOTE_CACHE" placeholder:"URL" help:"For an image with lazy = True: Bazel's remote cache, as its own flag has it: http://, https://, grpc://, grpcs:// or unix:."`
	RemoteInstanceName string   `env:"STRATA_REMOTE_INSTANCE_NAME" placeholder:"NAME" help:"Bazel's --remote_instance_name."`
	RemoteHeader       []string `env:"STRATA_REMOTE_HEADERS" sep:"none" placeholder:"NAME=VALUE" help:"A header of every request to the remote cache. Repeatable; the variable has one a line."`
	CredentialHelper   string   `env:"STRATA_CREDENTIAL_HELPER" placeholder:"PROGRAM" help:"Bazel's --credential_helper, for the remote cache."`
}

// AfterApply gives the flags of the chosen command to the program's cache.
func (f cacheFlags) AfterApply(c *remoteCache) error {
	c.flags = f
	_, err := f.headers()
	return err
}

// headers reads NAME=VALUE. A value is in no message.
func (f cacheFlags) headers() ([]remotecache.Header, error) {
	var headers []remotecache.Header
	for line := range strings.SplitSeq(strings.Join(f.RemoteHeader, "\n"), "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if name = strings.TrimSpace(name); !ok || !isHeaderName(name) || strings.ContainsFunc(value, isControl) {
			return nil, errors.New("--remote-header, STRATA_REMOTE_HEADERS: want NAME=VALUE, in the variable one a line")
		}
		headers = append(headers, remotecache.Header{Name: name, Value: value})
	}
	return headers, nil
}

// isHeaderName says whether a text is a token of RFC 9110, section 5.6.2.
func isHeaderName(text string) bool {
	const signs = "!#$%&'*+-.^_`|~"
	return text != "" && !strings.ContainsFunc(text, func(c rune) bool {
		return (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && !strings.ContainsRune(signs, c)
	})
}

func isControl(c rune) bool { return c < ' ' || c == 0x7f }

// remoteCache is the cache that the flags name. It is opened when something is
// read from it.
type remoteCache struct {
	flags cacheFlags

	once   sync.Once
	client *remotecache.Client
	err    error
}

// options are how images are opened.
func (c *remoteCache) options() []imagefile.Option {
	if c.flags.RemoteCache == "" {
		return nil
	}
	return []imagefile.Option{imagefile.WithBlobs(c)}
}

// Open is that of cas.Blobs.
func (c *remoteCache) Open(ctx context.Context, d cas.Digest, offset int64) (io.ReadCloser, error) {
	c.once.Do(c.connect)
	if c.err != nil {
		return nil, c.err
	}
	return c.client.Open(ctx, d, offset)
}

// connect is called once, when the program is a lazy image's until its end.
func (c *remoteCache) connect() {
	headers, err := c.flags.headers()
	if err != nil {
		c.err = err
		return
	}
	debug.SetMemoryLimit(runtimeMemory)
	c.client, c.err = remotecache.New(c.flags.RemoteCache, remotecache.Options{
		InstanceName:     c.flags.RemoteInstanceName,
		Headers:          headers,
		CredentialHelper: c.flags.CredentialHelper,
		UserAgent:        "rules_strata",
		Getenv:           os.Getenv,
	})
	if c.err != nil {
		c.err = fmt.Errorf("--remote-cache, STRATA_REMOTE_CACHE: %w", c.err)
	}
}

// Close ends the connections, if there are any.
func (c *remoteCache) Close() error {
	if c.client == nil {
		return nil
	}
	return c.client.Close()
}
