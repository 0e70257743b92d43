package endpoint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// FindDocker is the endpoint that the docker command would use. It is, the
// first that is there:
//
//   - host, if it is not empty: what --host says
//   - DOCKER_HOST
//   - the context that DOCKER_CONTEXT names
//   - the context that "currentContext" in $DOCKER_CONFIG/config.json names
//   - tcp://localhost:2376, if DOCKER_TLS or DOCKER_TLS_VERIFY asks for TLS
//   - the first of these sockets that accepts a connection:
//     /var/run/docker.sock, $XDG_RUNTIME_DIR/docker.sock (rootless Docker),
//     ~/.docker/run/docker.sock (Docker Desktop)
//
// DOCKER_CONFIG is ~/.docker if it is not set. Hosts of the first two are used
// with TLS if DOCKER_TLS_VERIFY is set, or without looking at the daemon's
// certificate if DOCKER_TLS is; ca.pem, cert.pem and key.pem are in
// $DOCKER_CERT_PATH, or in $DOCKER_CONFIG. The context "default" is none.
//
// The error is one of this package's types, or names the file or the context
// that is not as it should be.
func FindDocker(ctx context.Context, host string) (*Endpoint, error) {
	if host != "" {
		return dockerHost(host, "")
	}
	if host := os.Getenv("DOCKER_HOST"); host != "" {
		return dockerHost(host, "from DOCKER_HOST")
	}
	name, chosenBy, err := dockerContext()
	if err != nil {
		return nil, err
	}
	if name != "" && name != "default" {
		return fromContext(ctx, name, chosenBy)
	}
	if files := dockerTLS(); files != nil {
		return Parse("tcp://localhost", Options{Origin: "DOCKER_HOST is not set, but variables ask for TLS", TLS: files})
	}
	return firstSocket(ctx, Docker, "DOCKER_HOST is not set", dockerSockets())
}

func dockerHost(host, origin string) (*Endpoint, error) {
	return Parse(host, Options{Origin: origin, TLS: dockerTLS()})
}

// dockerTLS is what the variables say of TLS, or nil.
func dockerTLS() *TLSFiles {
	verify := os.Getenv("DOCKER_TLS_VERIFY") != ""
	if !verify && os.Getenv("DOCKER_TLS") == "" {
		return nil
	}
	dir := os.Getenv("DOCKER_CERT_PATH")
	if dir == "" {
		dir = dockerConfig()
	}
	files := tlsFolder(dir)
	files.SkipVerify = !verify
	if verify {
		files.CA = filepath.Join(dir, "ca.pem") // never the system's
	}
	return files
}

// tlsFolder has those of ca.pem, cert.pem and key.pem that are in a folder.
func tlsFolder(dir string) *TLSFiles {
	at := func(name string) string {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return ""
		}
		return path
	}
	return &TLSFiles{CA: at("ca.pem"), Cert: at("cert.pem"), Key: at("key.pem")}
}

// dockerConfig is the folder of the docker command's own files.
func dockerConfig() string {
	if dir := os.Getenv("DOCKER_CONFIG"); dir != "" {
		return dir
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ".docker"
	}
	return filepath.Join(home, ".docker")
}

// dockerContext is the name of the context in use, empty if there is none, and
// what chose it.
func dockerContext() (name, chosenBy string, err error) {
	if name := os.Getenv("DOCKER_CONTEXT"); name != "" {
		return name, "DOCKER_CONTEXT", nil
	}
	path := filepath.Join(dockerConfig(), "config.json")
	data, err := readFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", "", nil
	}
	if err != nil {
		return "", "", fmt.Errorf("docker's configuration: %w: set DOCKER_HOST or DOCKER_CONTEXT to do without it", err)
	}
	var config struct {
		CurrentContext string `json:"currentContext"`
	}
	if err := json.Unmarshal(data, &config); err != nil {
		return "", "", fmt.Errorf("docker's configuration %s: %w: correct it, or set DOCKER_HOST or DOCKER_CONTEXT to do without it", path, err)
	}
	return config.CurrentContext, `"currentContext" in ` + path, nil
}

func dockerSockets() []string {
	sockets := []string{"/var/run/docker.sock"}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		sockets = append(sockets, filepath.Join(dir, "docker.sock"))
	}
	if home, err := os.UserHomeDir(); err == nil {
		sockets = append(sockets, filepath.Join(home, ".docker/run/docker.sock"))
	}
	return sockets
}
