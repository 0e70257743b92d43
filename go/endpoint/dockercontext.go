package endpoint

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

// fromContext is the endpoint of one of the docker command's contexts. They are
// kept in $DOCKER_CONFIG/contexts, in folders named by the SHA-256 of the
// context's name: meta/<hash>/meta.json, and tls/<hash>/docker/ca.pem, cert.pem
// and key.pem.
func fromContext(ctx context.Context, name, chosenBy string) (*Endpoint, error) {
	fail := func(err error) error {
		return fmt.Errorf("docker context %q (chosen by %s): %w: `docker context ls` shows those there are; choose one with DOCKER_CONTEXT, or set DOCKER_HOST", name, chosenBy, err)
	}
	hash := sha256.Sum256([]byte(name))
	contexts, folder := filepath.Join(dockerConfig(), "contexts"), hex.EncodeToString(hash[:])
	path := filepath.Join(contexts, "meta", folder, "meta.json")
	data, err := readFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fail(fmt.Errorf("there is no such context: %w", err))
	}
	if err != nil {
		return nil, fail(err)
	}
	var meta struct {
		Endpoints struct {
			Docker *struct {
				Host          string
				SkipTLSVerify bool
			} `json:"docker"`
		}
	}
	if err := json.Unmarshal(data, &meta); err != nil {
		return nil, fail(fmt.Errorf("%s: %w", path, err))
	}
	docker := meta.Endpoints.Docker
	if docker == nil {
		return nil, fail(fmt.Errorf("%s has no endpoint of Docker", path))
	}
	origin := fmt.Sprintf("from the docker context %q in %s, chosen by %s", name, path, chosenBy)
	if docker.Host == "" {
		return firstSocket(ctx, Docker, origin+", which names no host", dockerSockets())
	}
	files := tlsFolder(filepath.Join(contexts, "tls", folder, "docker"))
	files.SkipVerify = docker.SkipTLSVerify
	files.Remedy = fmt.Sprintf("give the context the right files: docker context update %s --docker host=%s,ca=FILE,cert=FILE,key=FILE", quote(name), quote(redact(docker.Host)))
	if files.CA == "" && files.Cert == "" && files.Key == "" && !files.SkipVerify {
		files = nil // plain, as the docker command has it
	}
	return Parse(docker.Host, Options{Origin: origin, TLS: files})
}
