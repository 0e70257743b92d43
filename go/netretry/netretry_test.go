package netretry

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"testing"
	"time"
)

func TestIsPermanent(t *testing.T) {
	for _, test := range []struct {
		err  error
		want bool
	}{
		{x509.UnknownAuthorityError{}, true},
		{x509.CertificateInvalidError{Cert: new(x509.Certificate), Reason: x509.Expired}, true},
		{x509.HostnameError{Certificate: new(x509.Certificate)}, true},
		{&tls.CertificateVerificationError{Err: errors.New("x")}, true},
		{tls.RecordHeaderError{}, true},
		{tls.AlertError(42), true},
		{&net.DNSError{IsNotFound: true}, true},
		{&net.DNSError{IsNotFound: true, IsTemporary: true}, false},
		{&net.DNSError{IsTimeout: true}, false},
		{http.ErrSchemeMismatch, true},
		{context.Canceled, true},
		{context.DeadlineExceeded, false},
		{&TimeoutError{}, false},
		{syscall.ECONNREFUSED, false},
		{io.ErrUnexpectedEOF, false},
		{nil, false},
	} {
		if got := IsPermanent(test.err); got != test.want {
			t.Errorf("%T %v: %t", test.err, test.err, got)
		}
		if test.err == nil {
			continue
		}
		if got := IsPermanent(fmt.Errorf("get: %w", test.err)); got != test.want {
			t.Errorf("%T in another error: %t", test.err, got)
		}
	}
}

func TestIsBusy(t *testing.T) {
	for status, want := range map[int]bool{200: false, 400: false, 401: false, 404: false, 408: true, 429: true, 500: true, 501: false, 502: true, 503: true, 504: true, 505: false, 599: true} {
		if got := IsBusy(status); got != want {
			t.Errorf("%d: %t", status, got)
		}
	}
}

func TestAfter(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		value string
		want  time.Duration
		ok    bool
	}{
		{"", 0, false},
		{"0", 0, true},
		{"7", 7 * time.Second, true},
		{" 7 ", 7 * time.Second, true},
		{"61", time.Minute, true},
		{"9223372036854775807", time.Minute, true},
		{"99999999999999999999999", time.Minute, true},
		{"-7", 0, false},
		{"7.5", 0, false},
		{"soon", 0, false},
		{"Thu, 01 Jan 2026 00:00:09 GMT", 9 * time.Second, true},
		{"Fri, 02 Jan 2026 00:00:00 GMT", time.Minute, true},
		{"Wed, 31 Dec 2025 00:00:00 GMT", 0, true},
	} {
		if got, ok := After(http.Header{"Retry-After": {test.value}}, now); got != test.want || ok != test.ok {
			t.Errorf("%q: %s, %t, want %s, %t", test.value, got, ok, test.want, test.ok)
		}
	}
	if _, ok := After(nil, now); ok {
		t.Error("there is one in no header")
	}
}
