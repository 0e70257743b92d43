package rootfs

import (
	"encoding/json"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// forwarded are the signals of this process that a command gets by default.
var forwarded = []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1, syscall.SIGUSR2}

// caught is what to forward to a command: the caller's signals, or those that
// this process gets.
type caught struct {
	signals <-chan os.Signal
	own     chan os.Signal // nil for the caller's
}

// catch begins to catch this process's signals, unless the caller gives some.
// What comes before the command has started waits for it.
func catch(given <-chan os.Signal) *caught {
	if given != nil {
		return &caught{signals: given}
	}
	own := make(chan os.Signal, len(forwarded))
	for _, s := range forwarded {
		if !signal.Ignored(s) { // as SIGHUP is under nohup
			signal.Notify(own, s)
		}
	}
	return &caught{signals: own, own: own}
}

func (c *caught) stop() {
	if c.own != nil {
		signal.Stop(c.own)
	}
}

// forward sends the signals to the init process until done is closed.
func (c *caught) forward(init *json.Encoder, done <-chan struct{}) {
	for {
		select {
		case s := <-c.signals:
			if number, ok := s.(syscall.Signal); ok && (c.own == nil || !sentToAll(s)) {
				// A command that has ended takes no signals.
				_ = init.Encode(instruction{Signal: number})
			}
		case <-done:
			return
		}
	}
}

// sentToAll says whether a signal came from a key of the terminal, which sends
// it to every process in the foreground, so that the command has it already.
func sentToAll(s os.Signal) bool {
	if s != syscall.SIGINT && s != syscall.SIGQUIT {
		return false
	}
	tty, err := os.OpenFile("/dev/tty", os.O_RDONLY, 0)
	if err != nil {
		return false // no terminal
	}
	defer tty.Close()
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == syscall.Getpgrp()
}
