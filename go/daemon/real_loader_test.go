package daemon

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/testimage"
)

// killedImage is version n of an image whose name is loaded again and again.
// Its layers are enough for the containerd store to be asked for them.
func killedImage(t *testing.T, first, n int) archive.Image {
	t.Helper()
	all := testimage.Seeds(first+100*n, 12)
	all[0] = first
	return testimage.New(t, 1<<18, all, "strata-test/loader-killed:1")
}

// TestRealLoaderProcess is the process that TestRealLoaderKilled kills.
func TestRealLoaderProcess(t *testing.T) {
	var first, n int
	if _, err := fmt.Sscan(os.Getenv("STRATA_TEST_LOADER"), &first, &n); err != nil {
		t.Skip("this is a part of TestRealLoaderKilled")
	}
	c, err := New(realHost(t))
	if err != nil {
		t.Fatal(err)
	}
	img := killedImage(t, first, n)
	fmt.Println("begins")
	if _, err := c.LoadMissing(background, img, nil); err != nil {
		t.Fatal(err)
	}
}

// TestRealLoaderKilled kills the process that loads, which cleans nothing up.
func TestRealLoaderKilled(t *testing.T) {
	host := realHost(t)
	c, err := New(host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	removeDangling(t, c)
	first := int(rand.Uint32N(1 << 20))
	old := killedImage(t, first, 0)
	if _, err := c.LoadMissing(background, old, nil); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= 10; n++ {
		img := killedImage(t, first, n)
		cmd := exec.Command(os.Args[0], "-test.run=^TestRealLoaderProcess$")
		cmd.Env = append(os.Environ(), fmt.Sprintf("STRATA_TEST_LOADER=%d %d", first, n))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		_, _ = out.Read(make([]byte, 100))
		pause := time.Duration(rand.IntN(1000)) * time.Millisecond
		time.Sleep(pause)
		_ = cmd.Process.Kill()
		err = cmd.Wait()
		state, inspectErr := c.inspect(background, img.RepoTags[0])
		if inspectErr != nil {
			t.Fatal(inspectErr)
		}
		if state.ID == idOf(t, c, img) {
			old = img
		}
		t.Logf("killed after %v: %v", pause, err)
		checkReal(t, c, img.RepoTags[0], old)
		if _, err := c.LoadMissing(background, img, nil); err != nil {
			t.Fatal(err)
		}
		checkReal(t, c, img.RepoTags[0], img)
		old = img
	}
	removeReal(t, c, old.RepoTags[0])
}
