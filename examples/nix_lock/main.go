// Command greet prints the greeting whose file its settings name.
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

func main() {
	if err := greet(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "greet:", err)
		os.Exit(1)
	}
}

func greet(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("got %d arguments, want the settings' file", len(args))
	}
	data, err := os.ReadFile(args[0])
	if err != nil {
		return err
	}
	var settings struct{ Greeting string }
	if err := json.Unmarshal(data, &settings); err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	text, err := os.ReadFile(settings.Greeting)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(text)
	return err
}
