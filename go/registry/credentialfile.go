package registry

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
)

// credentialFile is Docker's config.json or Podman's auth.json
// (containers-auth.json(5)).
type credentialFile struct {
	path string

	Auths       map[string]json.RawMessage `json:"auths"`
	CredHelpers map[string]string          `json:"credHelpers"`
	CredsStore  string                     `json:"credsStore"`
	auths       map[string]authn.AuthConfig
}

func parseCredentialFile(path string, data []byte) (*credentialFile, error) {
	f := &credentialFile{path: path, auths: map[string]authn.AuthConfig{}}
	if len(strings.TrimSpace(string(data))) == 0 {
		return f, nil
	}
	// What is wrong is not quoted: it could be a password.
	if err := json.Unmarshal(data, f); err != nil {
		return nil, fmt.Errorf("credentials: %s is not JSON of the form {\"auths\": {...}}: correct it, or log in again", path)
	}
	for key, raw := range f.Auths {
		var entry authn.AuthConfig
		if err := json.Unmarshal(raw, &entry); err != nil {
			return nil, fmt.Errorf("credentials: %s: the entry of %s is not {\"auth\": BASE64 of USER:PASSWORD}: log in again", path, key)
		}
		f.auths[plainKey(key)] = entry
	}
	return f, nil
}

// entry is what auths has for a key; nil without credentials.
func (f *credentialFile) entry(key string) *Credentials {
	config := f.auths[plainKey(key)]
	if config == (authn.AuthConfig{}) {
		return nil
	}
	return &Credentials{config: config, source: fmt.Sprintf("the entry of %s in %s", plainKey(key), f.path)}
}

// plainKey takes from a key what old versions of Docker wrote around the host:
// https://HOST/v1/.
func plainKey(key string) string {
	key = strings.TrimPrefix(strings.TrimPrefix(key, "https://"), "http://")
	key = strings.TrimRight(key, "/")
	if host, version, ok := strings.Cut(key, "/"); ok && (version == "v1" || version == "v2") {
		return host
	}
	return key
}
