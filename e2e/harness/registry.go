package harness

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// RegistryServer: a container registry can be run.
var RegistryServer = requirement("docker-registry", func() error { return errors.Join(works("docker-registry", "--version"), works("skopeo", "--version")) })

const registryConfig = `
version: 0.1
log: {level: warn, accesslog: {disabled: false}}
storage: {filesystem: {rootdirectory: DIR/data}}
http: {addr: ADDRESS TLS}
AUTH
`

// The one login of a registry that has Login set. The registry knows the
// password by its bcrypt hash, as htpasswd writes it.
const (
	RegistryUser         = "somebody"
	RegistryPassword     = `se cr"e\t:`
	registryPasswordHash = "$2a$05$5yVdCFDqoFzQSMu2ivyJRe7JJY6ThW32ooTdyF/Gxjf1daIm7M71S"
)

// RegistryOptions are what a registry may have.
type RegistryOptions struct {
	// Login has it let in RegistryUser alone, with RegistryPassword.
	Login bool
	// Certificate has it speak TLS.
	Certificate *Certificate
}

// Registry is a container registry of a test's own.
type Registry struct {
	// Address is its host and port.
	Address string
	server  *server
	stop    func()
}

// StartRegistry starts an empty registry on plain HTTP, which ends with the
// test.
func StartRegistry(t testing.TB) *Registry {
	t.Helper()
	return StartRegistryWith(t, RegistryOptions{})
}

// StartRegistryWith starts an empty registry, which ends with the test.
func StartRegistryWith(t testing.TB, o RegistryOptions) *Registry {
	t.Helper()
	Need(t, RegistryServer)
	dir, address := TempDir(t), freeAddress(t)
	config := filepath.Join(dir, "registry.yaml")
	var tls, auth string
	if o.Certificate != nil {
		tls = fmt.Sprintf(", tls: {certificate: %s, key: %s}", o.Certificate.File, o.Certificate.Key)
	}
	if o.Login {
		passwords := filepath.Join(dir, "htpasswd")
		WriteFile(t, passwords, RegistryUser+":"+registryPasswordHash+"\n")
		auth = fmt.Sprintf("auth: {htpasswd: {realm: tests, path: %s}}", passwords)
	}
	WriteFile(t, config, strings.NewReplacer("DIR", dir, "ADDRESS", address, " TLS", tls, "AUTH", auth).Replace(registryConfig))
	s, err := startServer(filepath.Join(dir, "registry.log"), "docker-registry", "serve", config)
	if err != nil {
		t.Fatal(err)
	}
	r := &Registry{Address: address, server: s, stop: sync.OnceFunc(s.stop)}
	t.Cleanup(r.stop)
	if err := s.await(func() bool {
		conn, err := net.Dial("tcp", address)
		return err == nil && conn.Close() == nil
	}); err != nil {
		t.Fatal(err)
	}
	return r
}

// Stop ends the registry before its test.
func (r *Registry) Stop() { r.stop() }

// Push pushes an OCI layout with skopeo, all images of an index, and returns
// the digest that it has in the registry.
func (r *Registry) Push(t testing.TB, layout, repository string) (digest string) {
	t.Helper()
	file := filepath.Join(TempDir(t), "digest")
	Exec("skopeo", "--insecure-policy", "copy", "--quiet", "--all", "--preserve-digests", "--digestfile", file, "--dest-tls-verify=false",
		"oci:"+layout, fmt.Sprintf("docker://%s/%s:latest", r.Address, repository)).Run(t).Must(t)
	return strings.TrimSpace(ReadFile(t, file))
}

// served finds the downloads in the access log, which is in the Common Log
// Format.
var served = regexp.MustCompile(`"GET (/v2/\S+/(?:blobs|manifests)/\S+) HTTP/[0-9.]+" 200 `)

// Served are the paths of the blobs and manifests that the registry served, in
// their order, by its access log.
func (r *Registry) Served(t testing.TB) []string {
	t.Helper()
	log, err := os.ReadFile(r.server.log)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, match := range served.FindAllStringSubmatch(string(log), -1) {
		path, err := url.PathUnescape(match[1])
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}
