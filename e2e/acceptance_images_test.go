//go:build e2e

package e2e

import (
	"bytes"
	"debug/elf"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// The tests are named by the rows of docs/acceptance.md, which says what each
// is about.

func TestRow01HelloOnRoot(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	hello := a.stream(t, "//hello:hello_on_root", "hello:latest")
	equal(t, "the container says", a.run(t, hello), greeting)
}

func TestRow02NoStore(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	for _, name := range []string{"hello-no-store", "hello-no-store-fakechroot"} {
		t.Run(name, func(t *testing.T) {
			label := "//hello:hello_on_root" + strings.ReplaceAll(strings.TrimPrefix(name, "hello"), "-", "_")
			hello := a.stream(t, label, name+":latest")
			for _, path := range paths(t, harness.ReadArchive(t, hello.archive(t))) {
				if strings.Contains(path+"/", "nix/store/") {
					t.Errorf("%s is in the image", path)
				}
			}
			if r := a.docker.RunImage(t, hello.ref); r.Status == 0 || r.Stdout != "" {
				t.Errorf("it ran without a store: %s", r)
			}
			store := filepath.Dir(a.lab.OnDisk(a.lab.Path(t, "hello")))
			r := a.runWith(t, []string{"--volume", store + ":/nix/store:ro"}, hello)
			equal(t, "with the store, the container says", r.Must(t).Stdout, greeting)
		})
	}
}

func TestRow04NoTag(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	for _, name := range []string{"bash-no-tag", "bash-no-tag-layered", "bash-no-tag-stream-layered", "nix-layered"} {
		t.Run(name, func(t *testing.T) {
			folder, load := "bash", a.gz
			switch name {
			case "bash-no-tag":
				folder = "single"
			case "bash-no-tag-stream-layered":
				load = a.stream
			case "nix-layered":
				folder = "nix"
			}
			label := "//" + folder + ":" + strings.ReplaceAll(name, "-", "_")
			tag := a.image(label, "").tag(t)
			if !regexp.MustCompile(`^[0-9a-df-np-sv-z]{32}$`).MatchString(tag) {
				t.Errorf("image_tag is %q, want 32 characters of Nix's base32", tag)
			}
			image := load(t, label, name+":"+tag)
			if listed := a.names(t); !slices.Contains(listed, image.ref) {
				t.Errorf("docker lists %q, want %s", listed, image.ref)
			}
			contains(t, "bash --version", a.run(t, image, "/bin/bash", "--version"), "GNU bash")
		})
	}
}

func TestRow05Compressors(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	for _, c := range []struct {
		compressor, suffix string
		offset             int64
		magic              string
	}{
		{"none", ".tar", 257, "ustar"},
		{"gz", ".tar.gz", 0, "\x1f\x8b"},
		{"zstd", ".tar.zst", 0, "\x28\xb5\x2f\xfd"},
	} {
		for kind, label := range map[string]string{"bash-layered-": "//bash:bash_layered_", "bash-": "//single:bash_"} {
			t.Run(kind+c.compressor, func(t *testing.T) {
				bash := a.archive(t, label+c.compressor, c.suffix, kind+c.compressor+":latest")
				startsWith(t, bash.stem+c.suffix, c.offset, c.magic)
				contains(t, "bash --version", a.run(t, bash, "/bin/bash", "--version"), "GNU bash")
			})
		}
	}
}

func TestRow07LayeredWithUser(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	bash := a.gz(t, "//bash:bash_layered_with_user", "bash-layered-with-user:latest")
	said := a.runWith(t, []string{"--user", "somebody"}, bash,
		a.lab.Path(t, "bash")+"/bin/bash", "-c", "id -u; stat -c %a /nix; stat -c %a /nix/store").Must(t).Stdout
	equal(t, "uid, modes of /nix and /nix/store", said, "999\n755\n755\n")
}

func TestRow10Nginx(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	serves(t, a, a.gz(t, "//server:nginx", "nginx-container:latest"))
}

// TestRowNginxStream: the example nginxStream.
func TestRowNginxStream(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	serves(t, a, a.stream(t, "//server:nginx_stream", "nginx-stream:latest"))
}

// serves runs the image of nginx and asks it for its page.
func serves(t *testing.T, a *acceptance, nginx image) {
	t.Helper()
	if _, ok := a.inspect(t, nginx).Config.ExposedPorts["80/tcp"]; !ok {
		t.Errorf("ExposedPorts is %v, want 80/tcp", a.inspect(t, nginx).Config.ExposedPorts)
	}
	const container = "strata-nginx"
	defer a.docker.Run(t, "rm", "--force", container)
	a.docker.Run(t, "run", "--detach", "--name", container, "--network", "none", nginx.ref).Must(t)
	var r harness.Result
	for range 50 {
		r = a.docker.Run(t, "exec", container, "wget", "-q", "-O", "-", "http://127.0.0.1:80/")
		if r.Status == 0 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if r.Status != 0 {
		t.Fatalf("%s\nthe server: %s", r, a.docker.Run(t, "logs", container))
	}
	contains(t, "the page", r.Stdout, "<h1>Hello from NGINX</h1>")
}

func TestRow13UnstableDate(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	const fixed = "1970-01-01T00:00:01Z"
	created := func(i image) time.Time {
		t.Helper()
		text := a.inspect(t, i).Created
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		if text == fixed || at.After(time.Now()) || time.Since(at) > 365*24*time.Hour {
			t.Errorf("%s: Created is %s, want the time of the run or of the build", i.label, text)
		}
		return at
	}
	start := time.Now()
	streamed := created(a.stream(t, "//config:unstable_date", "unstable-date:latest"))
	if streamed.Before(start.Truncate(time.Second)) {
		t.Errorf("a streamed image's Created is %v, want the time of the run, which began at %v", streamed, start)
	}
	for label, ref := range map[string]string{"//config:unstable_date_layered": "unstable-date-layered:latest", "//single:unstable_date_single": "unstable-date-single:latest"} {
		if at := created(a.gz(t, label, ref)); at.After(start) {
			t.Errorf("Created of %s is %v, after the build", ref, at)
		}
	}
}

func TestRow20EnvironmentVariables(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	for label, ref := range map[string]string{"//config:environment_variables_layered": "child:latest", "//single:environment_variables": "child-single:latest"} {
		child := a.gz(t, label, ref)
		env := strings.Split(a.run(t, child, "env"), "\n")
		for _, want := range []string{"FROM_PARENT=true", "FROM_CHILD=true", "LAST_LAYER=child"} {
			if !slices.Contains(env, want) {
				t.Errorf("the environment in %s is %q, want %s in it", ref, env, want)
			}
		}
		equal(t, "Env of "+ref, strings.Join(a.inspect(t, child).Config.Env, " "), "FROM_PARENT=true LAST_LAYER=child FROM_CHILD=true")
	}
}

func TestRow26Cross(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	for arch, machine := range map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64} {
		t.Run(arch, func(t *testing.T) {
			// Its outputs are not where those for this platform are.
			hello := a.image("//cross:hello_"+arch, "hello-cross-"+arch+":latest")
			hello.load(t, a.docker)
			equal(t, "Architecture", a.inspect(t, hello).Architecture, arch)
			archive := harness.ReadArchive(t, stdoutFile(t, a.bazel.Command("run", hello.label, "--", "stream")))
			equal(t, "machine of the program", machineOf(t, archive, "/bin/hello"), machine)
		})
	}
}

// TestRowCross: the test docker-tools-cross runs images that were built for
// this machine by name; those for another one can be looked at.
func TestRowCross(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	for arch, machine := range map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64} {
		t.Run(arch, func(t *testing.T) {
			single := a.image("//cross:hello_single_"+arch, "hello-single-"+arch+":latest")
			single.load(t, a.docker)
			equal(t, "Architecture", a.inspect(t, single).Architecture, arch)
			archive := harness.ReadArchive(t, stdoutFile(t, a.bazel.Command("run", single.label, "--", "stream")))
			equal(t, "machine of the program", machineOf(t, archive, "/bin/hello"), machine)
			if arch == runtime.GOARCH {
				layered := a.image("//cross:hello_"+arch, "hello-cross-"+arch+":latest")
				layered.load(t, a.docker)
				equal(t, "the container says", a.run(t, single), greeting)
				equal(t, "the layered image's container says", a.run(t, layered), greeting)
			}
		})
	}
}

// machineOf is what the first program with the suffix is made for.
func machineOf(t *testing.T, archive *harness.Archive, suffix string) elf.Machine {
	t.Helper()
	for _, layer := range archive.Layers {
		for _, file := range layer.Files(t) {
			if strings.HasSuffix(file.Name, suffix) && len(file.Content) > 0 {
				program, err := elf.NewFile(bytes.NewReader(file.Content))
				if err != nil {
					t.Fatal(err)
				}
				return program.Machine
			}
		}
	}
	t.Fatalf("no file with the suffix %s", suffix)
	return 0
}

func TestRow28PrefixedImage(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	for label, ref := range map[string]string{
		"//hello:prefixed_layered_image": "registry-1.docker.io/layered-image:latest",
		"//single:prefixed_image":        "registry-1.docker.io/image:latest",
	} {
		image := a.gz(t, label, ref)
		if listed := a.names(t); !slices.Contains(listed, image.ref) {
			t.Errorf("docker lists %q, want %s", listed, image.ref)
		}
		equal(t, "the container of "+ref+" says", a.run(t, image), greeting)
	}
}

func TestRow36PathInContents(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	for _, image := range []image{
		a.stream(t, "//bash:layered_image_with_path", "layered-image-with-path:latest"),
		a.gz(t, "//single:build_image_with_path", "build-image-with-path:latest"),
	} {
		equal(t, "/hello.txt of "+image.ref, a.run(t, image, "/bin/cat", "/hello.txt"), "Hello there!\n\n")
	}
}

func TestRow37Architecture(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	for _, image := range []image{
		a.gz(t, "//bash:layered_image_with_architecture", "layered-image-with-architecture:latest"),
		a.gz(t, "//single:build_image_with_architecture", "build-image-with-architecture:latest"),
	} {
		equal(t, "Architecture of "+image.ref, a.inspect(t, image).Architecture, "arm64")
	}
}

func TestRow39Certificates(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	for _, image := range []image{
		a.stream(t, "//config:image_with_certs", "image-with-certs:latest"),
		a.gz(t, "//config:image_with_certs_single", "image-with-certs-single:latest"),
	} {
		a.run(t, image, "sh", "-e", "-c", `
			test -r /etc/ssl/certs/ca-bundle.crt
			test -r /etc/ssl/certs/ca-certificates.crt
			test -r /etc/pki/tls/certs/ca-bundle.crt
			cat /etc/ssl/certs/ca-certificates.crt`)
	}
}

func TestRow41NonRoot(t *testing.T) {
	harness.Lane(t, "acceptance")
	a := accept(t)
	image := a.stream(t, "//config:non_root_test_image", "non-root-test:latest")
	equal(t, "User", a.inspect(t, image).Config.User, "user")
	equal(t, "owner of a store object's file", a.run(t, image), "1000:1000\n")
	equal(t, "who runs", a.run(t, image, a.lab.Path(t, "busybox")+"/bin/id", "-u"), "1000\n")
}
