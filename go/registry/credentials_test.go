package registry_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/authn"

	"github.com/rules-strata/rules_strata/go/registry"
)

func write(t testing.TB, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func entry(key, user, password string) string {
	return fmt.Sprintf("%q: {\"auth\": %q}", key, base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
}

// authFile is a keychain of one entry.
func authFile(t testing.TB, key, user, password string) *registry.Keychain {
	t.Helper()
	path := write(t, filepath.Join(t.TempDir(), "auth.json"), `{"auths": {`+entry(key, user, password)+`}}`)
	return keychain(map[string]string{"REGISTRY_AUTH_FILE": path})
}

func TestKeychain(t *testing.T) {
	dir := t.TempDir()
	// A helper that knows one registry.
	bin := filepath.Join(dir, "bin")
	write(t, filepath.Join(bin, "docker-credential-strata"), `#!/bin/sh
read -r host
case "$host" in
helped.example) echo '{"ServerURL":"helped.example","Username":"helped","Secret":"helper secret"}' ;;
token.example) echo '{"Username":"<token>","Secret":"identity"}' ;;
broken.example) echo 'the vault is locked' >&2; exit 1 ;;
*) echo 'credentials not found in native keychain'; exit 1 ;;
esac
`)
	if err := os.Chmod(filepath.Join(bin, "docker-credential-strata"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))

	docker := filepath.Join(dir, "docker", "config.json")
	home := filepath.Join(dir, "home")
	runtime := filepath.Join(dir, "run", "containers", "auth.json")
	named := write(t, filepath.Join(dir, "named.json"), `{"auths": {`+entry("named.example", "named", "n secret")+`}}`)
	write(t, docker, `{"auths": {`+entry("https://index.docker.io/v1/", "hub", "hub secret")+`,`+entry("quay.example", "docker", "d secret")+`},
		"credHelpers": {"helped.example": "strata", "broken.example": "strata"}, "credsStore": "strata"}`)
	write(t, filepath.Join(home, ".docker", "config.json"), `{"auths": {`+entry("quay.example", "home", "h secret")+`}}`)
	write(t, runtime, `{"auths": {`+entry("quay.example/team", "team", "t secret")+`,`+entry("quay.example/team/app", "app", "a secret")+`,`+entry("podman.example", "podman", "p secret")+`}}`)
	write(t, filepath.Join(home, ".config", "containers", "auth.json"), `{"auths": {`+entry("config.example", "config", "c secret")+`}}`)

	all := map[string]string{"HOME": home, "DOCKER_CONFIG": filepath.Dir(docker), "REGISTRY_AUTH_FILE": named, "XDG_RUNTIME_DIR": filepath.Join(dir, "run")}
	podman := map[string]string{"HOME": filepath.Join(dir, "nobody"), "XDG_RUNTIME_DIR": filepath.Join(dir, "run")}
	for _, tc := range []struct {
		name   string
		env    map[string]string
		ref    string
		user   string // "": anonymous
		source string
	}{
		{"Docker's file", all, "quay.example/x/y", "docker", "the entry of quay.example in " + docker},
		{"docker.io", all, "library/busybox", "hub", docker},
		{"the file that is named", all, "named.example/x", "named", named},
		{"Docker's file at home", map[string]string{"HOME": home}, "quay.example/x", "home", home},
		{"Podman's file", all, "podman.example/x", "podman", runtime},
		{"Podman's other file", map[string]string{"HOME": home}, "config.example/x", "config", ".config/containers/auth.json"},
		{"the longest key", podman, "quay.example/team/app", "app", "the entry of quay.example/team/app in " + runtime},
		{"a namespace", podman, "quay.example/team/other", "team", "the entry of quay.example/team in"},
		{"not that namespace", podman, "quay.example/teams/other", "", ""},
		{"a helper for one registry", all, "helped.example/x", "helped", "the helper docker-credential-strata, named in " + docker},
		{"the helper for the rest", all, "token.example/x", "<identity>", "the helper docker-credential-strata"},
		{"none", all, "unknown.example/x", "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			auth, err := keychain(tc.env).Resolve(reference(t, tc.ref).Context())
			if err != nil {
				t.Fatal(err)
			}
			if tc.user == "" {
				if auth != authn.Anonymous {
					t.Errorf("found %v", auth)
				}
				return
			}
			config, err := auth.Authorization()
			if err != nil {
				t.Fatal(err)
			}
			user := config.Username
			if config.IdentityToken == "identity" {
				user = "<identity>"
			}
			if text := fmt.Sprintf("%v %+v %#v %s", auth, auth, auth, auth); user != tc.user || !strings.Contains(text, tc.source) || strings.Contains(text, "secret") {
				t.Errorf("user %q from %s, want %q from %s", user, text, tc.user, tc.source)
			}
		})
	}

	_, err := keychain(all).Resolve(reference(t, "broken.example/x").Context())
	wantError(t, err, "docker-credential-strata", docker, "broken.example")
	for _, text := range []string{"[", `{"auths": []}`, `{"auths": {"a.example": {"auth": "hunter2!"}}}`, `{"auths": {"a.example": "hunter2!"}}`} {
		path := write(t, filepath.Join(dir, "bad.json"), text)
		_, err := keychain(map[string]string{"REGISTRY_AUTH_FILE": path}).Resolve(reference(t, "a.example/x").Context())
		wantError(t, err, path)
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v tells the password", err)
		}
	}
}
