package nixcache

import (
	"maps"
	"strings"
	"testing"
)

func TestParseNetrc(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       logins
	}{
		{"empty", "", logins{}},
		{"one line", "machine a login u password p", logins{"a": {"u", "p"}}},
		{"several lines", "machine a\n\tlogin u\n\tpassword p\nmachine b login v password q\n", logins{"a": {"u", "p"}, "b": {"v", "q"}}},
		{"password first", "machine a password p login u", logins{"a": {"u", "p"}}},
		{"the first counts", "machine a login u password p machine a login v password q", logins{"a": {"u", "p"}}},
		{"comment", "# machine x login y\nmachine a login u password p # not q\n", logins{"a": {"u", "p"}}},
		{"password that looks like a comment", "machine a login u password #p", logins{"a": {"u", "#p"}}},
		{"account", "machine a login u account x password p", logins{"a": {"u", "p"}}},
		{"default", "machine a login u password p\ndefault login anonymous password me", logins{"a": {"u", "p"}}},
		{"macro", "machine a login u password p\nmacdef init\nmachine b\nlogin x\n\nmachine c login v password q", logins{"a": {"u", "p"}, "c": {"v", "q"}}},
		{"word on the next line", "machine\na\nlogin\nu\npassword\np", logins{"a": {"u", "p"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := parseNetrc(test.text)
			if err != nil || !maps.Equal(got, test.want) {
				t.Errorf("got %v, %v, want %v", got, err, test.want)
			}
		})
	}
}

func TestParseNetrcErrors(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"machine a login u password my secret", "line 1: want machine"},
		{"machine a\nlogin u\npasswort secret", "line 3: want machine"},
		{"machine a login u password", "in the middle of an entry"},
	} {
		_, err := parseNetrc(test.text)
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: got %v, want %q", test.text, err, test.want)
		}
	}
}

func FuzzNetrc(f *testing.F) {
	f.Add("machine a login u password p\nmacdef x\n\ndefault")
	f.Fuzz(func(t *testing.T, text string) {
		found, err := parseNetrc(text)
		if err == nil && found[""] != (login{}) {
			t.Errorf("a login for no machine: %v", found)
		}
	})
}
