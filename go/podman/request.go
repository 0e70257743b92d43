package podman

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/rules-strata/rules_strata/go/daemon"
	"github.com/rules-strata/rules_strata/go/endpoint"
)

const (
	// apiPath is what the paths of the libpod API begin with.
	apiPath = "/v4.0.0/libpod"
	// oldestMajor is the oldest major version of the API that does.
	oldestMajor = 4
	// answerTimeout is how long a service may take to answer a question that
	// needs no work. Each question reads the list of all images.
	answerTimeout = time.Minute
	// pingTimeout is how long it may take to answer a ping. systemd may have to
	// start it first.
	pingTimeout = 30 * time.Second
	// maxAnswer bounds the answers that are read, in bytes. An image takes some
	// 600 in a list of images.
	maxAnswer = 64 << 20
)

// VersionError says that what listens is a Podman that is too old, or none.
type VersionError struct {
	// Service is the engine as text, "Podman at unix:///run/podman/podman.sock".
	Service string
	// Origin says what asked for it, "from CONTAINER_HOST". It may be empty.
	Origin string
	// Version is the version of the libpod API, empty if it has none.
	Version string
}

func (e *VersionError) Error() string {
	at := e.Service
	if e.Origin != "" {
		at += " (" + e.Origin + ")"
	}
	if e.Version == "" {
		return at + ": what listens there is not a Podman service: set CONTAINER_HOST to an address that `podman system connection list` shows"
	}
	return fmt.Sprintf("%s speaks version %s of the libpod API, at least %d.0 is needed: upgrade Podman, or let the podman command do it: `-- stream | podman load`",
		at, e.Version, oldestMajor)
}

// send makes a request and returns the answer if it is a success.
func (e *Engine) send(ctx context.Context, method, path string, query url.Values, body io.Reader) (*http.Response, error) {
	call := url.URL{Path: apiPath + path, RawQuery: query.Encode()}
	req, err := http.NewRequestWithContext(ctx, method, e.endpoint.BaseURL()+call.String(), body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", "rules_strata")
	if body != nil {
		req.Header.Set("Content-Type", "application/x-tar")
	}
	resp, err := e.http.Do(req)
	if err != nil {
		return nil, e.explain(err)
	}
	err = e.checkVersion(resp.Header)
	if err == nil && (resp.StatusCode < 200 || resp.StatusCode > 299) {
		err = e.refusal(resp)
	}
	if err != nil {
		_ = resp.Body.Close()
		return nil, err
	}
	return resp, nil
}

// ping finds out whether a Podman service answers that is new enough.
func (e *Engine) ping(ctx context.Context) error {
	return e.callWithin(ctx, pingTimeout, http.MethodGet, "/_ping", nil, nil)
}

// call asks a question that needs no work and decodes the answer into out
// (thrown away if it is nil).
func (e *Engine) call(ctx context.Context, method, path string, query url.Values, out any) error {
	return e.callWithin(ctx, answerTimeout, method, path, query, out)
}

func (e *Engine) callWithin(ctx context.Context, limit time.Duration, method, path string, query url.Values, out any) error {
	late := e.endpoint.Stuck(fmt.Sprintf("it sent no answer for %v", limit), nil)
	ctx, cancel := context.WithTimeoutCause(ctx, limit, late)
	defer cancel()
	resp, err := e.send(ctx, method, path, query, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return e.decode(resp, out)
}

// decode reads an answer of JSON to its end.
func (e *Engine) decode(resp *http.Response, out any) error {
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if stuck := endpoint.Explain(err); stuck != nil {
		return stuck
	}
	if err != nil {
		return fmt.Errorf("%v: its answer was cut off: %w", e, err)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("%v: its answer is not the JSON that was expected: %w", e, err)
	}
	return nil
}

// checkVersion looks for the libpod API's version, which is in every answer.
func (e *Engine) checkVersion(h http.Header) error {
	version := h.Get("Libpod-Api-Version")
	major, _, _ := strings.Cut(version, ".")
	if n, err := strconv.Atoi(major); err != nil || n < oldestMajor {
		return &VersionError{Service: e.String(), Origin: e.endpoint.Origin(), Version: version}
	}
	return nil
}

// refusal is the error that an unsuccessful answer holds, a *daemon.APIError.
func (e *Engine) refusal(resp *http.Response) error {
	data, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	var body struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(data, &body) != nil || body.Message == "" {
		body.Message = strings.TrimSpace(string(data))
	}
	if body.Message == "" {
		body.Message = resp.Status
	}
	return fmt.Errorf("%v: %w", e, &daemon.APIError{Status: resp.StatusCode, Message: reason(body.Message)})
}

// explain is the error of package endpoint that is in err, if there is one, and
// says otherwise which service it is about.
func (e *Engine) explain(err error) error {
	if known := endpoint.Explain(err); known != nil {
		return known
	}
	// The URL that net/http puts into the message is made up.
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%v: it closed the connection instead of answering: %w", e, err)
	}
	return fmt.Errorf("%v: %w", e, err)
}
