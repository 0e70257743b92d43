package rootfs

import (
	"errors"
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
)

func TestLookUpUser(t *testing.T) {
	root := fstest.MapFS{
		"etc/passwd": {Data: []byte("# a comment\nroot:x:0:0:root:/root:/bin/sh\nbroken:x:y:0:::\n7:x:70:71:a number for a name:/seven:\nweb:x:1000:100::/srv:/bin/sh\nshort:x:1\n")},
		"etc/group":  {Data: []byte("root:x:0:\nusers:x:100:\nextra:x:200:web,other\nmore:x:201:other,web\nbad:x:y:web\n")},
	}
	for _, test := range []struct {
		spec    string
		root    fs.FS
		want    identity
		wantErr string
	}{
		{"", root, identity{home: "/root"}, ""},
		{"root", root, identity{home: "/root"}, ""},
		{"web", root, identity{1000, 100, []int{200, 201}, "/srv"}, ""},
		{"1000", root, identity{1000, 100, []int{200, 201}, "/srv"}, ""},
		{"web:", root, identity{1000, 100, []int{200, 201}, "/srv"}, ""},
		{"web:extra", root, identity{1000, 200, nil, "/srv"}, ""},
		{"web:0", root, identity{1000, 0, nil, "/srv"}, ""},
		{":users", root, identity{0, 100, nil, "/root"}, ""},
		{"7", root, identity{70, 71, nil, "/seven"}, ""},
		{"4294967294:4294967294", root, identity{maxID, maxID, nil, "/"}, ""},
		{"nobody", root, identity{}, `user "nobody" is not in the image's /etc/passwd`},
		{"-1", root, identity{}, `user "-1" is not`},
		{"4294967295", root, identity{}, `user "4294967295" is not`},
		{"broken", root, identity{}, `user "broken" is not`},
		{"short", root, identity{}, `user "short" is not`},
		{"web:none", root, identity{}, `group "none" is not in the image's /etc/group`},
		{"web:bad", root, identity{}, `group "bad" is not`},
		{"", fstest.MapFS{}, identity{home: "/"}, ""},
		{"12:34", fstest.MapFS{}, identity{12, 34, nil, "/"}, ""},
		{"root", fstest.MapFS{}, identity{}, `user "root" is not`},
		{"0:root", fstest.MapFS{}, identity{}, `group "root" is not`},
		{"0", unreadable{}, identity{}, "broken disk"},
		{"0", fstest.MapFS{"etc/passwd": {Data: []byte(strings.Repeat("x", 1<<17))}}, identity{}, "/etc/passwd: bufio.Scanner: token too long"},
	} {
		t.Run(test.spec, func(t *testing.T) {
			got, err := lookUpUser(test.spec, test.root)
			if test.wantErr != "" {
				wantError(t, err, test.wantErr)
				return
			}
			if err != nil || !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

type unreadable struct{}

func (unreadable) Open(string) (fs.File, error) { return nil, errors.New("broken disk") }

func TestIdentities(t *testing.T) {
	all, err := parseIDMap(strings.NewReader("         0          0 4294967295\n"))
	if err != nil {
		t.Fatal(err)
	}
	one, err := parseIDMap(strings.NewReader("0 1000 1\n5 2000 2\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parseIDMap(strings.NewReader("0 x 1\n")); err == nil {
		t.Error("a bad map is no error")
	}
	everyone := identities{uids: all, gids: all, setgroups: true}
	for _, test := range []struct {
		name string
		ids  identities
		who  identity
		want bool
	}{
		{"anybody", everyone, identity{uid: 1000, gid: 5, groups: []int{7}}, true},
		{"no such uid", identities{one, all, true}, identity{uid: 7}, false},
		{"second range", identities{one, all, true}, identity{uid: 6}, true},
		{"no such gid", identities{all, one, true}, identity{gid: 1}, false},
		{"no such supplementary group", identities{all, one, true}, identity{groups: []int{1}}, false},
		{"groups cannot be set", identities{all, all, false}, identity{}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := test.ids.has(test.who); got != test.want {
				t.Errorf("got %v", got)
			}
		})
	}
	if how := everyone.attributesFor(identity{uid: 1, gid: 2, groups: []int{3}}); how.Credential == nil || how.Credential.Uid != 1 || how.Credential.Gid != 2 || how.Credential.Groups[0] != 3 {
		t.Errorf("with every id: %+v", how)
	}
	single := identities{uids: one[:1], gids: one[:1]}
	if how := single.attributesFor(identity{}); how.Credential != nil || how.Unshareflags != 0 {
		t.Errorf("root with one id: %+v", how)
	}
	if how := single.attributesFor(identity{uid: 9, gid: 8}); how.Unshareflags == 0 || how.UidMappings[0].ContainerID != 9 || how.GidMappings[0].ContainerID != 8 {
		t.Errorf("somebody with one id: %+v", how)
	}
}
