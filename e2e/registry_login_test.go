//go:build e2e

package e2e

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// dockerConfig writes a config.json and returns the flag that has it read.
func dockerConfig(t *testing.T, config map[string]any) string {
	t.Helper()
	data, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	dir := harness.TempDir(t)
	harness.WriteFile(t, filepath.Join(dir, "config.json"), string(data))
	return "--repo_env=DOCKER_CONFIG=" + dir
}

// program writes an executable script.
func program(t *testing.T, dir, name, script string) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestTokens: a registry that wants tokens of another server gets them, with
// and without a login, wherever Docker keeps one.
func TestTokens(t *testing.T) {
	harness.Lane(t, "registry")
	w := onRegistry(t)
	tokens := w.registry.Before(t)
	img := w.images.image(t, amd64, types.OCIManifestSchema1, "secret")
	for _, repository := range []string{"open/app", "private/app", "basic/app"} {
		w.registry.Push(t, layoutWith(t, img), repository)
	}
	digest, err := img.Digest()
	if err != nil {
		t.Fatal(err)
	}
	auth := func(password string) string {
		return base64.StdEncoding.EncodeToString([]byte(tokens.User + ":" + password))
	}
	dir := harness.TempDir(t)
	helper := func(name, user, secret string) {
		answer, err := json.Marshal(map[string]string{"ServerURL": tokens.Address, "Username": user, "Secret": secret})
		if err != nil {
			t.Fatal(err)
		}
		program(t, dir, "docker-credential-"+name, fmt.Sprintf(`read server
[ "$1 $server" = "get %s" ] || { echo "credentials not found in native keychain"; exit 1; }
cat <<'END'
%s
END
`, tokens.Address, answer))
	}
	helper("strata-password", tokens.User, tokens.Password)
	helper("strata-token", "<token>", tokens.Identity)
	path := "--repo_env=PATH=" + dir + ":/usr/local/bin:/usr/bin:/bin"
	type m = map[string]any
	for _, test := range []struct {
		name, repository string
		config           m
		// who got a token, or what the error says.
		who   string
		words []string
	}{
		{"nobody", "open/app", m{}, "nobody", nil},
		{"auth", "private/app", m{"auths": m{tokens.Address: m{"auth": auth(tokens.Password)}}}, "somebody", nil},
		{"user and password", "private/app", m{"auths": m{"http://" + tokens.Address + "/v2/": m{"username": tokens.User, "password": tokens.Password}}}, "somebody", nil},
		{"of the repository", "private/app", m{"auths": m{
			tokens.Address + "/private": m{"auth": auth(tokens.Password)}, tokens.Address: m{"auth": auth("wrong")},
		}}, "somebody", nil},
		{"identity token", "private/app", m{"auths": m{tokens.Address: m{"identitytoken": tokens.Identity}}}, "identity", nil},
		{"helper", "private/app", m{"credHelpers": m{tokens.Address: "strata-password"}}, "somebody", nil},
		{"helper with an identity token", "private/app", m{"credHelpers": m{tokens.Address: "strata-token"}}, "identity", nil},
		{"store", "private/app", m{"credsStore": "strata-password"}, "somebody", nil},
		{"no token", "basic/app", m{"auths": m{tokens.Address: m{"auth": auth(tokens.Password)}}}, "", nil},
		{"no token but a helper", "basic/app", m{"credsStore": "strata-password"}, "", nil},
		{"no login", "private/app", m{}, "", []string{
			tokens.Address + " refuses the manifest " + digest.String() + " of private/app", "401", "scope repository:private/app:pull",
			"there is no login for " + tokens.Address, "/config.json", "docker login " + tokens.Address,
		}},
		{"wrong login", "private/app", m{"auths": m{tokens.Address: m{"auth": auth("wrong")}}}, "", []string{
			"the login for " + tokens.Address + " in ", "/give/token gave no token", "docker login",
		}},
		{"no helper", "private/app", m{"credsStore": "absent"}, "", []string{"docker-credential-absent (credsStore in ", "is not in PATH"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			given := len(tokens.Given())
			// Another tag has the image fetched again, which another login does not.
			tag := fmt.Sprintf("final_image_tag = %q", strings.ReplaceAll(test.name, " ", "-"))
			w.pull(t, map[string]string{"app": plain(tokens.Address, test.repository, digest.String(), tag)})
			flags := append(slices.Clone(w.fresh[:1]), "--repository_cache="+harness.TempDir(t), "--repo_env=HOME="+dir, path, dockerConfig(t, test.config))
			if test.words != nil {
				result := w.bazel.Run(t, "build", append(flags, "@app//:manifest")...).MustFail(t, 1)
				for _, word := range append(test.words, `pull.image(name = "app")`) {
					contains(t, "the error", result.Stderr, word)
				}
				for _, secret := range []string{tokens.Password, auth(tokens.Password), auth("wrong"), tokens.Identity} {
					if strings.Contains(result.Stderr, secret) {
						t.Error("the error has the password")
					}
				}
				return
			}
			// The analysis of the image fetches its layers.
			w.bazel.Build(t, append(flags, "--nobuild", "@app//:image")...)
			// One for manifest and config, one for the layers.
			var want []string
			if test.who != "" {
				want = slices.Repeat([]string{test.who + " repository:" + test.repository + ":pull"}, 2)
			}
			equal(t, "tokens", strings.Join(tokens.Given()[given:], "\n"), strings.Join(want, "\n"))
		})
	}
	t.Run("tokens that come to their end", func(t *testing.T) {
		tokens.Expire.Store(true)
		given := len(tokens.Given())
		w.pull(t, map[string]string{"app": plain(tokens.Address, "open/app", digest.String(), `final_image_tag = "end"`)})
		w.bazel.Build(t, append(w.fresh, "--nobuild", "@app//:image")...)
		// Manifest, config and two layers.
		equal(t, "tokens", len(tokens.Given())-given, 4)
	})
	if leaked := tokens.Leaked(); len(leaked) > 0 {
		t.Errorf("where the blobs are got %q", leaked)
	}
}

// TestBazelsOwnSettings: what is set for Bazel's downloads holds for images:
// credential helpers, and rules for URLs, which give a mirror.
func TestBazelsOwnSettings(t *testing.T) {
	harness.Lane(t, "registry")
	w := onRegistry(t)
	tokens := w.registry.Before(t)
	img := w.images.image(t, amd64, types.OCIManifestSchema1, "mirrored")
	digest := w.registry.Push(t, layoutWith(t, img), "private/app")
	t.Run("credential helper", func(t *testing.T) {
		helper := program(t, harness.TempDir(t), "helper", fmt.Sprintf(`cat > /dev/null; echo '{"headers":{"Authorization":["Bearer %s"]}}'`, tokens.Give("helper", "repository:private/app:pull")))
		w.pull(t, map[string]string{"app": plain(tokens.Address, "private/app", digest)})
		w.bazel.Build(t, append(w.fresh, "--credential_helper=127.0.0.1="+helper, "--nobuild", "@app//:image")...)
		equal(t, "tokens", len(tokens.Given()), 1)
	})
	t.Run("mirror", func(t *testing.T) {
		rules := filepath.Join(harness.TempDir(t), "downloader.cfg")
		harness.WriteFile(t, rules, fmt.Sprintf("rewrite registry.invalid/(.*) http://%s/$1\n", w.registry.Address))
		w.pull(t, map[string]string{"app": fmt.Sprintf(`image_name = "registry.invalid/private/app", image_digest = %q`, digest)})
		w.bazel.Build(t, "--repository_cache="+harness.TempDir(t), "--experimental_downloader_config="+rules, "--nobuild", "@app//:image")
	})
}
