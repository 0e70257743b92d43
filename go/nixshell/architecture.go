package nixshell

import (
	"fmt"
	"strings"
)

// architectures are the values of GOARCH by the processors in the names of
// Nix's systems.
var architectures = map[string]string{
	"aarch64":     "arm64",
	"armv5tel":    "arm",
	"armv6l":      "arm",
	"armv7a":      "arm",
	"armv7l":      "arm",
	"i686":        "386",
	"loongarch64": "loong64",
	"mips64el":    "mips64le",
	"mipsel":      "mipsle",
	"powerpc64":   "ppc64",
	"powerpc64le": "ppc64le",
	"riscv64":     "riscv64",
	"s390x":       "s390x",
	"x86_64":      "amd64",
}

// checkArchitecture refuses a derivation that is built on a system of Linux
// which is not the image's.
func checkArchitecture(system, architecture string) error {
	processor := strings.TrimSuffix(system, "-linux")
	if architecture == "" || architecture == "unknown" || architectures[processor] == architecture {
		return nil
	}
	return fmt.Errorf("its system is %s, and the image's architecture is %s: build the image for that platform (attribute platform), or instantiate the derivation for the image's", system, architecture)
}
