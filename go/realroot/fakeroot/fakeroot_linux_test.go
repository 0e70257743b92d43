//go:build linux && (amd64 || arm64)

package fakeroot

import (
	"fmt"
	"testing"

	"golang.org/x/sys/unix"
)

// TestSetters follows credentials(7).
func TestSetters(t *testing.T) {
	const no = same
	for _, test := range []struct {
		name       string
		how        setter
		from       ids
		privileged bool
		args       [6]uint64
		want       string
	}{
		{"root sets all", set, ids{}, true, [6]uint64{5}, "{5 5 5 5} true"},
		{"others set the effective one", set, ids{1, 2, 3, 2}, false, [6]uint64{3}, "{1 3 3 3} true"},
		{"others cannot be anybody", set, ids{1, 2, 3, 2}, false, [6]uint64{2}, "{1 2 3 2} false"},
		{"two", setTwo, ids{}, true, [6]uint64{5, 6}, "{5 6 6 6} true"},
		{"two, the real one stays", setTwo, ids{1, 1, 1, 1}, true, [6]uint64{no, 6}, "{1 6 6 6} true"},
		{"two, the effective one becomes the real one", setTwo, ids{1, 2, 3, 2}, false, [6]uint64{no, 1}, "{1 1 3 1} true"},
		{"two, swapped", setTwo, ids{1, 2, 2, 2}, false, [6]uint64{2, 1}, "{2 1 1 1} true"},
		{"two, the saved one cannot be the real one", setTwo, ids{1, 2, 3, 2}, false, [6]uint64{3, no}, "{1 2 3 2} false"},
		{"two, nothing of it happens", setTwo, ids{1, 2, 3, 2}, false, [6]uint64{2, 9}, "{1 2 3 2} false"},
		{"three", setThree, ids{1, 2, 3, 2}, false, [6]uint64{3, no, 1}, "{3 2 1 2} true"},
		{"three, forbidden", setThree, ids{1, 2, 3, 2}, false, [6]uint64{1, 2, 4}, "{1 2 3 2} false"},
		{"file system", setFS, ids{1, 2, 3, 2}, false, [6]uint64{3}, "{1 2 3 3} true"},
		{"file system, forbidden", setFS, ids{1, 2, 3, 2}, false, [6]uint64{4}, "{1 2 3 2} true"},
	} {
		t.Run(test.name, func(t *testing.T) {
			i := test.from
			changed := test.how(&i, test.privileged, test.args)
			if got := fmt.Sprint(i, changed); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// TestOnlyOneRule looks for calls with two rules, of which one would be without
// effect, and for rules that the filter cannot hold.
func TestOnlyOneRule(t *testing.T) {
	seen := map[uint32]bool{}
	rules := append(refused(), notified(allHandlers())...)
	for _, r := range rules {
		if seen[r.number] {
			t.Errorf("the system call %d has two rules", r.number)
		}
		seen[r.number] = true
		if len(r.body()) > 255 {
			t.Errorf("the rule for %d is too long", r.number)
		}
	}
	for number := range conditions() {
		if !seen[number] {
			t.Errorf("the condition for %d is without a rule", number)
		}
	}
	if n := len(compile(architecture, rules)); n > 4096 {
		t.Errorf("the filter has %d instructions, Linux takes 4096", n)
	}
}

func TestParent(t *testing.T) {
	for name, want := range map[string]string{
		"/a": "/", "/a/b": "/a", "/a/b//": "/a", "a": ".", "12/cwd/a": "12/cwd", "12/fd/3/a/../b": "12/fd/3/a/..", "/": "/",
	} {
		if got := (location{name: name}).parent().name; got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

func TestAttributesEqual(t *testing.T) {
	some := &Attributes{UID: 1, Xattrs: map[string][]byte{"user.a": nil}}
	for _, test := range []struct {
		a, b *Attributes
		want bool
	}{
		{nil, nil, true}, {nil, &Attributes{}, true}, {&Attributes{Xattrs: map[string][]byte{}}, nil, true},
		{some, &Attributes{UID: 1, Xattrs: map[string][]byte{"user.a": {}}}, true}, {some, &Attributes{UID: 1}, false}, {nil, some, false},
		{some, &Attributes{UID: 1, Xattrs: map[string][]byte{"user.b": nil}}, false}, {&Attributes{Device: 1}, nil, false},
		{&Attributes{Type: unix.S_IFCHR}, &Attributes{Type: unix.S_IFBLK}, false},
	} {
		if got := test.a.Equal(test.b); got != test.want {
			t.Errorf("%v and %v: got %v", test.a, test.b, got)
		}
	}
}

func TestCheckRelease(t *testing.T) {
	for release, good := range map[string]bool{
		"5.9.0": true, "6.18.44-fc-v595": true, "10.0-x": true, "5.8.18": false, "4.4.0": false, "5": false, "": false,
	} {
		if err := checkRelease(release); (err == nil) != good {
			t.Errorf("%q: %v", release, err)
		}
	}
}

func TestModeOf(t *testing.T) {
	const id = "\xff\xff\xff\xff"
	for _, test := range []struct {
		name, acl string
		mode      uint32
		ok        bool
	}{
		{"a mode", "\x02\x00\x00\x00\x01\x00\x07\x00" + id + "\x04\x00\x05\x00" + id + "\x20\x00\x01\x00" + id, 0o751, true},
		{"another order", "\x02\x00\x00\x00\x04\x00\x07\x00" + id + "\x01\x00\x05\x00" + id + "\x20\x00\x01\x00" + id, 0, false},
		{"another version", "\x03\x00\x00\x00\x01\x00\x07\x00" + id + "\x04\x00\x05\x00" + id + "\x20\x00\x01\x00" + id, 0, false},
		{"nothing", "", 0, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if mode, ok := modeOf([]byte(test.acl)); mode != test.mode || ok != test.ok {
				t.Errorf("got %o, %v", mode, ok)
			}
		})
	}
}
