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

// forward sends signals to the init process until stop is closed: those of the
// channel, or this process's own if it is nil.
func forward(init *json.Encoder, signals <-chan os.Signal, stop <-chan struct{}) {
	fromTerminal := func(os.Signal) bool { return false }
	if signals == nil {
		own := make(chan os.Signal, len(forwarded))
		for _, s := range forwarded {
			if !signal.Ignored(s) { // as SIGHUP is under nohup
				signal.Notify(own, s)
			}
		}
		defer signal.Stop(own)
		signals, fromTerminal = own, sentToAll
	}
	for {
		select {
		case s := <-signals:
			if number, ok := s.(syscall.Signal); ok && !fromTerminal(s) {
				// A command that has ended takes no signals.
				_ = init.Encode(instruction{Signal: number})
			}
		case <-stop:
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
