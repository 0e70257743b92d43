package ocilayout

import "github.com/rules-strata/rules_strata/go/reference"

// fullName is an image's name with all that short ones leave out, which loaders
// take as it is: "docker.io/library/hello:latest" for "hello" and "latest".
func fullName(name, tag string) (string, error) {
	n, err := reference.Parse(name + ":" + tag)
	if err != nil {
		return "", err
	}
	return n.Full(), nil
}
