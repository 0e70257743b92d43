package main

import (
	"context"
	"os"
	"testing"
)

// TestForgetPeak: memory that this program has given back does not count as that
// of what it starts.
func TestForgetPeak(t *testing.T) {
	if _, err := os.Stat("/proc/self/clear_refs"); err != nil {
		t.Skip("only Linux forgets peaks")
	}
	const size = 100 << 20
	big := make([]byte, size)
	for i := range big {
		big[i] = 1
	}
	run := func() usage {
		u, err := process{program: "/bin/sh", args: []string{"-c", ":"}, dir: t.TempDir()}.run(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	if u := run(); u.peak < size-floorSlack || u.peakCell() != "< "+mebibytes(u.floor) {
		t.Errorf("%+v with a hundred MiB", u)
	}
	forgetPeak()
	if u := run(); u.peak > size/2 || u.floor > size/2 {
		t.Errorf("%+v after a hundred MiB", u)
	}
}

// TestFloor: what a process had is not told from what this program itself had.
func TestFloor(t *testing.T) {
	before, err := ownPeak()
	if err != nil {
		t.Fatal(err)
	}
	u, err := process{program: "/bin/sh", args: []string{"-c", ":"}, dir: t.TempDir()}.run(context.Background())
	if err != nil || u.floor < before || u.peak < 1<<19 {
		t.Errorf("%+v, %v: this program had %d before", u, err, before)
	}
	if _, err := os.Stat("/proc/self/stat"); err == nil && u.peakCell() != "< "+mebibytes(u.floor) {
		t.Errorf("a shell needs %s, this program %d", u.peakCell(), u.floor)
	}
}
