package registry

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// AccessError says that a registry, or the server that gives tokens for it,
// answered 401 or 403.
type AccessError struct {
	Registry, Repository string
	Scope                string // what was asked for, "repository:NAME:pull,push"
	Credentials          string // where they came from, or where there are none
	Anonymous            bool   // no credentials were sent
	Status               int
	Err                  error
}

func (e *AccessError) Error() string {
	remedy := "use an account that may do this, or log in again: docker login " + e.Registry
	if e.Anonymous {
		remedy = "log in: docker login " + e.Registry
	}
	return fmt.Sprintf("the registry %s refuses access to the repository %s with %d %s (scope %s; credentials: %s): %s: %v",
		e.Registry, e.Repository, e.Status, http.StatusText(e.Status), e.Scope, e.Credentials, remedy, e.Err)
}

// Unwrap is the registry's own answer.
func (e *AccessError) Unwrap() error { return e.Err }

// DigestMismatchError says that bytes are not those of their digest.
type DigestMismatchError struct {
	Wanted, Got v1.Hash
	From        string // a URL, or what was read
}

func (e *DigestMismatchError) Error() string {
	return fmt.Sprintf("digest mismatch: wanted %s, got %s: %s", e.Wanted, e.Got, e.From)
}

// SizeError says that there are more or fewer bytes than a descriptor says.
type SizeError struct {
	Wanted int64
	Got    int64
	More   bool // Got is only as far as was read
	From   string
}

func (e *SizeError) Error() string {
	least := ""
	if e.More {
		least = "at least "
	}
	return fmt.Sprintf("size mismatch: the descriptor says %d bytes, there are %s%d: %s", e.Wanted, least, e.Got, e.From)
}

// explain turns an error of go-containerregistry into one that says what to
// do, and in which no secrets are.
func (s *session) explain(err error) error {
	if err == nil {
		return nil
	}
	if !isExplained(err) {
		var answer *transport.Error
		if errors.As(err, &answer) {
			switch answer.StatusCode {
			case http.StatusUnauthorized, http.StatusForbidden:
				err = &AccessError{
					Registry: s.registry(), Repository: s.repo.RepositoryStr(), Scope: strings.Join(s.scopes, " "),
					Credentials: s.source, Anonymous: s.anonymous, Status: answer.StatusCode, Err: answer,
				}
			case http.StatusNotFound:
				if absent := s.absent(answer); absent != nil {
					err = absent
				}
			}
		} else if unreachable := s.unreachable(err); unreachable != nil {
			err = unreachable
		}
	}
	var u *url.Error
	if errors.As(err, &u) {
		if parsed, e := url.Parse(u.URL); e == nil {
			u.URL = withoutQuery(parsed)
		}
	}
	// After the first line come whole answers, of token servers too.
	text, _, _ := strings.Cut(err.Error(), "\n")
	if text = s.client.secrets.scrub(text); text != err.Error() {
		return &scrubbedError{text, err}
	}
	return err
}

// isExplained is for errors that say already what to do.
func isExplained(err error) bool {
	var access *AccessError
	var absent *AbsentError
	var unreachable *UnreachableError
	return errors.As(err, &access) || errors.As(err, &absent) || errors.As(err, &unreachable)
}

// scrubbedError prints without the secrets that are in what it wraps.
type scrubbedError struct {
	text string
	err  error
}

func (e *scrubbedError) Error() string { return e.text }
func (e *scrubbedError) Unwrap() error { return e.err }
