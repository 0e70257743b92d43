//go:build e2e

package e2e

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// loginOf is the entry of a Docker configuration for a login.
func loginOf(user, password string) map[string]any {
	return map[string]any{"auth": base64.StdEncoding.EncodeToString([]byte(user + ":" + password))}
}

// loginFolder is a folder for DOCKER_CONFIG with one login, or with none.
func loginFolder(t *testing.T, address string, login map[string]any) (folder string) {
	t.Helper()
	logins := map[string]any{}
	if login != nil {
		logins[address] = login
	}
	_, folder, _ = strings.Cut(dockerConfig(t, map[string]any{"auths": logins}), "=DOCKER_CONFIG=")
	return folder
}

// pushTo pushes the image to a registry with a Docker configuration.
func (i image) pushTo(t *testing.T, ref, config string, env ...string) harness.Result {
	t.Helper()
	return harness.Command{
		Env:  append([]string{"DOCKER_CONFIG=" + config, "XDG_CACHE_HOME=" + config, "XDG_RUNTIME_DIR", "REGISTRY_AUTH_FILE"}, env...),
		Args: []string{i.stem, "push", ref},
	}.Run(t)
}

// TestRegistryWithPasswords: the distribution project's registry, which has
// passwords of its own in a file of htpasswd's, takes and gives an image for
// the right one; for others, nothing is there and the error says whose login
// it was.
func TestRegistryWithPasswords(t *testing.T) {
	harness.Lane(t, "registry")
	i := hello(t)
	registry := harness.StartRegistryWith(t, harness.RegistryOptions{Login: true})
	w := &pullWorkspace{registry: registry, bazel: harness.LastingCopy(t, "e2e/registry")}
	w.bazel.Env = []string{"BAZELW_MODE=private"}
	for _, login := range []struct {
		name  string
		entry map[string]any
	}{
		{"none", nil},
		{"wrong", loginOf(harness.RegistryUser, "wrong")},
		{"right", loginOf(harness.RegistryUser, harness.RegistryPassword)},
	} {
		t.Run(login.name, func(t *testing.T) {
			ref := registry.Address + "/team/" + login.name
			config := loginFolder(t, registry.Address, login.entry)
			pushed := i.pushTo(t, ref+":v1", config)
			digest := strings.TrimPrefix(strings.TrimSpace(pushed.Stdout), ref+"@")
			if login.name == "right" {
				pushed.Must(t)
			} else {
				pushed.MustFail(t, 1)
				for _, word := range []string{registry.Address, "team/" + login.name, "401 Unauthorized", "docker login"} {
					contains(t, "the error of push", pushed.Stderr, word)
				}
				// What the pull is not given would be there.
				ref = registry.Address + "/team/there"
				digest = strings.TrimPrefix(strings.TrimSpace(i.pushTo(t, ref+":v1", loginFolder(t, registry.Address, loginOf(harness.RegistryUser, harness.RegistryPassword))).Must(t).Stdout), ref+"@")
			}
			w.pull(t, map[string]string{"app": fmt.Sprintf("image_name = %q, image_digest = %q, tls_verify = False, final_image_tag = %q", ref, digest, login.name)})
			flags := []string{"--repository_cache=" + harness.TempDir(t), "--repo_env=DOCKER_CONFIG=" + config, "--repo_env=XDG_RUNTIME_DIR="}
			pull := w.bazel.Run(t, "build", append(flags, "--nobuild", "@app//:image")...)
			if login.name == "right" {
				pull.Must(t)
				return
			}
			pull.MustFail(t, 1)
			for _, word := range []string{registry.Address + " refuses the manifest " + digest, "401", "docker login " + registry.Address, `pull.image(name = "app")`} {
				contains(t, "the error of pull", pull.Stderr, word)
			}
			for _, secret := range []string{harness.RegistryPassword, fmt.Sprint(login.entry["auth"])} {
				if strings.Contains(pushed.Stderr+pull.Stderr, secret) {
					t.Error("the error has the password")
				}
			}
		})
	}
}

// TestTLS: a registry and a server of tokens whose certificate is the test's
// own. Bazel's downloader, the machine's curl and the push trust it where they
// are told to, and nowhere else.
func TestTLS(t *testing.T) {
	harness.Lane(t)
	certificate := harness.NewCertificate(t)
	trust := certificate.TrustStore(t)
	bazel := harness.Temporary(t, harness.CopyWorkspace(t, "e2e/registry"), "BAZELW_MODE=private")
	appendTo(t, filepath.Join(bazel.Dir, ".bazelrc"), fmt.Sprintf("\nstartup --host_jvm_args=-Djavax.net.ssl.trustStore=%s\nstartup --host_jvm_args=-Djavax.net.ssl.trustStorePassword=changeit\n", trust))
	w := &pullWorkspace{registry: harness.StartRegistry(t), bazel: bazel, images: newPulledImages(t)}
	digest := w.registry.Push(t, layoutWith(t, w.images.image(t, amd64, types.OCIManifestSchema1, "secret")), "private/app")
	tokens := w.registry.BeforeWithTLS(t, certificate)
	pull := func(t *testing.T, tag string, login map[string]any, flags ...string) harness.Result {
		t.Helper()
		w.pull(t, map[string]string{"app": fmt.Sprintf(`image_name = "%s/private/app", image_digest = %q, final_image_tag = %q`, tokens.Address, digest, tag)})
		flags = append([]string{"--repository_cache=" + harness.TempDir(t), "--repo_env=DOCKER_CONFIG=" + loginFolder(t, tokens.Address, login), "--repo_env=XDG_RUNTIME_DIR="}, flags...)
		return w.bazel.Run(t, "build", append(flags, "--nobuild", "@app//:image")...)
	}
	curl := "--repo_env=CURL_CA_BUNDLE=" + certificate.File
	for name, login := range map[string]map[string]any{
		"auth":              loginOf(tokens.User, tokens.Password),
		"user and password": {"username": tokens.User, "password": tokens.Password},
		"identity token":    {"identitytoken": tokens.Identity},
	} {
		t.Run("tokens by "+name, func(t *testing.T) {
			given, agents := len(tokens.Given()), len(tokens.Agents())
			pull(t, strings.ReplaceAll(name, " ", "-"), login, curl).Must(t)
			who, agent := tokens.User, "Bazel/"
			if name == "identity token" { // by POST, which Bazel does not send
				who, agent = "identity", "bazel"
			}
			equal(t, "tokens", strings.Join(tokens.Given()[given:], "\n"), strings.Join(slices.Repeat([]string{who + " repository:private/app:pull"}, 2), "\n"))
			for _, asked := range tokens.Agents()[agents:] {
				if !strings.HasPrefix(asked, agent) {
					t.Errorf("%s asked for a token, want %s", asked, agent)
				}
			}
		})
	}
	t.Run("wrong password", func(t *testing.T) {
		r := pull(t, "wrong", loginOf(tokens.User, "wrong"), curl).MustFail(t, 1)
		for _, word := range []string{"the login for " + tokens.Address + " in ", "/give/token gave no token", "docker login"} {
			contains(t, "the error", r.Stderr, word)
		}
	})
	if leaked := tokens.Leaked(); len(leaked) > 0 {
		t.Errorf("where the blobs are got %q", leaked)
	}
	t.Run("push", func(t *testing.T) {
		i := hello(t)
		registry := harness.StartRegistryWith(t, harness.RegistryOptions{Login: true, Certificate: certificate})
		config := loginFolder(t, registry.Address, loginOf(harness.RegistryUser, harness.RegistryPassword))
		ref := registry.Address + "/team/app:v1"
		i.pushTo(t, ref, config, "SSL_CERT_FILE="+certificate.File).Must(t)
		r := i.pushTo(t, ref, config).MustFail(t, 1)
		contains(t, "the error", r.Stderr, registry.Address)
		contains(t, "the error", r.Stderr, "certificate")
	})
}

// appendTo adds a text to a file.
func appendTo(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err == nil {
		_, err = f.WriteString(text)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}
