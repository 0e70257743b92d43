// Command hello prints a greeting that it puts together from other store
// objects, each found by its store path.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// phrasebook is the path of a file that names the pieces of the greeting; the
// build sets it to a file in another store object.
var phrasebook = "phrasebook.json"

func main() {
	text, err := greet(phrasebook)
	if err != nil {
		fmt.Fprintln(os.Stderr, "hello:", err)
		os.Exit(1)
	}
	fmt.Println(text)
}

func greet(phrasebook string) (string, error) {
	var pieces struct{ Greeting, Audience string }
	if err := readJSON(phrasebook, &pieces); err != nil {
		return "", err
	}
	var audience struct{ Name, Punctuation string }
	if err := readJSON(pieces.Audience, &audience); err != nil {
		return "", err
	}
	greeting, err := readLine(pieces.Greeting)
	if err != nil {
		return "", err
	}
	punctuation, err := readLine(audience.Punctuation)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s, %s%s", greeting, audience.Name, punctuation), nil
}

func readJSON(path string, v any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func readLine(path string) (string, error) {
	data, err := os.ReadFile(path)
	return strings.TrimSpace(string(data)), err
}
