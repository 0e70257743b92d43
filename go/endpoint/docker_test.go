package endpoint

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
)

// writeContext makes a context of the docker command's, and returns the folder
// of its files for TLS.
func writeContext(t *testing.T, home, name, meta string) (tlsDir string) {
	t.Helper()
	hash := fmt.Sprintf("%x", sha256.Sum256([]byte(name)))
	writeFile(t, filepath.Join(home, "docker/contexts/meta", hash, "meta.json"), meta)
	return filepath.Join(home, "docker/contexts/tls", hash, "docker")
}

func dockerMeta(host string) string {
	return fmt.Sprintf(`{"Name":"x","Metadata":{},"Endpoints":{"docker":{"Host":%q,"SkipTLSVerify":false}}}`, host)
}

func TestFindDockerOrder(t *testing.T) {
	home := cleanEnvironment(t)
	find := func(host, want, origin string) {
		t.Helper()
		e, err := FindDocker(background, host)
		if err != nil || e.String() != want || e.Origin() != origin {
			t.Errorf("got %v, want %s (%s); %v", e, want, origin, err)
		}
	}
	meta := func(name string) string {
		return filepath.Join(home, "docker/contexts/meta", fmt.Sprintf("%x", sha256.Sum256([]byte(name))), "meta.json")
	}
	config := filepath.Join(home, "docker/config.json")
	// From the last to the first: each is preferred to those before.
	t.Setenv("DOCKER_CERT_PATH", newAuthority(t).dir)
	t.Setenv("DOCKER_TLS_VERIFY", "1")
	find("", "tcp://localhost", "DOCKER_HOST is not set, but variables ask for TLS")
	writeContext(t, home, "current", dockerMeta("unix:///current.sock"))
	writeFile(t, config, `{"auths":{},"currentContext":"current"}`)
	find("", "unix:///current.sock", `from the docker context "current" in `+meta("current")+`, chosen by "currentContext" in `+config)
	writeContext(t, home, "mine", dockerMeta("ssh://me@mine"))
	t.Setenv("DOCKER_CONTEXT", "mine")
	find("", "ssh://me@mine", `from the docker context "mine" in `+meta("mine")+`, chosen by DOCKER_CONTEXT`)
	t.Setenv("DOCKER_HOST", "unix:///variable.sock")
	find("", "unix:///variable.sock", "from DOCKER_HOST")
	find("unix:///explicit.sock", "unix:///explicit.sock", "")
	// The default context is none.
	t.Setenv("DOCKER_HOST", "")
	t.Setenv("DOCKER_CONTEXT", "default")
	find("", "tcp://localhost", "DOCKER_HOST is not set, but variables ask for TLS")
}

func TestFindDockerHome(t *testing.T) {
	home := cleanEnvironment(t)
	t.Setenv("DOCKER_CONFIG", "")
	writeFile(t, filepath.Join(home, ".docker/config.json"), `{"currentContext":"absent"}`)
	_, err := FindDocker(background, "")
	wantError(t, err, `"currentContext" in `+home+"/.docker/config.json")
}

func TestDockerTLS(t *testing.T) {
	home := cleanEnvironment(t)
	a, folder := newAuthority(t), t.TempDir()
	a.files(t)
	writeFile(t, filepath.Join(folder, "junk"), "")
	t.Setenv("DOCKER_HOST", "tcp://build")
	if e, err := FindDocker(background, ""); err != nil || e.BaseURL() != "http://build:2375" {
		t.Errorf("without TLS: %v, %v", e, err)
	}
	t.Setenv("DOCKER_TLS", "1")
	if e, err := FindDocker(background, ""); err != nil || e.BaseURL() != "https://build:2376" || !e.tls.InsecureSkipVerify {
		t.Errorf("DOCKER_TLS: %v, %v", e, err)
	}
	t.Setenv("DOCKER_TLS_VERIFY", "1")
	_, err := FindDocker(background, "")
	wantError(t, err, filepath.Join(home, "docker/ca.pem"), "no such file", "from DOCKER_HOST", "DOCKER_CERT_PATH")
	t.Setenv("DOCKER_CERT_PATH", folder)
	_, err = FindDocker(background, "")
	wantError(t, err, filepath.Join(folder, "ca.pem"))
	t.Setenv("DOCKER_CERT_PATH", a.dir)
	for _, host := range []string{"", "tcp://build:2376"} {
		e, err := FindDocker(background, host)
		if err != nil || e.BaseURL() != "https://build:2376" || e.tls.InsecureSkipVerify || len(e.tls.Certificates) != 1 || e.tls.RootCAs == nil {
			t.Errorf("DOCKER_TLS_VERIFY: %v, %v", e, err)
		}
	}
	// Sockets and ssh have no use for TLS.
	for _, host := range []string{"unix:///x.sock", "ssh://build"} {
		if e, err := FindDocker(background, host); err != nil || e.tls != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func TestContextTLS(t *testing.T) {
	home := cleanEnvironment(t)
	t.Setenv("DOCKER_CONTEXT", "mine")
	a := newAuthority(t)
	files := a.files(t)
	tlsDir := writeContext(t, home, "mine", dockerMeta("tcp://build"))
	if e, err := FindDocker(background, ""); err != nil || e.BaseURL() != "http://build:2375" {
		t.Errorf("no files: %v, %v", e, err)
	}
	for name, from := range map[string]string{"ca.pem": files.CA, "cert.pem": files.Cert, "key.pem": files.Key} {
		data, err := readFile(from)
		if err != nil {
			t.Fatal(err)
		}
		writeFile(t, filepath.Join(tlsDir, name), string(data))
	}
	t.Setenv("DOCKER_TLS", "1") // says nothing of contexts
	e, err := FindDocker(background, "")
	if err != nil || e.BaseURL() != "https://build:2376" || e.tls.InsecureSkipVerify || len(e.tls.Certificates) != 1 || e.tls.RootCAs == nil {
		t.Errorf("files: %v, %v", e, err)
	}
	writeContext(t, home, "mine", `{"Endpoints":{"docker":{"Host":"tcp://build","SkipTLSVerify":true}}}`)
	if e, err := FindDocker(background, ""); err != nil || !e.tls.InsecureSkipVerify {
		t.Errorf("SkipTLSVerify: %v, %v", e, err)
	}
	writeFile(t, filepath.Join(tlsDir, "ca.pem"), "junk")
	_, err = FindDocker(background, "")
	wantError(t, err, filepath.Join(tlsDir, "ca.pem"), "docker context update mine --docker host=tcp://build,ca=FILE", "chosen by DOCKER_CONTEXT")
}

func TestContextErrors(t *testing.T) {
	home := cleanEnvironment(t)
	for name, meta := range map[string]string{
		"malformed": `{"Endpoints":`, "empty": `{}`, "kubernetes": `{"Endpoints":{"kubernetes":{}}}`, "wrong": `{"Endpoints":[]}`,
		"pipe": dockerMeta("npipe:////./pipe/x"), "hostless": dockerMeta(""), "secret": dockerMeta("ssh://me:secret@build"),
	} {
		writeContext(t, home, name, meta)
	}
	for _, test := range []struct {
		name string
		want []string
	}{
		{"absent", []string{`docker context "absent" (chosen by DOCKER_CONTEXT): there is no such context`, "meta.json", "`docker context ls`", "DOCKER_HOST"}},
		{"../x", []string{`"../x"`, "there is no such context"}},
		{"malformed", []string{"meta.json: unexpected end of JSON", "`docker context ls`"}},
		{"wrong", []string{"meta.json: json: cannot unmarshal", "`docker context ls`"}},
		{"empty", []string{"no endpoint of Docker", "`docker context ls`"}},
		{"kubernetes", []string{"no endpoint of Docker"}},
		{"pipe", []string{"npipe://", `from the docker context "pipe" in `}},
		{"secret", []string{"xxxxx", "password"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("DOCKER_CONTEXT", test.name)
			_, err := FindDocker(background, "")
			wantError(t, err, test.want...)
		})
	}
	t.Run("config.json", func(t *testing.T) {
		path := writeFile(t, filepath.Join(home, "docker/config.json"), "{]")
		_, err := FindDocker(background, "")
		wantError(t, err, path, "invalid character", "DOCKER_HOST or DOCKER_CONTEXT")
		t.Setenv("DOCKER_HOST", "unix:///x.sock")
		if _, err := FindDocker(background, ""); err != nil {
			t.Errorf("DOCKER_HOST does not do without it: %v", err)
		}
	})
}

func TestDockerSockets(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", "/run/user/7")
	t.Setenv("HOME", "/home/me")
	got := dockerSockets()
	want := []string{"/var/run/docker.sock", "/run/user/7/docker.sock", "/home/me/.docker/run/docker.sock"}
	if len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("got %q", got)
	}
}

func TestFirstSocket(t *testing.T) {
	l := listenUnix(t)
	serve(t, l)
	live := l.Addr().String()
	dead, missing := deadSocket(t), "/nonexistent/docker.sock"
	e, err := firstSocket(background, Docker, "X is not set", []string{missing, dead, live})
	if err != nil || e.String() != "unix://"+live || e.Origin() != "X is not set" {
		t.Errorf("got %v, %v", e, err)
	}
	_, err = firstSocket(background, Docker, "DOCKER_HOST is not set", []string{missing, dead, missing})
	wantError(t, err, missing+", "+dead, "connection refused", "DOCKER_HOST is not set", "start Docker", "`-- run --sandbox`", "`-- stream`")
	var notRunning *NotRunningError
	if !errors.As(err, &notRunning) || len(notRunning.Hosts) != 3 {
		t.Errorf("got %#v", err)
	}
}
