package harness

import (
	"net"
	"path/filepath"
	"testing"

	"github.com/rules-strata/rules_strata/tools/reapi-proxy/proxy"
)

// CAS is BuildBox's casd of a test's own: a remote cache over gRPC, empty at
// first. tools/reapi-proxy is before it.
type CAS struct {
	// Address is for Bazel's --remote_cache, and for --remote_executor if it
	// executes actions.
	Address string
	dir     string
}

// StartCAS starts a cache, which ends with the test.
func StartCAS(t testing.TB) *CAS {
	t.Helper()
	Need(t, CASServer)
	return startCAS(t)
}

// StartExecutor starts a cache that also runs actions, two at a time, and ends
// with the test. An action sees its inputs and the test root, where shells and
// compilers are; of the machine no home, no checkout, nothing in /tmp and
// /var/tmp, and nothing of /usr/local.
func StartExecutor(t testing.TB) *CAS {
	t.Helper()
	Need(t, CASServer, ExecutionServer)
	return startCAS(t, "--buildbox-run=/usr/bin/"+runner, "--jobs=2")
}

// runner runs actions in folders of their own. With BuildBox's other one, which
// has a sandbox of bubblewrap, real_root does not run, and Go programs have other
// paths in them.
const runner = "buildbox-run-hosttools"

// hidden runs a program where there is the folder $1, and nothing else of the
// machine but what programs need, and with no environment that actions get.
const hidden = `keep=$1; shift
mount --bind "$keep" /mnt
for dir in /* /usr/local /var/tmp; do
	case $dir in
	/bin | /dev | /etc | /lib* | /mnt | /proc | /run | /sbin | /sys | /usr | /var) ;;
	*) [ ! -d "$dir" ] || mount -t tmpfs none "$dir" ;;
	esac
done
mkdir -p "$keep"
mount --move /mnt "$keep"
cd "$keep"
exec env -i PATH=/usr/bin:/bin "$@"`

func startCAS(t testing.TB, args ...string) *CAS {
	t.Helper()
	dir := TempDir(t)
	c := &CAS{dir: filepath.Join(dir, "data")}
	socket := filepath.Join(dir, "s")
	line := []string{"unshare", "--mount", "sh", "-ec", hidden, "sh", dir, "buildbox-casd", "--bind=unix:" + socket, "--quota-high=20G"}
	s, err := startServer(filepath.Join(dir, "casd.log"), append(append(line, args...), c.dir)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	if err := s.await(func() bool {
		conn, err := net.Dial("unix", socket)
		return err == nil && conn.Close() == nil
	}); err != nil {
		t.Fatal(err)
	}
	c.Address = proxied(t, "unix:"+socket)
	return c
}

// proxied is the address of tools/reapi-proxy before a server.
func proxied(t testing.TB, to string) string {
	t.Helper()
	p, err := proxy.New(to)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- p.Serve(l) }()
	t.Cleanup(func() {
		p.Stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return proxy.URL(l.Addr())
}
