package remotecache

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/rules-strata/rules_strata/go/cas"
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

// MismatchError says that bytes are not those of their digest.
type MismatchError struct {
	Cache  string
	Digest cas.Digest
	// Got is the hash of what came; empty where that is longer or has another
	// length.
	Got    string
	Longer bool
	// Size is how many bytes there would be, where the cache says so.
	Size int64
}

func (e *MismatchError) Error() string {
	got := "the hash " + e.Got
	switch {
	case e.Longer:
		got = "more bytes"
	case e.Got == "":
		got = fmt.Sprintf("%d bytes", e.Size)
	}
	return fmt.Sprintf("digest mismatch: the remote cache %s has something else under %s: it has %s: remove the blob there, and build again",
		e.Cache, e.Digest, got)
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
		notFound  *NotFoundError
		access    *AccessError
		answer    *AnswerError
		mismatch  *MismatchError
		helper    *HelperError
		record    tls.RecordHeaderError
		alert     tls.AlertError
		verify    *tls.CertificateVerificationError
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		dns       *net.DNSError
	)
	return errors.As(err, &notFound) || errors.As(err, &access) || errors.As(err, &answer) || errors.As(err, &mismatch) ||
		errors.As(err, &helper) || errors.As(err, &record) || errors.As(err, &alert) || errors.As(err, &verify) ||
		errors.As(err, &authority) || errors.As(err, &host) || errors.As(err, &dns) && dns.IsNotFound && !dns.IsTemporary ||
		errors.Is(err, http.ErrSchemeMismatch) || errors.Is(err, context.Canceled)
}
