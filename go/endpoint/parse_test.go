package endpoint

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, test := range []struct {
		host             string
		kind             Kind
		network, address string
		base, text       string // text is empty if it is host
	}{
		{"unix:///run/docker.sock", Docker, "unix", "/run/docker.sock", "http://docker", ""},
		{" unix:///run/docker.sock\n", Docker, "unix", "/run/docker.sock", "http://docker", "unix:///run/docker.sock"},
		{"unix://a.sock", Docker, "unix", "a.sock", "http://docker", ""},
		{"unix:///run/podman.sock", Podman, "unix", "/run/podman.sock", "http://podman", ""},
		{"tcp://build", Docker, "tcp", "build:2375", "http://build:2375", ""},
		{"tcp://build:1", Docker, "tcp", "build:1", "http://build:1", ""},
		{"tcp://[::1]", Docker, "tcp", "[::1]:2375", "http://[::1]:2375", ""},
		{"tcp://build:1/a%20b/", Docker, "tcp", "build:1", "http://build:1/a%20b", ""},
		{"build:1", Docker, "tcp", "build:1", "http://build:1", "tcp://build:1"},
		{"tcp://build:1", Podman, "tcp", "build:1", "http://build:1", ""},
		{"ssh://me@build:22/run/docker.sock", Docker, "", "", "http://docker", ""},
		{"ssh://core@127.0.0.1:5/run/podman.sock", Podman, "", "", "http://podman", ""},
		{"/run/containerd.sock", Containerd, "unix", "/run/containerd.sock", "http://containerd", "unix:///run/containerd.sock"},
		{"unix:///run/containerd.sock", Containerd, "unix", "/run/containerd.sock", "http://containerd", ""},
	} {
		t.Run(test.host, func(t *testing.T) {
			e := mustParse(t, test.host, Options{Kind: test.kind, Origin: "from X"})
			if e.network != test.network || e.address != test.address || e.BaseURL() != test.base {
				t.Errorf("got %s %s, base %s", e.network, e.address, e.BaseURL())
			}
			if test.text == "" {
				test.text = test.host
			}
			if e.String() != test.text || e.Kind() != test.kind || e.Origin() != "from X" {
				t.Errorf("got %s, %s, %s", e, e.Kind(), e.Origin())
			}
		})
	}
}

func TestParseTLSPort(t *testing.T) {
	if e := mustParse(t, "tcp://build", Options{TLS: &TLSFiles{}}); e.BaseURL() != "https://build:2376" {
		t.Errorf("got %s", e.BaseURL())
	}
}

func TestParseErrors(t *testing.T) {
	for _, test := range []struct {
		host        string
		kind        Kind
		unsupported bool
		want        []string
	}{
		{"", Docker, false, []string{`docker host "" (from X): want unix:///path/of/docker.sock, tcp://name:port or ssh://user@name`}},
		{"/run/docker.sock", Docker, false, []string{`"/run/docker.sock"`, "want unix:///path"}},
		{"docker.sock", Docker, false, []string{`"docker.sock"`}},
		{":2375", Docker, false, []string{`":2375"`}},
		{"unix://", Docker, false, []string{"no path after unix://"}},
		{"tcp://", Docker, false, []string{"tcp://name:port"}},
		{"tcp://:1", Docker, false, []string{"tcp://name:port"}},
		{"tcp://build:x", Docker, false, []string{"tcp://name:port"}},
		{"tcp://me@build:1", Docker, false, []string{"tcp://name:port"}},
		{"tcp://build:1#x", Docker, false, []string{"tcp://name:port"}},
		{"a\nb", Docker, false, []string{`"a\nb"`}},
		{"npipe:////./pipe/docker_engine", Docker, true, []string{"npipe:// is not supported", "Windows", "npipe:////./pipe/docker_engine (from X)", "DOCKER_HOST", "`-- stream | docker load`"}},
		{"fd://", Docker, true, []string{"fd:// is not supported"}},
		{"https://build:2376", Docker, true, []string{"https:// is not supported"}},
		{"build:1", Podman, false, []string{"podman host", "/path/of/podman.sock"}},
		{"tcp://build", Podman, false, []string{"no port"}},
		{"http://build:1", Podman, true, []string{"http:// is not supported", "CONTAINER_HOST", "`-- stream | podman load`"}},
		{"tcp://build:1", Containerd, true, []string{"tcp:// is not supported", "CONTAINERD_ADDRESS", "`-- stream | ctr images import -`"}},
		{"ssh://build", Containerd, true, []string{"ssh:// is not supported"}},
		{"containerd.sock", Containerd, false, []string{"containerd address", "want /path/of/containerd.sock"}},
		{"ssh://", Docker, false, []string{"ssh://user@name"}},
		{"ssh://me@", Docker, false, []string{"ssh://user@name"}},
		{"ssh://build:ssh", Docker, false, []string{"ssh://user@name"}},
		{"ssh://build:0", Docker, false, []string{"1 to 65535"}},
		{"ssh://build:65536", Docker, false, []string{"1 to 65535"}},
		{"ssh://build?x=y", Docker, false, []string{"a query"}},
		{"ssh://build#x", Docker, false, []string{"a fragment"}},
		{"ssh://-oProxyCommand=touch%20x/", Docker, false, []string{"want"}},
		{"ssh://-oProxyCommand=x", Docker, false, []string{"begins with -"}},
		{"ssh://-x@build", Docker, false, []string{"begins with -"}},
		{"ssh://a%20b@build", Docker, false, []string{"special to a shell"}},
		{"ssh://$(id)@build", Docker, false, []string{"want"}},
		{"ssh://`id`@build", Docker, false, []string{"want"}},
		{"ssh://a%0ab@build", Docker, false, []string{"special to a shell"}},
		{"ssh://build;id", Docker, false, []string{"special to a shell"}},
	} {
		t.Run(test.host, func(t *testing.T) {
			_, err := Parse(test.host, Options{Kind: test.kind, Origin: "from X"})
			wantError(t, err, append(test.want, "(from X)")...)
			var unsupported *UnsupportedError
			if errors.As(err, &unsupported) != test.unsupported {
				t.Errorf("got %#v", err)
			}
		})
	}
}

// TestSecrets has passwords where there must be none.
func TestSecrets(t *testing.T) {
	for _, host := range []string{
		"ssh://me:secret@build", "ssh://me:s/secret@build", "ssh://me:%secret@build", "ssh://:secret@build", "tcp://me:secret@build:1",
		"tcp://me:a@secret@build:1", "tcp://build:1?token=secret", "https://me:secret@build", "https://build?secret", "me:secret@build:1", "ssh://me:\x01secret@build",
	} {
		for _, kind := range []Kind{Docker, Podman, Containerd} {
			_, err := Parse(host, Options{Kind: kind})
			wantError(t, err, "xxxxx")
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("%s: %v", kind, err)
			}
		}
	}
	_, err := Parse("ssh://me:secret@build", Options{})
	wantError(t, err, "a password in it is not supported, use a key")
	if got := redact("unix:///a:b@c?d"); got != "unix:///a:b@c?d" {
		t.Errorf("a path became %s", got)
	}
}

// FuzzParse looks for hosts that ssh or a shell would take for something else.
func FuzzParse(f *testing.F) {
	for _, host := range []string{"unix:///s", "tcp://[::1]:1/p", "build:1", "ssh://me@build:22/s", "ssh://me:secret@build", "ssh://-x@-y", "/s"} {
		f.Add(host, 0)
		f.Add(host, 1)
		f.Add(host, 2)
	}
	f.Fuzz(func(t *testing.T, host string, kind int) {
		e, err := Parse(host, Options{Kind: Kind(kind)})
		if err != nil || e.ssh == nil {
			return
		}
		args := e.ssh.args()
		name := args[len(args)-2]
		if args[len(args)-3] != "--" || name == "" || name[0] == '-' || strings.ContainsAny(name, " \t\n'\"`$;&|<>\\") {
			t.Errorf("%q becomes ssh %q", host, args)
		}
		if i := slices.Index(args, "-l"); i >= 0 && (args[i+1] == "" || args[i+1][0] == '-') {
			t.Errorf("%q becomes ssh %q", host, args)
		}
	})
}
