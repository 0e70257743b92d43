package main

import (
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/rules-strata/rules_strata"

// TestStartsSmall keeps out of the action binary what would make every action
// start slowly: the network, SQL, the interpreter of scripts, what runs
// containers, what compiles regular expressions before it is asked for any.
func TestStartsSmall(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command, which lists imports: go test ./... has it")
	}
	out, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Skipf("go list does not work here (%v): go test ./... runs where it does", err)
	}
	for _, path := range strings.Fields(string(out)) {
		for _, heavy := range []string{
			"net", "net/http", "crypto/tls", "database/sql", "mvdan.cc/sh", "modernc.org", "github.com/google/go-containerregistry",
			"github.com/distribution/reference", "github.com/opencontainers/go-digest",
			module + "/go/script", module + "/go/rootfs", module + "/go/daemon",
		} {
			if path == heavy || strings.Contains(heavy, ".") && strings.HasPrefix(path, heavy+"/") {
				t.Errorf("strata imports %s, which belongs into strata-script or strata-deploy", path)
			}
		}
	}
}
