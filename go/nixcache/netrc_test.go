package nixcache

import (
	"maps"
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
		{"unknown word", "machine a port 443 login u password p", logins{"a": {"u", "p"}}},
		{"unknown word on a line of its own", "machine a\nport 443\nlogin u\npassword p", logins{"a": {"u", "p"}}},
		{"unknown word without a value", "machine a\nsecure\nlogin u password p", logins{"a": {"u", "p"}}},
		{"unknown word before another entry", "machine a login u password p x machine b login v password q", logins{"a": {"u", "p"}, "b": {"v", "q"}}},
		{"unknown word before a comment", "machine a login u password p x # machine b login v password q", logins{"a": {"u", "p"}}},
		{"unknown words alone", "secret secret secret", logins{}},
		{"password with a space", "machine a login u password my secret\nmachine b login v password q", logins{"a": {"u", "my"}, "b": {"v", "q"}}},
		{"cut off", "machine b login v password q\nmachine a login u password", logins{"b": {"v", "q"}}},
		{"cut off after machine", "machine a login u password p\nmachine", logins{"a": {"u", "p"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := parseNetrc(test.text); !maps.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func FuzzNetrc(f *testing.F) {
	f.Add("machine a login u password p\nmacdef x\n\ndefault")
	f.Fuzz(func(t *testing.T, text string) {
		if found := parseNetrc(text); found[""] != (login{}) {
			t.Errorf("a login for no machine: %v", found)
		}
	})
}
