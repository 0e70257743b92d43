package remotecache

import (
	"errors"
	"fmt"
	"time"

	"github.com/rules-strata/rules_strata/go/cas"
	"github.com/rules-strata/rules_strata/go/netretry"
)

// NotFoundError says that a cache does not have a blob.
type NotFoundError struct {
	Cache  string
	Digest cas.Digest
}

func (e *NotFoundError) Error() string {
	return fmt.Sprintf("the remote cache %s does not have the blob %s: it has removed it since, or it is not the cache of the build: "+
		"build the image again with --remote_download_outputs=all, or on a machine that uploads to this cache", e.Cache, e.Digest)
}

// AccessError says that a cache wants other credentials.
type AccessError struct {
	Cache string
	// Answer is what the cache said.
	Answer string
}

func (e *AccessError) Error() string {
	return fmt.Sprintf("the remote cache %s refuses access: %.300s: give the headers that Bazel gives (STRATA_REMOTE_HEADERS or --remote-header NAME=VALUE), "+
		"or its --credential-helper", e.Cache, e.Answer)
}

// AnswerError is an answer that a cache does not give.
type AnswerError struct{ Cache, Answer string }

func (e *AnswerError) Error() string {
	return fmt.Sprintf("the remote cache %s answers %.300s: is it the address of Bazel's --remote_cache?", e.Cache, e.Answer)
}

// MismatchError says that a cache has other bytes than those of a digest.
type MismatchError struct {
	Cache  string
	Digest cas.Digest
	// Has is what it has: "the hash ...", "5 bytes".
	Has string
}

func (e *MismatchError) Error() string {
	return fmt.Sprintf("digest mismatch: the remote cache %s has something else under %s: it has %s: remove the blob there, and build again",
		e.Cache, e.Digest, e.Has)
}

// shorter is for a cache that has nothing at an offset.
func shorter(cache string, d cas.Digest, offset int64) error {
	return &MismatchError{cache, d, fmt.Sprintf("at most %d bytes", offset)}
}

// UnreachableError says that a cache could not be asked, or not to the end.
type UnreachableError struct {
	Cache  string
	Digest cas.Digest
	Tries  int
	Err    error
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("read %s from the remote cache %s: %v (tried %d times): is STRATA_REMOTE_CACHE or --remote-cache right?",
		e.Digest, e.Cache, e.Err, e.Tries)
}

// Unwrap is the last attempt's error.
func (e *UnreachableError) Unwrap() error { return e.Err }

// retryLaterError is a refusal that says when to come back.
type retryLaterError struct {
	answer string
	After  time.Duration
}

func (e *retryLaterError) Error() string { return e.answer }

// permanent are the errors that another try would meet again.
func permanent(err error) bool {
	var (
		notFound *NotFoundError
		access   *AccessError
		answer   *AnswerError
		mismatch *MismatchError
		helper   *HelperError
	)
	return errors.As(err, &notFound) || errors.As(err, &access) || errors.As(err, &answer) || errors.As(err, &mismatch) ||
		errors.As(err, &helper) || netretry.IsPermanent(err)
}
