package image

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// architectures are the values of GOARCH that Go knows, those without a port
// too: the OCI image specification takes its architectures from there.
var architectures = []string{
	"386", "amd64", "amd64p32", "arm", "arm64", "arm64be", "armbe", "loong64", "mips", "mips64", "mips64le", "mips64p32",
	"mips64p32le", "mipsle", "ppc", "ppc64", "ppc64le", "riscv", "riscv64", "s390", "s390x", "sparc", "sparc64", "wasm",
}

// architectureOf gives the GOARCH of names that others have for it.
var architectureOf = map[string]string{
	"aarch64": "arm64", "arm64v8": "arm64", "armv8": "arm64",
	"armel": "arm", "armhf": "arm", "armv5": "arm", "armv6": "arm", "armv6l": "arm", "armv7": "arm", "armv7l": "arm", "arm32v7": "arm",
	"i386": "386", "i486": "386", "i586": "386", "i686": "386", "x86": "386", "x86_32": "386",
	"loongarch64": "loong64", "mips64el": "mips64le", "mipsel": "mipsle",
	"powerpc64": "ppc64", "powerpc64le": "ppc64le", "ppc64el": "ppc64le",
	"wasm32": "wasm", "x64": "amd64", "x86-64": "amd64", "x86_64": "amd64",
}

// checkArchitecture wants a GOARCH.
func checkArchitecture(name string) error {
	if name == "" {
		return errors.New("it is empty: give the image's GOARCH, such as amd64")
	}
	if slices.Contains(architectures, name) {
		return nil
	}
	if right, ok := architectureOf[strings.ToLower(name)]; ok {
		return fmt.Errorf("%q is not a GOARCH: write %q", name, right)
	}
	return fmt.Errorf("%q is not a GOARCH: want %s", name, strings.Join(nearArchitectures(name), ", "))
}

// nearArchitectures are those that begin as name does, with as many letters as
// possible.
func nearArchitectures(name string) []string {
	name = strings.ToLower(name)
	for n := len(name); n > 0; n-- {
		var near []string
		for _, a := range architectures {
			if strings.HasPrefix(a, name[:n]) {
				near = append(near, a)
			}
		}
		if len(near) > 0 {
			return near
		}
	}
	return architectures
}
