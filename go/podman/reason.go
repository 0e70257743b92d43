package podman

import "strings"

// reason is what a refusal's message says about archives of the kind that we
// send. Podman tries an archive as one kind after the other, and lists what is
// wrong with each of them:
//
//	payload does not match any of the supported image formats:
//	 * oci: open /var/tmp/libpod-images-load.tar1/index.json: not a directory
//	 * oci-archive: loading index: open /var/tmp/container_images_oci2/index.json: no such file or directory
//	 * docker-archive: writing blob: no space left on device
//	 * dir: open /var/tmp/libpod-images-load.tar1/manifest.json: not a directory
func reason(message string) string {
	kinds := map[string]string{}
	for line := range strings.Lines(message) {
		if kind, text, ok := strings.Cut(strings.TrimPrefix(line, " * "), ": "); ok {
			kinds[kind] = strings.TrimSpace(text)
		}
	}
	layout, docker := kinds["oci-archive"], kinds["docker-archive"]
	switch {
	case docker != "" && strings.Contains(layout, "/index.json: no such file"):
		return docker
	case layout != "":
		return layout
	}
	return message
}
