package scripts

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// documentation lists the commands in a table, below a heading of that name.
const documentation = "../../../docs/scripts.md"

// TestDocumentedCommands: the list of commands in the documentation is the
// one of the error for a command that is not there.
func TestDocumentedCommands(t *testing.T) {
	text, err := os.ReadFile(documentation)
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## Commands\n")
	var documented []string
	for _, row := range regexp.MustCompile(`(?m)^\| [a-z, ]+ \| ([a-z0-9[ ]+) \|$`).FindAllStringSubmatch(section, -1) {
		documented = append(documented, strings.Fields(row[1])...)
	}
	slices.Sort(documented)
	_, _, err = result(t, Image{ExtraCommands: "no-such-command"})
	if err == nil {
		t.Fatal("no error for a command that is not there")
	}
	_, list, _ := strings.Cut(err.Error(), "the built-in commands are ")
	list, _, _ = strings.Cut(list, ":")
	if got, want := strings.Join(documented, " "), list; got != want {
		t.Errorf("%s lists\n%s\nand there are\n%s", documentation, got, want)
	}
}
