//go:build e2e

package e2e

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// TestPullErrors: what is wrong with what is pulled is named, with the tag of
// MODULE.bazel.
func TestPullErrors(t *testing.T) {
	harness.Lane(t, "registry")
	w := onRegistry(t)
	digest, images := w.twoPlatforms(t)
	amd, err := images["amd64"].Digest()
	if err != nil {
		t.Fatal(err)
	}
	single := w.registry.Push(t, layoutWith(t, w.images.image(t, arm64, types.DockerManifestSchema2, "single")), "single")
	at := w.registry.Address
	absent := "sha256:" + strings.Repeat("0", 64)
	bad, served := badRegistry(t)
	tag := func(name, digest string, more ...string) string {
		return strings.Join(append([]string{fmt.Sprintf("image_name = %q, image_digest = %q", name, digest)}, more...), ", ")
	}
	for _, test := range []struct {
		name, tag string
		words     []string
	}{
		{"another architecture", plain(at, "app", digest, `arch = "s390x"`), []string{digest, "no image for linux/s390x: there are images for linux/amd64, linux/arm64/v8"}},
		{"another system", plain(at, "app", digest, `os = "windows", arch = "amd64"`), []string{"no image for windows/amd64: there are images for linux/amd64, linux/arm64/v8"}},
		{"another variant", plain(at, "app", digest, `arch = "arm64", variant = "v9"`), []string{"no image for linux/arm64/v9"}},
		{"not what is asked for", plain(at, "single", single, `arch = "amd64"`), []string{`arch = "amd64", but`, "is for linux/arm64"}},
		{"absent", plain(at, "app", absent), []string{at + " does not have the manifest " + absent + " of app (404", "check image_name and image_digest"}},
		{"absent repository", plain(at, "no/such", amd.String()), []string{at + " does not have the manifest", "no/such"}},
		{"no TLS", tag(at+"/app", digest), []string{at + " did not give", "tls_verify = False"}},
		{"nobody there", plain("127.0.0.1:1", "app", digest), []string{"127.0.0.1:1 did not give"}},
		{"sha256", plain(at, "app", digest, `sha256 = "x"`), []string{`delete sha256 = "x"`}},
		{"capital letters", tag("UPPER/x", digest), []string{`image_name "UPPER/x": it has capital letters: write upper/x`}},
		{"a tag in the name", tag("nixos/nix:2.19.3", digest), []string{"image_name", "it has a tag", "final_image_tag"}},
		{"a digest in the name", tag("nixos/nix@"+digest, digest), []string{"it has a digest: give that in image_digest"}},
		{"a URL", tag("https://quay.io/coreos/etcd", digest), []string{"it is a URL: write quay.io/coreos/etcd"}},
		{"a long tag", tag("nixos/nix", digest, fmt.Sprintf("final_image_tag = %q", strings.Repeat("x", 129))), []string{"final_image_tag", "129 characters"}},
		{"a bad final name", tag("nixos/nix", digest, `final_image_name = "a//b"`), []string{"final_image_name", "its component"}},
		{"another algorithm", tag("nixos/nix", "md5:"+strings.Repeat("0", 32)), []string{`image_digest "md5:`, `"md5", is not supported: want sha256`}},
		{"a short digest", tag("nixos/nix", "sha256:abc"), []string{"want 64 hexadecimal digits"}},
		{"another name of an architecture", tag("nixos/nix", digest, `arch = "x86_64"`), []string{`arch "x86_64": write "amd64"`}},
		{"schema 1", plain(bad, "bad", served["schema 1"]), []string{served["schema 1"], "unsupported (schema 1)"}},
		{"web page", plain(bad, "bad", absent), []string{"gave a web page (text/html) in place of the manifest"}},
		{"other bytes", plain(bad, "bad", "sha256:"+strings.Repeat("1", 64)), []string{"digest mismatch", bad, "Checksum was"}},
		{"forbidden", plain(bad, "forbidden", absent), []string{bad + " refuses the manifest", "403", "docker login"}},
		{"not JSON", plain(bad, "bad", served["not JSON"]), []string{"it is not JSON of a manifest"}},
		{"too large", plain(bad, "bad", served["too large"]), []string{"4200000 bytes, the limit is 4194304"}},
		{"not an image", plain(bad, "bad", served["not an image"]), []string{"it is not an image: the media type of its config is application/vnd.cncf.helm.config.v1+json"}},
		{"unknown algorithm of a layer", plain(bad, "bad", served["unknown algorithm"]), []string{"layer 1 of 1", `its algorithm, "sha1", is not supported`}},
		{"config without rootfs", plain(bad, "bad", served["no rootfs"]), []string{"config sha256:", `it has no "rootfs"`}},
		{"other media type", plain(bad, "bad", served["other media type"], `arch = "amd64"`), []string{"its media type is " + string(types.OCIManifestSchema1), "says " + string(types.DockerManifestSchema2)}},
		{"index in itself", plain(bad, "bad", served["deep"]), []string{"nested deeper than the depth limit of 4"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			w.pull(t, map[string]string{"app": test.tag})
			result := w.bazel.Run(t, "build", append(w.fresh, "--http_connector_attempts=2", "@app//:manifest")...)
			if result.Status == 0 {
				t.Fatal(result)
			}
			for _, word := range append(test.words, `pull.image(name = "app")`) {
				contains(t, "the error", result.Stderr, word)
			}
		})
	}
	t.Run("foreign layer", func(t *testing.T) {
		w.pull(t, map[string]string{"app": plain(bad, "bad", served["foreign"])})
		result := w.bazel.Run(t, "build", append(w.fresh, "--nobuild", "@app//:image")...)
		for _, word := range []string{`pull.image(name = "app")`, "a foreign layer, which is only at https://example.com/layer", "nothing is fetched from there"} {
			contains(t, "the error", result.Stderr, word)
		}
	})
}

// badRegistry serves manifests that are wrong, whose digests it returns, and
// for other digests a web page or other bytes.
func badRegistry(t *testing.T) (address string, digests map[string]string) {
	t.Helper()
	contents := map[string]string{}
	put := func(content string) (digest string) {
		digest = fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(content)))
		contents[digest] = content
		return digest
	}
	image := func(configType, config, layer string) string {
		return put(fmt.Sprintf(`{"schemaVersion":2,"mediaType":%q,"config":{"mediaType":%q,"digest":%q,"size":%d},"layers":[%s]}`,
			types.OCIManifestSchema1, configType, put(config), len(config), layer))
	}
	index := func(digest string, mediaType types.MediaType) string {
		return put(fmt.Sprintf(`{"schemaVersion":2,"mediaType":%q,"manifests":[{"mediaType":%q,"digest":%q,"size":%d,"platform":{"os":"linux","architecture":"amd64"}}]}`,
			types.OCIImageIndex, mediaType, digest, len(contents[digest])))
	}
	ociConfig := string(types.OCIConfigJSON)
	good := `{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["sha256:0"]}}`
	absentLayer := "sha256:" + strings.Repeat("2", 64)
	foreign := fmt.Sprintf(`{"mediaType":"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip","digest":%q,"size":1,"urls":["https://example.com/layer"]}`, absentLayer)
	digests = map[string]string{
		"schema 1":          put(`{"schemaVersion":1,"name":"x","fsLayers":[]}`),
		"not JSON":          put("words"),
		"too large":         put(strings.Repeat(" ", 4200000)),
		"not an image":      image("application/vnd.cncf.helm.config.v1+json", "{}", ""),
		"unknown algorithm": image(ociConfig, "{}", `{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"sha1:00","size":1}`),
		"no rootfs":         image(ociConfig, `{"os":"linux","architecture":"amd64"}`, ""),
		"foreign":           image(ociConfig, good, foreign),
	}
	digests["other media type"] = index(digests["no rootfs"], types.DockerManifestSchema2)
	deep := digests["no rootfs"]
	mediaType := types.OCIManifestSchema1
	for range 5 {
		deep, mediaType = index(deep, mediaType), types.OCIImageIndex
	}
	digests["deep"] = deep
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		digest := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
		content, ok := contents[digest]
		switch {
		case strings.HasPrefix(r.URL.Path, "/v2/forbidden/"):
			http.Error(rw, "no", http.StatusForbidden)
		case ok:
			rw.Header().Set("Content-Type", string(types.OCIManifestSchema1))
			fmt.Fprint(rw, content)
		case digest == absentLayer:
			http.NotFound(rw, r)
		case strings.HasPrefix(digest, "sha256:0"):
			rw.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(rw, "<html>please log in to the network</html>")
		default:
			rw.Header().Set("Content-Type", string(types.OCIManifestSchema1))
			fmt.Fprint(rw, "other bytes")
		}
	}))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://"), digests
}
