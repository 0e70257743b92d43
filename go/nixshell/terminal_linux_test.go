package nixshell

import (
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// onTerminal runs the image's own command on a terminal, types the input, and
// gives what the terminal shows.
func (c *container) onTerminal(s *Shell, input string) string {
	c.t.Helper()
	keyboard, terminal := c.openTerminal()
	defer keyboard.Close()
	cmd := c.command(s, s.Config.Cmd...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = terminal, terminal, terminal
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	err := cmd.Start()
	terminal.Close()
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := io.WriteString(keyboard, input); err != nil {
		c.t.Fatal(err)
	}
	// Reading ends with an error once nobody has the terminal any more.
	shown, _ := io.ReadAll(keyboard)
	if err := cmd.Wait(); err != nil {
		c.t.Errorf("%v: %s", err, shown)
	}
	return strings.ReplaceAll(string(shown), "\r\n", "\n")
}

func (c *container) openTerminal() (keyboard, terminal *os.File) {
	c.t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		c.t.Skipf("no terminals here: %v", err)
	}
	number, err := unix.IoctlGetInt(int(keyboard.Fd()), unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(int(keyboard.Fd()), unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		c.t.Skipf("no terminals here: %v", err)
	}
	return keyboard, terminal
}

func TestInteractive(t *testing.T) {
	const prompt = "\n\x1b[1;32m[nix-shell:"
	for _, test := range []struct {
		name, command, input string
		env                  map[string]string
		want, wantNot        []string
	}{
		{name: "command", command: interactivity, want: []string{"hooks run\nhook of hello-1\nThis shell is interactive\n"}, wantNot: []string{prompt}},
		{name: "prompt", input: interactivity + "\nexit 0\n", want: []string{"hook of hello-1\n", prompt, "This shell is interactive\n"}},
		{name: "prompt in the working directory", input: "exit 0\n", want: []string{"[nix-shell:~]"}},
		{name: "prompt that stays", env: map[string]string{"NIX_SHELL_PRESERVE_PROMPT": "1"}, input: "exit 0\n", wantNot: []string{prompt}},
		{name: "commands that are missing", input: "exec no-such-command\necho still here | tr a-z A-Z\nexit 0\n", want: []string{"STILL HERE"}},
		{name: "buildDerivation", input: "buildDerivation\ncat $out\nexit 0\n", want: []string{"built hello-1\n"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newContainer(t)
			d := c.derivation(test.env, `echo "built $name" > "$out"`)
			d.Env["shellHook"] = "echo hook of $name"
			got := c.onTerminal(c.shell(d, func(o *Options) { o.Command = test.command }), test.input)
			for _, want := range test.want {
				if !strings.Contains(got, want) {
					t.Errorf("no %q in %q", want, got)
				}
			}
			for _, wantNot := range test.wantNot {
				if strings.Contains(got, wantNot) {
					t.Errorf("%q is in %q", wantNot, got)
				}
			}
		})
	}
}
