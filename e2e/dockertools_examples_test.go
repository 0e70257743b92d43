//go:build e2e

package e2e

import (
	"archive/tar"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/e2e/harness"
)

// Packages of the workspace's examples of dockerTools' manual.
const (
	builtExample    = "//examples/dockertools/build_image:"
	layeredExample  = "//examples/dockertools/layered:"
	exportedExample = "//examples/dockertools/export:"
	helpersExample  = "//examples/dockertools/helpers:"
)

var dockertoolsBuilt struct {
	mu    sync.Mutex
	built *acceptance
}

// dockertoolsExamples builds the examples of dockerTools' manual that need no
// Nix and no registry, for a daemon, when the first test asks for them.
func dockertoolsExamples(t *testing.T) *acceptance {
	t.Helper()
	docker := harness.Docker(t, harness.ClassicStore)
	dockertoolsBuilt.mu.Lock()
	defer dockertoolsBuilt.mu.Unlock()
	if dockertoolsBuilt.built == nil {
		bazel := harness.Lasting(t, ".")
		bazel.Build(t, "//examples/dockertools/...")
		dockertoolsBuilt.built = &acceptance{bazel: bazel, bin: bazel.Bin(t), docker: docker}
	}
	return dockertoolsBuilt.built
}

// containerFiles are the files at a path of a container of the image that does
// not run, as the daemon sees them, by their names.
func (a *acceptance) containerFiles(t *testing.T, i image, path string) map[string]harness.LayerFile {
	t.Helper()
	id := strings.TrimSpace(a.docker.Run(t, "create", "--network", "none", i.ref).Must(t).Stdout)
	defer func() { a.docker.Run(t, "rm", "--force", id).Must(t) }()
	files := map[string]harness.LayerFile{}
	for _, file := range harness.LayerTar(a.docker.Run(t, "cp", id+":"+path, "-").Must(t).Stdout).Files(t) {
		files[strings.TrimSuffix(file.Name, "/")] = file
	}
	return files
}

// TestDockertoolsBuildImage: the manual's examples of buildImage, by their
// anchors.
func TestDockertoolsBuildImage(t *testing.T) {
	harness.Lane(t, "repository")
	a := dockertoolsExamples(t)
	t.Run("ex-dockerTools-buildImage", func(t *testing.T) {
		i := a.gz(t, builtExample+"redis", "redis:latest")
		defer a.docker.Remove(t, i.ref)
		id := strings.TrimSpace(a.docker.Run(t, "run", "--detach", "--network", "none", i.ref).Must(t).Stdout)
		defer func() { a.docker.Run(t, "rm", "--force", "--volumes", id).Must(t) }()
		equal(t, "the server says", a.untilSucceeds(t, "exec", id, "/bin/redis-cli", "ping"), "PONG\n")
		const format = `{{.Config.WorkingDir}} {{json .Config.Volumes}} {{range .Mounts}}{{.Type}}:{{.Destination}}{{end}}`
		equal(t, "the container", a.docker.Run(t, "inspect", "--format", format, id).Must(t).Stdout, "/data {\"/data\":{}} volume:/data\n")
		a.layersOf(t, i, 1)
	})
	var trees []string
	for _, way := range []struct{ anchor, name string }{
		{"ex-dockerTools-buildImage-runAsRoot", "run_as_root"},
		{"ex-dockerTools-buildImage-extraCommands", "extra_commands"},
	} {
		t.Run(way.anchor, func(t *testing.T) {
			i := a.gz(t, builtExample+way.name, "hello:latest")
			defer a.docker.Remove(t, i.ref)
			equal(t, "the container says", a.run(t, i), greeting)
			equal(t, "WorkingDir", a.inspect(t, i).Config.WorkingDir, "/data")
			equal(t, "my-file", string(a.containerFiles(t, i, "/my-file")["my-file"].Content), "some content\n")
			equal(t, "type of /data", a.containerFiles(t, i, "/data")["data"].Typeflag, tar.TypeDir)
			a.layersOf(t, i, 1)
			a.bazel.Build(t, "--output_groups=mtree", i.label)
			trees = append(trees, harness.ReadFile(t, i.stem+".mtree"))
		})
	}
	if len(trees) == 2 {
		equal(t, "what extra_commands made", trees[1], trees[0])
	}
	t.Run("ex-dockerTools-buildImage-creatednow", func(t *testing.T) {
		i := a.gz(t, builtExample+"created_now", "hello:latest")
		defer a.docker.Remove(t, i.ref)
		equal(t, "the container says", a.run(t, i), greeting)
		created, err := time.Parse(time.RFC3339Nano, a.inspect(t, i).Created)
		if err != nil {
			t.Fatal(err)
		}
		// The build may have been an earlier one, whose result was kept.
		if created.Before(time.Now().AddDate(-1, 0, 0)) || created.After(time.Now()) {
			t.Errorf("Created is %v, want the time of the build", created)
		}
	})
}

// untilSucceeds runs docker until it succeeds, for a server that starts, and
// returns what it says.
func (a *acceptance) untilSucceeds(t *testing.T, args ...string) string {
	t.Helper()
	var r harness.Result
	for range 100 {
		if r = a.docker.Run(t, args...); r.Status == 0 {
			return r.Stdout
		}
		time.Sleep(50 * time.Millisecond)
	}
	return r.Must(t).Stdout
}

func (a *acceptance) layersOf(t *testing.T, i image, want int) {
	t.Helper()
	equal(t, "layers", len(a.inspect(t, i).RootFS.Layers), want)
}

var (
	// objectPath is the path of a store object with the name hello.
	objectPath   = regexp.MustCompile(`^/nix/store/[0-9a-z]{32}-hello$`)
	hashOfObject = regexp.MustCompile(`store/[0-9a-z]{32}-`)
	insideObject = regexp.MustCompile(`^\./nix/store/[^/]+/.`)
)

// TestDockertoolsLayered: the manual's examples of buildLayeredImage and
// streamLayeredImage, by their anchors.
func TestDockertoolsLayered(t *testing.T) {
	harness.Lane(t, "repository")
	a := dockertoolsExamples(t)
	const helloObjects = 5
	var built inspected
	t.Run("ex-dockerTools-buildLayeredImage-hello", func(t *testing.T) {
		i := a.gz(t, layeredExample+"hello", "hello:latest")
		defer a.docker.Remove(t, i.ref)
		equal(t, "the container says", a.run(t, i), greeting)
		a.layersOf(t, i, helloObjects+1)
		built = a.inspect(t, i)
	})
	t.Run("ex-dockerTools-streamLayeredImage-hello", func(t *testing.T) {
		i := a.stream(t, layeredExample+"hello_streamed", "hello:latest")
		defer a.docker.Remove(t, i.ref)
		equal(t, "the container says", a.run(t, i), greeting)
		equal(t, "the image, against the built one", fmt.Sprint(a.inspect(t, i)), fmt.Sprint(built))
	})
	t.Run("ex-dockerTools-streamLayeredImage-exploringlayers", func(t *testing.T) {
		a.bazel.Build(t, "--output_groups=image_tag", layeredExample+"exploring", layeredExample+"exploring_links")
		i := a.image(layeredExample+"exploring", "")
		file := i.archive(t)
		archive := harness.ReadArchive(t, file)
		equal(t, "name", archive.Name, "hello:"+i.tag(t))
		a.docker.Load(t, file)
		defer a.docker.Remove(t, archive.Name)
		equal(t, "the container says", a.docker.RunImage(t, archive.Name, "/bin/hello").Must(t).Stdout, greeting)
		equal(t, "layers", len(archive.Layers), helloObjects+1)
		var objects []string
		for number, layer := range archive.Layers[:helloObjects] {
			found := storePaths(layer.Entries(t))
			equal(t, fmt.Sprintf("objects of layer %d", number), len(found), 1)
			objects = append(objects, found...)
		}
		target := linksOnly(t, archive.Layers[helloObjects])["./bin/hello"]
		if !slices.Contains(objects, filepath.Dir(filepath.Dir(target))) {
			t.Errorf("bin/hello leads to %s, want an object among %q", target, objects)
		}

		file = a.image(layeredExample+"exploring_links", "").archive(t)
		links := harness.ReadArchive(t, file)
		a.docker.Load(t, file)
		defer a.docker.Remove(t, links.Name)
		if r := a.docker.RunImage(t, links.Name, "/bin/hello"); r.Status == 0 {
			t.Errorf("the program runs, and should not be there: %s", r)
		}
		equal(t, "layers without store paths", len(links.Layers), 1)
		equal(t, "bin/hello without store paths", linksOnly(t, links.Layers[0])["./bin/hello"], target)
	})
	t.Run("ex-dockerTools-streamLayeredImage-configclosure", func(t *testing.T) {
		i := a.stream(t, layeredExample+"config_closure", "hello:latest")
		defer a.docker.Remove(t, i.ref)
		equal(t, "the container says", a.run(t, i), greeting)
		equal(t, "store objects", len(slices.Concat(plannedLayers(t, i)...)), helloObjects)
	})
}

// linksOnly are the targets of a layer's links; all else in it must be
// directories outside of the store.
func linksOnly(t *testing.T, layer harness.LayerTar) map[string]string {
	t.Helper()
	links := map[string]string{}
	for _, entry := range layer.Entries(t) {
		switch {
		case entry.Typeflag == tar.TypeSymlink:
			links[entry.Name] = entry.Linkname
		case entry.Typeflag != tar.TypeDir || strings.Contains(entry.Name, "nix/store"):
			t.Errorf("%s, of type %q, is in the layer of links", entry.Name, entry.Typeflag)
		}
	}
	return links
}

// TestDockertoolsExport: the manual's examples of exportImage, by their anchors.
func TestDockertoolsExport(t *testing.T) {
	harness.Lane(t, "repository")
	a := dockertoolsExamples(t)
	exported := a.image(exportedExample+"hello", "").stem + ".tar"
	t.Run("ex-dockerTools-exportImage-hello", func(t *testing.T) {
		var names []string
		for _, entry := range harness.LayerTar(harness.ReadFile(t, exported)).Entries(t) {
			if !strings.HasPrefix(entry.Name, "./") {
				t.Errorf("%q does not start with ./", entry.Name)
			}
			if entry.Name == "./bin/hello" && !objectPath.MatchString(filepath.Dir(filepath.Dir(entry.Linkname))) {
				t.Errorf("./bin/hello leads to %q", entry.Linkname)
			}
			// As with tar --exclude './nix/store/*/*'.
			if !insideObject.MatchString(entry.Name) {
				names = append(names, hashOfObject.ReplaceAllString(entry.Name, "store/HASH-"))
			}
		}
		slices.Sort(names)
		equal(t, "names", strings.Join(names, "\n"), strings.Join([]string{
			"./", "./bin/", "./bin/hello", "./nix/", "./nix/store/",
			"./nix/store/HASH-audience/", "./nix/store/HASH-greeting/", "./nix/store/HASH-hello/", "./nix/store/HASH-phrasebook/", "./nix/store/HASH-punctuation/",
		}, "\n"))
	})
	t.Run("ex-dockerTools-exportImage-importingDocker", func(t *testing.T) {
		id := strings.TrimSpace(a.docker.Run(t, "image", "import", exported).Must(t).Stdout)
		defer a.docker.Remove(t, id)
		// There is no config that would say what to run.
		equal(t, "the container says", a.docker.RunImage(t, id, "/bin/hello").Must(t).Stdout, greeting)
	})
	for _, way := range []struct{ anchor, file string }{
		{"ex-dockerTools-exportImage-naming", "root_file_system.tar"},
		{"ex-dockerTools-exportImage-fromImagePath", "filesystem.tar"},
	} {
		t.Run(way.anchor, func(t *testing.T) {
			equal(t, way.file, harness.Digest(t, filepath.Join(filepath.Dir(exported), way.file)), harness.Digest(t, exported))
		})
	}
}

// TestDockertoolsHelpers: the manual's examples of the environment helpers, by
// their anchors.
func TestDockertoolsHelpers(t *testing.T) {
	harness.Lane(t, "repository")
	a := dockertoolsExamples(t)
	for _, way := range []struct{ anchor, name string }{
		{"ex-dockerTools-helpers-buildImage", "env_helpers"},
		{"ex-dockerTools-helpers-buildLayeredImage", "env_helpers_layered"},
	} {
		t.Run(way.anchor, func(t *testing.T) {
			i := a.gz(t, helpersExample+way.name, "env-helpers:latest")
			defer a.docker.Remove(t, i.ref)
			equal(t, "the container says", a.run(t, i), greeting)
			equal(t, "the shell says", a.run(t, i, "/bin/sh", "-c", "for word in some words; do echo $word; done"), "some\nwords\n")
		})
	}
	for _, way := range []struct{ anchor, name string }{
		{"ex-dockerTools-shadowSetup-buildImage", "shadow_basic"},
		{"ex-dockerTools-shadowSetup-buildLayeredImage", "shadow_basic_layered"},
	} {
		t.Run(way.anchor, func(t *testing.T) {
			i := a.gz(t, helpersExample+way.name, "shadow-basic:latest")
			defer a.docker.Remove(t, i.ref)
			equal(t, "the container says", a.run(t, i), greeting)
			equal(t, "as the user", a.runWith(t, []string{"--user", "hello"}, i).Must(t).Stdout, greeting)
			account := regexp.MustCompile(`(?m)^hello:x:(\d+):(\d+):`).FindStringSubmatch(string(a.containerFiles(t, i, "/etc/passwd")["passwd"].Content))
			if account == nil || account[1] == "0" {
				t.Fatalf("the user in /etc/passwd is %q", account)
			}
			data := a.containerFiles(t, i, "/data")["data"]
			equal(t, "owner of /data", fmt.Sprintf("%d:%d", data.Uid, data.Gid), account[1]+":"+account[2])
		})
	}
}

// rowOfExample is a row of the table of examples: anchor, heading and test.
var rowOfExample = regexp.MustCompile(`(?m)^\| \[(ex-dockerTools-[\w-]+)\]\(#([\w-]+)\) \| .+ \| (TestDockertools\w+) \|$`)

// TestDockertoolsTable: the table of the documentation has all examples of the
// manual, each with a section and a test.
func TestDockertoolsTable(t *testing.T) {
	harness.Lane(t, "repository")
	page := harness.ReadFile(t, filepath.Join(harness.Root(), "docs/migrating-from-dockertools.md"))
	var tests string
	for _, file := range []string{"examples", "workspaces"} {
		tests += harness.ReadFile(t, filepath.Join(harness.Root(), "e2e/dockertools_"+file+"_test.go"))
	}
	rows := rowOfExample.FindAllStringSubmatch(page, -1)
	equal(t, "examples", len(rows), 23)
	for _, row := range rows {
		equal(t, "link", row[2], strings.ToLower(row[1]))
		contains(t, "the page", page, "\n### "+row[1]+"\n")
		contains(t, "the tests", tests, `"`+row[1]+`"`)
		contains(t, "the tests", tests, "func "+row[3]+"(")
	}
}
