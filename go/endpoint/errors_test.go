package endpoint

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"testing"
)

func TestNotRunning(t *testing.T) {
	listener := listenTCP(t, nil)
	tcp := "tcp://" + listener.Addr().String()
	_ = listener.Close()
	for _, test := range []struct {
		name, host string
		kind       Kind
		want       []string
	}{
		{"missing", "unix:///nonexistent/docker.sock", Docker, []string{"no Docker daemon answers at unix:///nonexistent/docker.sock (from X)", "no such file", "start Docker", "DOCKER_HOST", "`-- run --sandbox`", "`-- stream`"}},
		{"dead", "unix://" + deadSocket(t), Docker, []string{"connection refused", "start Docker"}},
		{"tcp", tcp, Docker, []string{tcp, "connection refused", "start Docker"}},
		{"Podman", "unix:///nonexistent/podman.sock", Podman, []string{"no Podman service answers", "systemctl --user enable --now podman.socket", "CONTAINER_HOST", "podman system connection list"}},
		{"containerd", "/nonexistent/containerd.sock", Containerd, []string{"no containerd answers at unix:///nonexistent/containerd.sock", "start containerd", "CONTAINERD_ADDRESS"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := mustParse(t, test.host, Options{Kind: test.kind, Origin: "from X"})
			_, err := e.DialContext(background)
			wantError(t, err, test.want...)
			var notRunning *NotRunningError
			if !errors.As(err, &notRunning) {
				t.Fatalf("got %#v", err)
			}
			_, err = (&http.Client{Transport: e.Transport()}).Get(e.BaseURL())
			if got := Explain(err); got == nil || got.Error() != notRunning.Error() {
				t.Errorf("by HTTP: %v", err)
			}
		})
	}
}

func TestIsBreak(t *testing.T) {
	for _, test := range []struct {
		name string
		err  error
		want bool
	}{
		{"none", nil, false},
		{"end", fmt.Errorf("read: %w", io.EOF), true},
		{"cut off", io.ErrUnexpectedEOF, true},
		{"reset", &net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, true},
		{"nobody reads", &net.OpError{Op: "write", Err: syscall.EPIPE}, true},
		{"closed", net.ErrClosed, true},
		{"refused", &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, false},
		{"ended by the caller", context.Canceled, false},
	} {
		if got := IsBreak(test.err); got != test.want {
			t.Errorf("%s: got %t", test.name, got)
		}
	}
}

func TestNoPermission(t *testing.T) {
	for _, test := range []struct {
		kind Kind
		want []string
	}{
		{Docker, []string{"Docker daemon's socket /run/x.sock (from X)", "docker $USER", "DOCKER_HOST", "`-- run --sandbox`"}},
		{Podman, []string{"Podman service's socket /run/x.sock (from X)", "systemctl --user", "CONTAINER_HOST"}},
		{Containerd, []string{"containerd's socket /run/x.sock (from X)", "run this as root", "CONTAINERD_ADDRESS"}},
	} {
		t.Run(test.kind.String(), func(t *testing.T) {
			e := mustParse(t, "unix:///run/x.sock", Options{Kind: test.kind, Origin: "from X"})
			err := e.dialError(background, &net.OpError{Op: "dial", Net: "unix", Err: os.ErrPermission})
			wantError(t, err, test.want...)
			var permission *PermissionError
			if !errors.As(err, &permission) || !errors.Is(err, os.ErrPermission) {
				t.Errorf("got %#v", err)
			}
		})
	}
	t.Run("real", func(t *testing.T) {
		if os.Geteuid() == 0 {
			t.Skip("needs another user than root, who may use every socket")
		}
		l := listenUnix(t)
		if err := os.Chmod(l.Addr().String(), 0); err != nil {
			t.Fatal(err)
		}
		_, dialled := mustParse(t, "unix://"+l.Addr().String(), Options{}).DialContext(background)
		_, chosen := firstSocket(background, Docker, "", []string{"/nonexistent/docker.sock", l.Addr().String()})
		for _, err := range []error{dialled, chosen} {
			var permission *PermissionError
			if !errors.As(err, &permission) {
				t.Errorf("got %#v", err)
			}
		}
	})
}
