package registry_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"

	"github.com/rules-strata/rules_strata/go/registry"
	"github.com/rules-strata/rules_strata/go/registry/faulty"
)

func TestUnreachable(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, registry string
		want           []string
	}{
		{"nobody is there", nobody, []string{"connection refused (tried 5 times)", "see whether it runs there"}},
		{"no such host", "registry.invalid", []string{"registry.invalid", "see whether its name is right"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := client(t, func(o *registry.Options) { o.Sleep = new(waits).sleep })
			_, err := c.Resolve(context.Background(), reference(t, test.registry+"/app:1"), registry.Platform{})
			wantError(t, err, append(test.want, "the registry "+test.registry+" cannot be reached: ")...)
			var unreachable *registry.UnreachableError
			if !errors.As(err, &unreachable) {
				t.Errorf("%T", err)
			}
		})
	}
}

// TestPlainHTTPOfOthers: a registry that is asked with TLS, and with nothing
// else, says so itself when it has none.
func TestPlainHTTPOfOthers(t *testing.T) {
	s := faulty.New(t)
	c := client(t, func(o *registry.Options) {
		o.Sleep = new(waits).sleep
		o.Transport = &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, s.Host)
		}}
	})
	_, err := c.Resolve(context.Background(), reference(t, "registry.example.com/app:1"), registry.Platform{})
	wantError(t, err, "the registry registry.example.com cannot be reached: it answers with plain HTTP", "--insecure", "tls_verify = False")
}

func TestAbsent(t *testing.T) {
	s := faulty.New(t)
	c := client(t)
	img := imageOf("linux/amd64", layer("a", bytesOf(1, 100)))
	if _, err := c.Push(context.Background(), references(t, s.Host+"/team/app:1"), img); err != nil {
		t.Fatal(err)
	}
	_, err := c.Resolve(context.Background(), reference(t, s.Host+"/team/app:2"), registry.Platform{})
	wantError(t, err, "the registry "+s.Host+" does not have this image (http://"+s.Host+"/v2/team/app/manifests/2: MANIFEST_UNKNOWN)",
		"check name, tag and digest", "docker login "+s.Host)
	var absent *registry.AbsentError
	if !errors.As(err, &absent) {
		t.Errorf("%T", err)
	}
}

// TestNoPlaceToPushTo: what a registry says of a push is not about an image
// that is missing.
func TestNoPlaceToPushTo(t *testing.T) {
	s := faulty.New(t)
	s.When("PUT", faulty.Manifest).Do(faulty.Status(404, `{"errors":[{"code":"NAME_UNKNOWN","message":"make the repository first"}]}`, "Content-Type", "application/json"))
	_, err := client(t).Push(context.Background(), references(t, s.Host+"/team/app:1"), imageOf("linux/amd64", layer("a", bytesOf(1, 100))))
	wantError(t, err, "NAME_UNKNOWN", "make the repository first")
	var absent *registry.AbsentError
	if errors.As(err, &absent) {
		t.Error(err)
	}
}
