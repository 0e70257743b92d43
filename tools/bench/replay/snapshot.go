package replay

import "strings"

// names are the applications that are replayed: servers, interpreters with
// libraries, compilers and tools.
const names = `nginx postgresql redis-server python3-flask python3-django python3-pandas python3-scipy python3-requests
nodejs default-jre-headless rails php-fpm haproxy apache2 mariadb-server git ffmpeg imagemagick gdal-bin prometheus
r-base-core octave texlive-latex-base libreoffice-core-nogui chromium python3-matplotlib python3-sklearn ansible
mercurial subversion emacs-nox vim tor bind9 exim4 dovecot-imapd samba squid varnish memcached rabbitmq-server elixir
ghc ocaml rustc golang-go clang gcc qemu-system-x86 docker.io podman buildah skopeo`

// Applications are those that both indices have.
func Applications(before, now *Index) []Snapshot {
	var out []Snapshot
	for _, name := range strings.Fields(names) {
		if before.Has(name) && now.Has(name) {
			out = append(out, Snapshot{NewApplication(before, name), NewApplication(now, name)})
		}
	}
	return out
}
