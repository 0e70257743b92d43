package image

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// checkValues checks what the types do not say: what Docker refuses when it
// starts a container, or would silently misunderstand. Errors begin with the
// field's name.
func (c *UserConfig) checkValues() error {
	for i, variable := range c.Env {
		if err := checkVariable(variable); err != nil {
			return in(fmt.Sprintf("Env[%d]", i), err)
		}
	}
	for _, port := range slices.Sorted(maps.Keys(c.ExposedPorts)) {
		if err := checkPort(port); err != nil {
			return in(fmt.Sprintf("ExposedPorts[%q]", port), err)
		}
	}
	for _, path := range slices.Sorted(maps.Keys(c.Volumes)) {
		if err := checkVolume(path); err != nil {
			return in(fmt.Sprintf("Volumes[%q]", path), err)
		}
	}
	if c.WorkingDir != "" && c.WorkingDir[0] != '/' {
		return in("WorkingDir", fmt.Errorf("%q is not absolute: begin it with /", c.WorkingDir))
	}
	if err := checkSignal(c.StopSignal); err != nil {
		return in("StopSignal", err)
	}
	if c.Healthcheck != nil {
		if err := c.Healthcheck.checkValues(); err != nil {
			return err
		}
	}
	return nil
}

// in says which field an error is about.
func in(field string, err error) error { return fmt.Errorf("%s: %w", field, err) }

func checkVariable(variable string) error {
	name, _, ok := strings.Cut(variable, "=")
	switch {
	case !ok:
		return fmt.Errorf(`%q has no "=": write NAME=VALUE`, variable)
	case name == "":
		return fmt.Errorf(`%q has no name before "=": write NAME=VALUE`, variable)
	}
	return nil
}

// checkPort wants PORT or FIRST-LAST, with the protocol after a slash.
func checkPort(port string) error {
	numbers, protocol, given := strings.Cut(port, "/")
	if given && !slices.Contains([]string{"tcp", "udp", "sctp"}, strings.ToLower(protocol)) {
		return fmt.Errorf("unknown protocol %q: want tcp, udp or sctp", protocol)
	}
	first, last, ranged := strings.Cut(numbers, "-")
	if !ranged {
		last = first
	}
	from, err := parsePort(first)
	if err != nil {
		return err
	}
	to, err := parsePort(last)
	if err != nil {
		return err
	}
	if to < from {
		return fmt.Errorf("the range ends at %d, before its beginning at %d", to, from)
	}
	return nil
}

func parsePort(text string) (uint64, error) {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || text[0] == '+' {
		return 0, fmt.Errorf("%q is not a port: want 0 to 65535, as in 80, 80/tcp, 53/udp or 8000-8010", text)
	}
	return n, nil
}

func checkVolume(path string) error {
	switch {
	case path == "" || path[0] != '/':
		return errors.New("it is not absolute: begin it with /")
	case strings.Trim(path, "/") == "":
		return errors.New("the root folder cannot be a volume")
	}
	return nil
}

// minDuration is the shortest that Docker takes, besides 0, which is its
// default.
const minDuration = nanoseconds(time.Millisecond)

func (h *Healthcheck) checkValues() error {
	if len(h.Test) > 0 && !slices.Contains([]string{"NONE", "CMD", "CMD-SHELL"}, h.Test[0]) {
		return in("Healthcheck.Test", fmt.Errorf("it begins with %q: want NONE, CMD or CMD-SHELL first", h.Test[0]))
	}
	for _, duration := range []struct {
		name  string
		value nanoseconds
	}{
		{"Interval", h.Interval}, {"Timeout", h.Timeout}, {"StartPeriod", h.StartPeriod}, {"StartInterval", h.StartInterval},
	} {
		if duration.value != 0 && duration.value < minDuration {
			return in("Healthcheck."+duration.name,
				fmt.Errorf("it is %d nanoseconds: want 0 for Docker's default, or at least %d, which is 1 ms", duration.value, minDuration))
		}
	}
	if h.Retries < 0 {
		return in("Healthcheck.Retries", fmt.Errorf("it is %d: want 0 for Docker's default, or more", h.Retries))
	}
	return nil
}
