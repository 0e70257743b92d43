package registry

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/docker/docker-credential-helpers/client"
	dockercredentials "github.com/docker/docker-credential-helpers/credentials"
	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
)

// Keychain finds credentials where Docker and Podman keep them. The first of
// these files that has some for a repository decides:
//
//   - $REGISTRY_AUTH_FILE
//   - $DOCKER_CONFIG/config.json, or ~/.docker/config.json
//   - $XDG_RUNTIME_DIR/containers/auth.json
//   - $XDG_CONFIG_HOME/containers/auth.json, or ~/.config/containers/auth.json
//
// In a file, credHelpers come before auths, and auths before credsStore. Keys
// of auths are registries, or as with Podman namespaces and repositories, the
// longest of which decides.
type Keychain struct {
	getenv func(string) string
	helper func(name string) client.ProgramFunc
}

// NewKeychain reads the variables with getenv. Files are read when credentials
// are asked for.
func NewKeychain(getenv func(string) string) *Keychain {
	return &Keychain{getenv: getenv, helper: func(name string) client.ProgramFunc {
		return client.NewShellProgramFunc(name)
	}}
}

// Credentials are what a Keychain found. They print as their source.
type Credentials struct {
	config authn.AuthConfig
	source string
}

// Authorization is for go-containerregistry.
func (c *Credentials) Authorization() (*authn.AuthConfig, error) {
	config := c.config
	return &config, nil
}

// String says where the credentials came from, never what they are.
func (c *Credentials) String() string { return c.source }

// GoString is String.
func (c *Credentials) GoString() string { return c.source }

// Resolve finds the credentials for a repository or a registry. It is
// authn.Anonymous where there are none.
func (k *Keychain) Resolve(target authn.Resource) (authn.Authenticator, error) {
	for _, path := range k.files() {
		file, err := readCredentialFile(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, err
		}
		found, err := k.find(file, target)
		if err != nil {
			return nil, err
		}
		if found != nil {
			return found, nil
		}
	}
	return authn.Anonymous, nil
}

// files are where credentials may be.
func (k *Keychain) files() []string {
	var files []string
	add := func(dir string, elements ...string) {
		if dir != "" {
			files = append(files, filepath.Join(append([]string{dir}, elements...)...))
		}
	}
	home := k.getenv("HOME")
	add(k.getenv("REGISTRY_AUTH_FILE"))
	if dir := k.getenv("DOCKER_CONFIG"); dir != "" {
		add(dir, "config.json")
	} else {
		add(home, ".docker", "config.json")
	}
	add(k.getenv("XDG_RUNTIME_DIR"), "containers", "auth.json")
	if dir := k.getenv("XDG_CONFIG_HOME"); dir != "" {
		add(dir, "containers", "auth.json")
	} else {
		add(home, ".config", "containers", "auth.json")
	}
	return files
}

// find is nil where the file has no credentials for the target.
func (k *Keychain) find(f *credentialFile, target authn.Resource) (*Credentials, error) {
	hosts := hostKeys(target.RegistryStr())
	for _, host := range hosts {
		if helper := f.CredHelpers[host]; helper != "" {
			return k.ask(f, helper, host)
		}
	}
	for key := target.String(); strings.Contains(key, "/"); key = key[:strings.LastIndexByte(key, '/')] {
		if found := f.entry(key); found != nil {
			return found, nil
		}
	}
	for _, host := range hosts {
		if found := f.entry(host); found != nil {
			return found, nil
		}
	}
	if f.CredsStore != "" {
		return k.ask(f, f.CredsStore, hosts[0])
	}
	return nil, nil
}

// hostKeys are the keys that a registry can have in a file, the one that a
// helper is asked with first.
func hostKeys(host string) []string {
	if host == name.DefaultRegistry {
		return []string{authn.DefaultAuthKey, host, "docker.io", "registry-1.docker.io"}
	}
	return []string{host}
}

// ask asks a helper program, after Docker's protocol of credential helpers.
func (k *Keychain) ask(f *credentialFile, helper, host string) (*Credentials, error) {
	program := "docker-credential-" + helper
	got, err := client.Get(k.helper(program), host)
	switch {
	case dockercredentials.IsErrCredentialsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("credentials: %s, which %s names for %s: %w: is it installed and logged in?", program, f.path, host, err)
	case got.Username == "" && got.Secret == "":
		return nil, nil
	}
	c := &Credentials{source: fmt.Sprintf("the helper %s, named in %s", program, f.path)}
	if got.Username == "<token>" {
		c.config.IdentityToken = got.Secret
	} else {
		c.config.Username, c.config.Password = got.Username, got.Secret
	}
	return c, nil
}

func readCredentialFile(path string) (*credentialFile, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("credentials: %w", err)
	}
	return parseCredentialFile(path, data)
}
