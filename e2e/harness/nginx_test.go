//go:build e2e

package harness

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestTakenAddress: a cache is never at an address where another program
// answers, even when nginx was told to be there.
func TestTakenAddress(t *testing.T) {
	Need(t, CacheServer)
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	taken := other.Listener.Addr().String()
	t.Run("once", func(t *testing.T) {
		asked := 0
		address, err := listenNginx(t, nginxFolder(t), nginxFiles, func(t testing.TB) string {
			if asked++; asked == 1 {
				return taken
			}
			return freeAddress(t)
		})
		if err != nil || address == taken || asked != 2 {
			t.Errorf("at %s after %d addresses, %v", address, asked, err)
		}
	})
	t.Run("always", func(t *testing.T) {
		if _, err := listenNginx(t, nginxFolder(t), nginxFiles, func(testing.TB) string { return taken }); err == nil || !strings.Contains(err.Error(), "Address already in use") {
			t.Errorf("got %v", err)
		}
	})
}
