package daemon

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// The versions of the API that this client was written for. A daemon's own
// version is used if it lies between them, the newest if the daemon is newer:
// daemons go on answering older versions.
const (
	oldestVersion = "1.24"
	newestVersion = "1.51"
)

// Ping asks the daemon whether it is there, and returns the API version that
// the other calls will use, "1.51". They call it themselves when they need to.
//
// The error is a *NotRunningError, a *PermissionError or a *VersionError, or
// another one if something answers that is not a Docker daemon.
func (c *Client) Ping(ctx context.Context) (version string, err error) {
	ctx, cancel := c.brief(ctx)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url("", "/_ping", nil), nil)
	if err != nil {
		return "", err
	}
	setHeader(req, "")
	resp, err := c.answer(c.http, req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	theirs := resp.Header.Get("Api-Version")
	if _, _, ok := parseVersion(theirs); !ok {
		return "", fmt.Errorf("docker daemon at %s: what answers there is not a Docker daemon: it names no API version", c.host)
	}
	if older(theirs, oldestVersion) {
		return "", &VersionError{
			Host: c.host, Origin: c.endpoint.Origin(),
			Reason: fmt.Sprintf("speaks API version %s, at least %s is needed", theirs, oldestVersion),
		}
	}
	version = newestVersion
	if older(theirs, newestVersion) {
		version = theirs
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.version = version
	c.podman = resp.Header.Get(podmanHeader) != ""
	return version, nil
}

// podmanHeader is in the answers of Podman's service alone.
const podmanHeader = "Libpod-Api-Version"

// isPodman says whether it is Podman that speaks Docker's API.
func (c *Client) isPodman(ctx context.Context) (bool, error) {
	if _, err := c.apiVersion(ctx); err != nil {
		return false, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.podman, nil
}

func (c *Client) apiVersion(ctx context.Context) (string, error) {
	c.mu.Lock()
	version := c.version
	c.mu.Unlock()
	if version != "" {
		return version, nil
	}
	return c.Ping(ctx)
}

// older compares two versions that parseVersion takes.
func older(a, b string) bool {
	aMajor, aMinor, _ := parseVersion(a)
	bMajor, bMinor, _ := parseVersion(b)
	return aMajor < bMajor || aMajor == bMajor && aMinor < bMinor
}

func parseVersion(s string) (major, minor int, ok bool) {
	first, second, found := strings.Cut(s, ".")
	major, err1 := strconv.Atoi(first)
	minor, err2 := strconv.Atoi(second)
	return major, minor, found && err1 == nil && err2 == nil
}
