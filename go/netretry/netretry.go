// Package netretry is for clients of servers that may be slow, busy or gone for
// a while: it says after which errors and answers another try can help, when
// that may be, and ends waits in which nothing happens.
package netretry

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// IsPermanent says whether an error of a connection is one that another try
// would meet again.
func IsPermanent(err error) bool {
	var (
		record    tls.RecordHeaderError
		alert     tls.AlertError
		verify    *tls.CertificateVerificationError
		authority x509.UnknownAuthorityError
		invalid   x509.CertificateInvalidError
		host      x509.HostnameError
		dns       *net.DNSError
	)
	return errors.As(err, &record) || errors.As(err, &alert) || errors.As(err, &verify) ||
		errors.As(err, &authority) || errors.As(err, &invalid) || errors.As(err, &host) ||
		errors.As(err, &dns) && dns.IsNotFound && !dns.IsTemporary ||
		errors.Is(err, http.ErrSchemeMismatch) || errors.Is(err, context.Canceled)
}

// IsBusy says whether a status of HTTP is one that may be another later.
func IsBusy(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooManyRequests:
		return true
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return false
	}
	return status >= 500
}

// maxAfter is how long a server can make its clients wait.
const maxAfter = 60 * time.Second

// After reads the header Retry-After of RFC 9110, section 10.2.3: how long to
// wait, but not longer than a minute. It is false without one.
func After(header http.Header, now time.Time) (time.Duration, bool) {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(seconds, uint64(maxAfter/time.Second))) * time.Second, true
	}
	t, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	return max(0, min(t.Sub(now), maxAfter)), true
}
