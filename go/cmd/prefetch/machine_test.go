package main

import (
	"fmt"
	"strings"
	"testing"
)

// TestUpdateForTheMachine: a tag without a platform is for Linux and the machine
// that it is updated on, as it is for pull.image.
func TestUpdateForTheMachine(t *testing.T) {
	host, _, _ := served(t)
	const tag = "pull.image(name = \"arm\", image_name = \"%s/arm\", image_digest = \"%s\"%s)\n"
	for _, test := range []struct {
		machine, attributes, flags string
		want                       string // in stderr; an error unless it ends in linux/arm64
	}{
		{"arm64", "", "", "arm:v1: linux/arm64, of an index with linux/arm64"},
		{"arm64", ", arch = \"\"", "", "arm:v1: linux/arm64, of an index with linux/arm64"},
		{"amd64", "", "", "linux/amd64"},
		{"amd64", "", "--arch=arm64", "arm:v1: linux/arm64, of an index with linux/arm64"},
		{"amd64", ", arch = \"arm64\"", "", "arm:v1: linux/arm64, of an index with linux/arm64"},
		{"arm64", ", arch = \"amd64\"", "", "linux/amd64"},
	} {
		t.Run(test.machine+test.attributes+test.flags, func(t *testing.T) {
			inWorkspace(t, preamble+fmt.Sprintf(tag, host, oldDigest, test.attributes))
			status, _, stderr := callOn(t, test.machine, append(strings.Fields(test.flags), host+"/arm:v1", "--update")...)
			if good := strings.HasSuffix(test.want, "linux/arm64"); good != (status == 0) || !strings.Contains(stderr, test.want) {
				t.Errorf("status %d, %s, want %s", status, stderr, test.want)
			}
		})
	}
	inWorkspace(t, preamble)
	if status, _, stderr := callOn(t, "arm64", host+"/arm:v1", "--update"); status == 0 || !strings.Contains(stderr, "linux/amd64") {
		t.Errorf("a new tag: status %d, %s", status, stderr)
	}
}
