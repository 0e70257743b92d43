package imagefile

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/rules-strata/rules_strata/go/image"
)

// Command is what a container of the image runs.
type Command struct {
	// Args are the program and its arguments.
	Args []string
	// Env is a list of NAME=VALUE.
	Env []string
	// WorkingDir is absolute, or empty for the root.
	WorkingDir string
	// User is "name", "uid", "name:group" or "uid:gid", or empty for root.
	User string
}

// Command is the image's Entrypoint followed by args, or by its Cmd when args
// is empty.
func (i *Image) Command(args []string) (Command, error) {
	var c struct {
		Config image.UserConfig `json:"config"`
	}
	if err := json.Unmarshal(i.Config, &c); err != nil {
		return Command{}, fmt.Errorf("config of %s: %w", i.Ref(), err)
	}
	if len(args) == 0 {
		args = c.Config.Cmd
	}
	argv := append(append([]string{}, c.Config.Entrypoint...), args...)
	if len(argv) == 0 {
		return Command{}, errors.New(`the image has neither Entrypoint nor Cmd: set config = {"Cmd": [...]}, or name a command: -- run COMMAND`)
	}
	return Command{Args: argv, Env: c.Config.Env, WorkingDir: c.Config.WorkingDir, User: c.Config.User}, nil
}
