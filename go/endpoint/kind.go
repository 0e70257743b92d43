package endpoint

// Kind is a kind of engine.
type Kind int

// The engines that images are loaded into.
const (
	Docker Kind = iota
	Podman
	Containerd
)

// String is the engine's name, "Docker".
func (k Kind) String() string { return k.words().name }

// words are what messages say about a kind of engine.
type words struct {
	name     string
	service  string // what listens
	owner    string // the same, with its article if it has one
	host     string // what its address is called
	variable string // what holds the address
	start    string // how to start it
	find     string // where to find its address
	allow    string // how to get the right to use its socket
	check    string // the command that shows whether it works
	load     string // the command that loads an archive from its standard input
	program  string // what ssh runs on the far side, empty if there is none
	socketOf string // program's option that takes a socket's URL
	tls      string // how to name the files for TLS
	useTLS   string // how to ask for TLS
}

func (k Kind) words() words {
	switch k {
	case Podman:
		return words{
			name: "Podman", service: "Podman service", owner: "the Podman service", host: "podman host", variable: "CONTAINER_HOST",
			start: "start it with `systemctl --user enable --now podman.socket` or `podman machine start`",
			find:  "an address that `podman system connection list` shows",
			allow: "start one of your own with `systemctl --user enable --now podman.socket`",
			check: "podman --remote version",
			load:  "podman load", program: "podman", socketOf: "--url=",
			tls:    "set CONTAINER_TLS_CA, CONTAINER_TLS_CERT and CONTAINER_TLS_KEY to the right files",
			useTLS: "set CONTAINER_TLS_CA to the file of its CA, and CONTAINER_TLS_CERT and CONTAINER_TLS_KEY to those of a certificate and its key",
		}
	case Containerd:
		return words{
			name: "containerd", service: "containerd", owner: "containerd", host: "containerd address", variable: "CONTAINERD_ADDRESS",
			start: "start containerd",
			find:  "its socket, such as that of k3s, /run/k3s/containerd/containerd.sock",
			allow: "its socket is root's: run this as root",
			check: "ctr version",
			load:  "ctr images import -",
		}
	}
	return words{
		name: "Docker", service: "Docker daemon", owner: "the Docker daemon", host: "docker host", variable: "DOCKER_HOST",
		start: "start Docker",
		find:  "the socket that `docker context inspect` shows",
		allow: "add yourself to the group that owns it (sudo usermod -aG docker $USER) and log in again",
		check: "docker version",
		load:  "docker load", program: "docker", socketOf: "--host=",
		tls:    "set DOCKER_CERT_PATH to the folder with the right ca.pem, cert.pem and key.pem",
		useTLS: "set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH to the folder with ca.pem, cert.pem and key.pem",
	}
}
