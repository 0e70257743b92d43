package daemon

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/rules-strata/rules_strata/go/endpoint"
)

// maxAnswer bounds the answers that are read whole, in bytes.
const maxAnswer = 1 << 20

// url is the address of an API call: path begins with a slash and gets the
// version in front.
func (c *Client) url(version, path string, query url.Values) string {
	if version != "" {
		version = "/v" + version
	}
	call := url.URL{Path: version + path, RawQuery: query.Encode()}
	return c.endpoint.BaseURL() + call.String()
}

// send makes a versioned request and returns the answer if it is a success.
func (c *Client) send(ctx context.Context, by *http.Client, method, path string, query url.Values, contentType string, body io.Reader) (*http.Response, error) {
	version, err := c.apiVersion(ctx)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, method, c.url(version, path, query), body)
	if err != nil {
		return nil, err
	}
	setHeader(req, contentType)
	return c.answer(by, req)
}

func setHeader(req *http.Request, contentType string) {
	req.Header.Set("User-Agent", "rules_strata")
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
}

func (c *Client) answer(by *http.Client, req *http.Request) (*http.Response, error) {
	resp, err := by.Do(req)
	if err != nil {
		// The URL that net/http puts into the message is made up.
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return nil, c.explain(err)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		defer resp.Body.Close()
		return nil, c.refusal(resp)
	}
	return resp, nil
}

// refusal is the error that an unsuccessful answer holds.
func (c *Client) refusal(resp *http.Response) error {
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
	if resp.StatusCode == http.StatusBadRequest && strings.Contains(body.Message, "client version") {
		return &VersionError{Host: c.host, Origin: c.endpoint.Origin(), Reason: "says: " + body.Message}
	}
	refusal := &APIError{Status: resp.StatusCode, Message: body.Message}
	if refusal.Status == http.StatusBadRequest && strings.Contains(refusal.Message, "HTTP request to an HTTPS server") {
		return c.endpoint.NeedsTLS(refusal)
	}
	return fmt.Errorf("docker daemon at %s: %w", c.host, refusal)
}

// call sends in as JSON (nothing if it is nil) and decodes the answer into out
// (thrown away if it is nil).
func (c *Client) call(ctx context.Context, method, path string, query url.Values, in, out any) error {
	return c.callBy(ctx, c.http, method, path, query, in, out)
}

func (c *Client) callBy(ctx context.Context, by *http.Client, method, path string, query url.Values, in, out any) error {
	var body io.Reader
	contentType := ""
	if in != nil {
		data, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body, contentType = bytes.NewReader(data), "application/json"
	}
	resp, err := c.send(ctx, by, method, path, query, contentType, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if stuck := endpoint.Explain(err); stuck != nil {
		return stuck
	}
	if err != nil {
		return fmt.Errorf("docker daemon at %s: its answer was cut off: %w", c.host, err)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("docker daemon at %s: its answer is not the JSON that was expected: %w", c.host, err)
	}
	return nil
}
