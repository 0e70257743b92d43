package passwd

import (
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"testing"
)

func TestLinesComeBack(t *testing.T) {
	for _, line := range []string{"root:x:0:0:root user:/var/empty:/bin/sh", "a:::::::", "u:x:4294967294:1::/:",
		"u:x:4294967295:1::/:", "u:x::1::/:", "#c", "+::::::"} {
		if u, ok := ParseUser(line); ok && u.Line() != line {
			t.Errorf("user %q came back as %q", line, u.Line())
		} else if want := strings.HasPrefix(line, "root") || strings.Contains(line, "294:"); ok != want {
			t.Errorf("user %q: an entry: %v", line, ok)
		}
	}
	for line, want := range map[string]bool{"g:x:5:a,b": true, "g:x:5:": true, "g:x:": false, "g:x:-1:": false, "-g:::": false} {
		if g, ok := ParseGroup(line); ok != want || ok && g.Line() != line {
			t.Errorf("group %q: %v, %q", line, ok, g.Line())
		}
	}
	for line, want := range map[string]string{"a:!:19000:0:99999:7:::": "", "a:!:::::::": "", "a:!:0:1:2:3:4:5:6": "",
		"a:!:1:2:3": "a:!:1:2:3::::", "a:!:x::::::": "-",
		"a:!": "-", "a:!:1:2:3:4:5:6": "a:!:1:2:3:4:5:6:"} {
		s, ok := ParseShadow(line)
		if want == "" {
			want = line
		}
		if ok != (want != "-") || ok && s.Line() != want {
			t.Errorf("shadow %q: %v, %q, want %q", line, ok, s.Line(), want)
		}
	}
	for line, want := range map[string]bool{"g:!:a:b,c": true, "g:!::": true, "g:!:": false} {
		if g, ok := ParseGroupShadow(line); ok != want || ok && g.Line() != line {
			t.Errorf("gshadow %q: %v, %q", line, ok, g.Line())
		}
	}
	for line, want := range map[string]bool{"a:100000:65536": true, "a:1": false, ":1:2": false, "a:-1:2": false,
		"a:9999999999:1": false} {
		if s, ok := ParseSubID(line); ok != want || ok && s.Line() != line {
			t.Errorf("subuid %q: %v, %q", line, ok, s.Line())
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"root:x:0:0::/:/bin/sh", "g:x:5:a,b", "a:!:1:2:3:4:5:6:7", "a:1:2", "+"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if u, ok := ParseUser(line); ok {
			again, ok := ParseUser(u.Line())
			if !ok || again != u {
				t.Errorf("%q: %+v is not %+v", line, again, u)
			}
		}
		if s, ok := ParseShadow(line); ok {
			again, ok := ParseShadow(s.Line())
			if !ok || again != s {
				t.Errorf("%q: %+v is not %+v", line, again, s)
			}
		}
		ParseGroup(line)
		ParseGroupShadow(line)
		ParseSubID(line)
	})
}

func TestFileKeepsWhatItDoesNotKnow(t *testing.T) {
	const text = "# comment\nroot:x:00:0::/root:/bin/sh\n\nbroken:line\nb:x:2:2::/:/bin/sh\n+::::::\n-x\n"
	f, err := Read(strings.NewReader(text), ParseUser)
	if err != nil {
		t.Fatal(err)
	}
	if f.Changed() {
		t.Error("changed before a change")
	}
	written := func() string {
		var b strings.Builder
		if _, err := f.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	if got := written(); got != text {
		t.Errorf("unchanged: got %q", got)
	}
	f.Set("c", User{Name: "c", Password: "x", UID: 3, GID: 3, Home: "/", Shell: "/s"})
	b, ok := f.Lookup("b")
	if !ok {
		t.Fatal("no b")
	}
	b.Shell = "/new"
	f.Set("b", b)
	want := "# comment\nroot:x:00:0::/root:/bin/sh\n\nbroken:line\nb:x:2:2::/:/new\nc:x:3:3::/:/s\n+::::::\n-x\n"
	if got := written(); got != want || !f.Changed() {
		t.Errorf("got %q, want %q", got, want)
	}
	if !f.Remove(func(u User) bool { return u.UID == 0 }) || f.Remove(func(u User) bool { return u.UID == 99 }) {
		t.Error("Remove does not say what it removed")
	}
	if len(f.All()) != 2 || f.Count("b") != 1 {
		t.Errorf("left: %+v", f.All())
	}
}

func TestReadTooLarge(t *testing.T) {
	endless := io.MultiReader(strings.NewReader("root:x:0:0::/:/\n"), strings.NewReader(strings.Repeat("x\n", maxFile/2)))
	if _, err := Read(endless, ParseUser); err == nil || !strings.Contains(err.Error(), "larger than 1 MiB") {
		t.Errorf("got %v", err)
	}
}

func TestDatabase(t *testing.T) {
	files := map[string]string{
		"etc/passwd": "root:x:0:0::/:/bin/zsh\nalice:x:1000:100::/:/bin/sh\nalso:x:1000:100::/:/bin/sh\n",
		"etc/group":  "users:x:100:alice\nwheel:x:10:bob,alice\ntwin:x:10:alice\n",
	}
	d := Database{Open: func(name string) (io.ReadCloser, error) {
		text, ok := files[name]
		if !ok {
			return nil, fs.ErrNotExist
		}
		return io.NopCloser(strings.NewReader(text)), nil
	}}
	if u, ok, err := d.LookupUser("root"); !ok || err != nil || u.Shell != "/bin/zsh" {
		t.Errorf("root: %+v %v %v", u, ok, err)
	}
	if u, ok, _ := d.LookupUID(1000); !ok || u.Name != "alice" {
		t.Errorf("1000: %+v %v", u, ok)
	}
	if u, ok, _ := d.LookupUser("nobody"); !ok || u.UID != 65534 {
		t.Errorf("nobody: %+v %v", u, ok)
	}
	if g, ok, _ := d.LookupGroup("root"); !ok || g.GID != 0 {
		t.Errorf("group root: %+v %v", g, ok)
	}
	if g, ok, _ := d.LookupGID(10); !ok || g.Name != "wheel" {
		t.Errorf("10: %+v %v", g, ok)
	}
	if _, ok, _ := d.LookupUser("bob"); ok {
		t.Error("bob is no user")
	}
	alice, _, _ := d.LookupUser("alice")
	if ids, err := d.GroupsOf(alice); err != nil || !slices.Equal(ids, []int64{100, 10}) {
		t.Errorf("groups of alice: %v, %v", ids, err)
	}
	clear(files)
	if u, ok, err := d.LookupUID(0); !ok || err != nil || u.Name != "root" {
		t.Errorf("root without files: %+v %v %v", u, ok, err)
	}
	d.Open = func(string) (io.ReadCloser, error) { return nil, fs.ErrPermission }
	if _, _, err := d.LookupUser("root"); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("got %v", err)
	}
}

func TestDefinitions(t *testing.T) {
	d, err := ReadDefinitions(strings.NewReader("# UID_MIN 5\nUID_MIN\t\t 1000\n UMASK 022 \nALONE\nQ \"a b\" c\nHEX 0x10\nYES yEs\nBAD 1x\n"))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int64{"UID_MIN": 1000, "UMASK": 0o22, "HEX": 16, "NONE": 7} {
		if got, err := d.Number(name, 7); got != want || err != nil {
			t.Errorf("%s: %d, %v", name, got, err)
		}
	}
	if _, err := d.Number("BAD", 0); err == nil || !strings.Contains(err.Error(), "BAD") {
		t.Errorf("BAD: %v", err)
	}
	if !d.Bool("YES") || d.Bool("UID_MIN") || d["Q"] != "a b" {
		t.Errorf("got %q", d)
	}
	if _, ok := d["ALONE"]; ok || !KnownDefinition("UID_MAX") || KnownDefinition("X") {
		t.Error("a name without a value, or of no setting")
	}
}

func TestChoose(t *testing.T) {
	normal := Range{Min: 1000, Max: 1005, LeastPreferred: 1000}
	system := Range{Min: 101, Max: 105, System: true, LeastPreferred: 1}
	for _, c := range []struct {
		name      string
		r         Range
		used      []int64
		preferred int64
		want      int64
	}{
		{"first", normal, nil, -1, 1000},
		{"above the highest", normal, []int64{1003, 0, 5000}, -1, 1004},
		{"first gap at the end", normal, []int64{1000, 1005}, -1, 1001},
		{"preferred", normal, []int64{1000}, 1002, 1002},
		{"preferred is taken", normal, []int64{1002}, 1002, 1003},
		{"preferred is a system ID", normal, nil, 200, 1000},
		{"full", normal, []int64{1000, 1001, 1002, 1003, 1004, 1005}, -1, -1},
		{"not 65535", Range{Min: 65535, Max: 65540}, nil, -1, 65536},
		{"system first", system, []int64{999}, -1, 105},
		{"system below the lowest", system, []int64{104, 105}, -1, 103},
		{"system gap at the end", system, []int64{101, 105}, -1, 104},
		{"system preferred below the range", system, nil, 42, 42},
		{"system full", system, []int64{101, 102, 103, 104, 105}, -1, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.r.Choose(c.used, c.preferred)
			if c.want < 0 {
				if !errors.Is(err, ErrNoFreeID) {
					t.Errorf("got %d, %v", got, err)
				}
				return
			}
			if got != c.want || err != nil {
				t.Errorf("got %d, %v, want %d", got, err, c.want)
			}
		})
	}
}

func TestFreeSubIDs(t *testing.T) {
	used := []SubID{{"b", 165536, 65536}, {"a", 100000, 65536}, {"c", 300000, 10}}
	for _, c := range []struct {
		name             string
		used             []SubID
		low, high, count int64
		want             int64
	}{
		{"none used", nil, 100000, 600000, 65536, 100000},
		{"gap is large enough", used, 100000, 600000, 65536, 231072},
		{"gap is too small", used, 100000, 600000, 70000, 300010},
		{"exactly the rest", nil, 1, 10, 10, 1},
		{"one too many", nil, 1, 10, 11, -1},
		{"past the end", used, 100000, 300005, 70000, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := FreeSubIDs(c.used, c.low, c.high, c.count)
			if c.want < 0 && !errors.Is(err, ErrNoFreeID) || c.want >= 0 && (got != c.want || err != nil) {
				t.Errorf("got %d, %v, want %d", got, err, c.want)
			}
		})
	}
}

func TestNames(t *testing.T) {
	for name, want := range map[string]bool{"a": true, "A_b.c-9$": true, "_apt": true, "9a": true, "": false, ".": false,
		"..": false, "-a": false, "12": false,
		"a b": false, "a$b": false, "$": false, "ä": false, strings.Repeat("a", 33): true} {
		if got := ValidUserName(name); got != want {
			t.Errorf("user %q: %v", name, got)
		}
	}
	if ValidUserName(strings.Repeat("a", 256)) || ValidGroupName(strings.Repeat("a", 33)) || !ValidGroupName(strings.Repeat("a", 32)) {
		t.Error("lengths")
	}
}
