package endpoint

import "os"

// FindContainerd is the endpoint that containerd's ctr would use: host if it is
// not empty, else CONTAINERD_ADDRESS, else /run/containerd/containerd.sock. It
// is a Unix socket, which need not be there.
func FindContainerd(host string) (*Endpoint, error) {
	o := Options{Kind: Containerd}
	if host == "" {
		host, o.Origin = os.Getenv("CONTAINERD_ADDRESS"), "from CONTAINERD_ADDRESS"
	}
	if host == "" {
		host, o.Origin = "/run/containerd/containerd.sock", "CONTAINERD_ADDRESS is not set"
	}
	return Parse(host, o)
}

// ContainerdNamespace is the namespace of containerd that images belong to:
// CONTAINERD_NAMESPACE, else "default".
func ContainerdNamespace() string {
	if namespace := os.Getenv("CONTAINERD_NAMESPACE"); namespace != "" {
		return namespace
	}
	return "default"
}
