package registry

import (
	"fmt"
	"net/http"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// AbsentError says that a registry answered 404 when it was asked for a
// manifest: it does not have it, nor perhaps its repository, or keeps that from
// this login.
type AbsentError struct {
	Registry    string
	URL         string
	Credentials string // where they came from, or where there are none
	// Code is the registry's own, such as MANIFEST_UNKNOWN, or 404 Not Found:
	// OCI distribution specification, "Error Codes".
	Code string
	Err  *transport.Error
}

func (e *AbsentError) Error() string {
	return fmt.Sprintf("the registry %s does not have this image (%s: %s): check name, tag and digest; "+
		"some registries say so too of what only a login may see (credentials: %s): docker login %s",
		e.Registry, e.URL, e.Code, e.Credentials, e.Registry)
}

// Unwrap is the registry's own answer.
func (e *AbsentError) Unwrap() error { return e.Err }

// absent is the error of a 404 for a manifest, nil for another one.
func (s *session) absent(answer *transport.Error) error {
	if answer.Request == nil || answer.Request.Method != http.MethodGet && answer.Request.Method != http.MethodHead {
		return nil
	}
	if _, ok := isManifest(answer.Request.URL.Path); !ok {
		return nil
	}
	code := fmt.Sprintf("%d %s", answer.StatusCode, http.StatusText(answer.StatusCode))
	if len(answer.Errors) > 0 {
		code = string(answer.Errors[0].Code)
	}
	return &AbsentError{
		Registry: s.registry(), URL: withoutQuery(answer.Request.URL), Credentials: s.source, Code: code, Err: answer,
	}
}
