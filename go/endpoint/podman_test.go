package endpoint

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

const someConnections = `{"Connection":{"Default":"machine","Connections":{
	"machine":{"URI":"ssh://core@127.0.0.1:5/run/user/501/podman/podman.sock","Identity":"/keys/machine","IsMachine":true},
	"secure":{"URI":"tcp://build:9","TLSCA":"/nonexistent/ca.pem"},
	"local":{"URI":"unix:///local.sock"}}},"Farm":{}}`

func TestFindPodmanOrder(t *testing.T) {
	home := cleanEnvironment(t)
	if _, err := firstSocket(background, Podman, "", podmanSockets()); err == nil {
		t.Skip("needs a machine without a Podman service")
	}
	find := func(host, system, want, origin string) *Endpoint {
		t.Helper()
		e, err := findPodman(background, host, system)
		if err != nil {
			t.Fatal(err)
		}
		if e.String() != want || e.Origin() != origin || e.Kind() != Podman {
			t.Errorf("got %s (%s), want %s (%s)", e, e.Origin(), want, origin)
		}
		return e
	}
	// From the last to the first: each is preferred to those before.
	path := writeFile(t, filepath.Join(home, ".config/containers/podman-connections.json"), someConnections)
	machine := "ssh://core@127.0.0.1:5/run/user/501/podman/podman.sock"
	origin := `from the podman connection "machine" in ` + path + `, the default`
	e := find("", "linux", machine, origin)
	if got := strings.Join(e.ssh.args(), " "); !strings.Contains(got, "-i /keys/machine") || !strings.Contains(got, "StrictHostKeyChecking=no") {
		t.Errorf("ssh %s", got)
	}
	socket := filepath.Join(home, "run/podman/podman.sock")
	serve(t, listenAt(t, socket))
	find("", "linux", "unix://"+socket, "CONTAINER_HOST is not set")
	find("", "darwin", machine, origin)
	t.Setenv("CONTAINER_HOST", "ssh://me@build/s")
	t.Setenv("CONTAINER_SSHKEY", "/keys/mine")
	e = find("", "linux", "ssh://me@build/s", "from CONTAINER_HOST")
	if got := strings.Join(e.ssh.args(), " "); !strings.Contains(got, "-i /keys/mine") {
		t.Errorf("ssh %s", got)
	}
	t.Setenv("CONTAINER_CONNECTION", "local")
	find("", "linux", "unix:///local.sock", `from the podman connection "local" in `+path+`, chosen by CONTAINER_CONNECTION`)
	find("unix:///explicit.sock", "linux", "unix:///explicit.sock", "")
}

func TestFindPodmanTLS(t *testing.T) {
	cleanEnvironment(t)
	files := newAuthority(t).files(t)
	t.Setenv("CONTAINER_HOST", "tcp://build:9")
	t.Setenv("CONTAINER_TLS_CA", files.CA)
	t.Setenv("CONTAINER_TLS_CERT", files.Cert)
	_, err := FindPodman(background, "")
	wantError(t, err, files.Cert, "no private key", "CONTAINER_TLS_KEY")
	t.Setenv("CONTAINER_TLS_KEY", files.Key)
	e, err := FindPodman(background, "")
	if err != nil || e.BaseURL() != "https://build:9" || len(e.tls.Certificates) != 1 {
		t.Errorf("got %v, %v", e, err)
	}
}

func TestFindPodmanErrors(t *testing.T) {
	home := cleanEnvironment(t)
	path := filepath.Join(home, "elsewhere.json")
	t.Setenv("PODMAN_CONNECTIONS_CONF", path)
	for _, test := range []struct {
		name, file, connection string
		want                   []string
	}{
		{"no file", "", "absent", []string{`podman connection "absent" (chosen by CONTAINER_CONNECTION) is not in ` + path, "which has none", "CONTAINER_HOST"}},
		{"absent", someConnections, "absent", []string{"which has local, machine, secure"}},
		{"no default", `{"Connection":{"Default":"gone"}}`, "", []string{`podman connection "gone" (the default)`}},
		{"malformed", `{"Connection":`, "", []string{path, "unexpected end", "CONTAINER_HOST"}},
		{"TLS", someConnections, "secure", []string{"/nonexistent/ca.pem", `from the podman connection "secure"`, "podman system connection add --tls-ca FILE"}},
		{"bad URI", `{"Connection":{"Connections":{"x":{"URI":"ssh://-x"}}}}`, "x", []string{"begins with -", `from the podman connection "x"`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.file != "" {
				writeFile(t, path, test.file)
			}
			t.Setenv("CONTAINER_CONNECTION", test.connection)
			_, err := findPodman(background, "", "darwin")
			wantError(t, err, test.want...)
		})
	}
}

func TestPodmanIsNotThere(t *testing.T) {
	home := cleanEnvironment(t)
	_, err := FindPodman(background, "")
	if err == nil {
		t.Skip("needs a machine without a Podman service")
	}
	wantError(t, err, "no Podman service answers at "+home+"/run/podman/podman.sock, /run/podman/podman.sock (CONTAINER_HOST is not set)",
		"podman.socket", "podman machine start")
	var notRunning *NotRunningError
	if !errors.As(err, &notRunning) {
		t.Errorf("got %#v", err)
	}
}

func TestFindContainerd(t *testing.T) {
	cleanEnvironment(t)
	for _, test := range []struct{ host, variable, want, origin string }{
		{"", "", "unix:///run/containerd/containerd.sock", "CONTAINERD_ADDRESS is not set"},
		{"", "/my.sock", "unix:///my.sock", "from CONTAINERD_ADDRESS"},
		{"unix:///x.sock", "/my.sock", "unix:///x.sock", ""},
	} {
		t.Setenv("CONTAINERD_ADDRESS", test.variable)
		e, err := FindContainerd(test.host)
		if err != nil || e.String() != test.want || e.Origin() != test.origin || e.Kind() != Containerd {
			t.Errorf("got %v, %v, want %s (%s)", e, err, test.want, test.origin)
		}
	}
	t.Setenv("CONTAINERD_ADDRESS", "tcp://build:1")
	_, err := FindContainerd("")
	wantError(t, err, "tcp://build:1 (from CONTAINERD_ADDRESS)", "not supported")
	if got := ContainerdNamespace(); got != "default" {
		t.Errorf("namespace %s", got)
	}
	t.Setenv("CONTAINERD_NAMESPACE", "k8s.io")
	if got := ContainerdNamespace(); got != "k8s.io" {
		t.Errorf("namespace %s", got)
	}
}
