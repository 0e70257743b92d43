package daemon

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/progress"
	"github.com/rules-strata/rules_strata/go/testimage"
)

// realDaemon is a Docker daemon that the test starts and kills.
type realDaemon struct {
	t       *testing.T
	command string
	client  *Client
	process *exec.Cmd
}

func (d *realDaemon) start() {
	d.t.Helper()
	d.process = exec.Command("/bin/sh", "-c", "exec "+d.command)
	d.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := d.process.Start(); err != nil {
		d.t.Fatal(err)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if _, err := d.client.Ping(background); err == nil {
			return
		} else if time.Now().After(deadline) {
			d.t.Fatal(err)
		}
	}
}

// kill ends the daemon and what it has started, as a loss of power would.
func (d *realDaemon) kill() {
	_ = syscall.Kill(-d.process.Process.Pid, syscall.SIGKILL)
	_ = d.process.Wait()
}

// TestRealDaemonKilled kills the daemon while it loads. STRATA_TEST_DOCKERD is
// the command that starts the daemon that STRATA_TEST_DOCKER_HOST names, in the
// foreground; it must not run yet.
func TestRealDaemonKilled(t *testing.T) {
	host, command := realHost(t), os.Getenv("STRATA_TEST_DOCKERD")
	if command == "" {
		t.Skip("set STRATA_TEST_DOCKERD to the command that starts the daemon to run this test")
	}
	p := startProxy(t, host)
	direct, err := New(host)
	if err != nil {
		t.Fatal(err)
	}
	d := &realDaemon{t: t, command: command, client: direct}
	d.start()
	t.Cleanup(func() { d.kill() })
	const name, layers, size = "strata-test/daemon-killed:1", 14, 1 << 18
	first := int(rand.Uint32N(1 << 20))
	base := testimage.Seeds(first, layers)
	old := testimage.New(t, size, base, name)
	if _, err := p.client.LoadMissing(background, old, progress.New(nil)); err != nil {
		t.Fatal(err)
	}
	for i := range 12 {
		// In turn one layer changes, all but the lowest, and all.
		seeds := testimage.Changed(base, i%layers, first+100+i)
		if i%3 > 0 {
			for n := 2 - i%3; n < layers; n++ {
				seeds[n] = first + 1000*(i+1) + n
			}
		}
		img := testimage.New(t, size, seeds, name)
		archive := int64(len(wholeArchive(t, img)))
		var after int64
		if i%3 == 0 {
			archive /= layers
		}
		after = 1 + rand.Int64N(archive)
		pause := time.Duration(rand.IntN(40)) * time.Millisecond // into the unpacking, or not
		killed := make(chan struct{})
		p.reset(after, func() {
			go func() {
				defer close(killed)
				time.Sleep(pause)
				d.kill()
			}()
		})
		_, err := p.client.LoadMissing(background, img, progress.New(nil))
		select {
		case <-killed:
		case <-time.After(10 * time.Second):
			d.kill()
		}
		d.start()
		if err == nil {
			old = img
		}
		t.Logf("killed %v after %d bytes: %v", pause, after, err)
		state, inspectErr := direct.inspect(background, name)
		if inspectErr != nil {
			t.Fatal(inspectErr)
		}
		if err != nil && state.ID == idOf(t, direct, img) {
			old = img // the name was the last to come
		}
		checkReal(t, direct, name, old)
		if _, err := p.client.LoadMissing(background, img, progress.New(nil)); err != nil {
			t.Fatal(err)
		}
		checkReal(t, direct, name, img)
		old = img
	}
	// The archive that docker load takes still loads.
	if _, err := direct.Load(background, bytes.NewReader(wholeArchive(t, old))); err != nil {
		t.Error(err)
	}
	removeReal(t, direct, name)
}
