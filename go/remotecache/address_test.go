package remotecache

import "testing"

// TestBadAddresses: there is an error or a client, never both.
func TestBadAddresses(t *testing.T) {
	for _, text := range []string{"", "http://", "grpc:///x", "unix:", "unix:/run/100%/cache", "grpc://[fe80::1%25eth0]:5"} {
		if c, err := New(text, Options{}); (c == nil) != (err != nil) {
			t.Errorf("%s: a client: %t, error: %v", text, c != nil, err)
		}
	}
}

func TestAddresses(t *testing.T) {
	for _, test := range []struct {
		text, http, target string
		tls                bool
	}{
		{text: "http://cache:8080", http: "http://cache:8080"},
		{text: "https://cache/path/", http: "https://cache/path"},
		{text: "grpc://cache:92", target: "dns:///cache:92"},
		{text: "grpc://cache", target: "dns:///cache:80"},
		{text: "grpcs://cache", target: "dns:///cache:443", tls: true},
		{text: "grpcs://[::1]:5", target: "dns:///[::1]:5", tls: true},
		{text: "cache:5", target: "dns:///cache:5", tls: true},
		{text: "unix:/run/cache", target: "unix:/run/cache"},
		{text: "unix:///run/cache", target: "unix:/run/cache"},
		{text: "unix:/run/a#b%41?c", target: "unix:/run/a%23b%2541%3Fc"},
		{text: "grpc://[fe80::1%25eth0]:5", target: "dns:///[fe80::1%25eth0]:5"},
	} {
		a, err := parseAddress(test.text)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		got := ""
		if a.http != nil {
			got = a.http.String()
		}
		if got != test.http || a.target != test.target || a.tls != test.tls {
			t.Errorf("%s: %+v", test.text, a)
		}
	}
	for _, text := range []string{"", "://", "http://", "grpc:///x", "grpc://h/path", "file:///x", "http://h?x=1", "unix:", "http://h:port"} {
		if a, err := parseAddress(text); err == nil {
			t.Errorf("%q was taken: %+v", text, a)
		}
	}
}
