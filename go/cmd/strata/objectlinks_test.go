package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// certificatePEM has the form of a certificate: an empty sequence.
const certificatePEM = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"

func TestObjectLinksCommand(t *testing.T) {
	bash := listing(t, ". type=dir", "./bin type=dir", "./bin/bash type=file mode=0555", "./bin/env type=link link="+libPath+"/bin/env", "./etc type=dir", "./etc/ca.crt type=file mode=0444")
	lib := listing(t, ". type=dir", "./bin type=dir", "./bin/env type=file mode=0555")
	object := func(text string) string {
		file := writeFile(t, "ca.crt", text)
		return appPath + "=@" + writeFile(t, "manifest", "file\x000444\x00etc/ca.crt\x00"+file+"\n")
	}
	for _, test := range []struct {
		name            string
		args            []string
		entries, errors string
	}{
		{"a program", []string{"--program=bin/sh=bin/bash"}, "bin bin/sh>" + appPath + "/bin/bash", ""},
		{"the first that is there", []string{"--program=bin/sh=bin/dash", "--program=bin/sh=bin/bash"}, "bin bin/sh>" + appPath + "/bin/bash", ""},
		{"several", []string{"--program=usr/bin/env=bin/env", "--file=etc/a=etc/ca.crt", "--directory=share=etc"}, "etc etc/a>" + appPath + "/etc/ca.crt share>" + appPath + "/etc usr usr/bin usr/bin/env>" + appPath + "/bin/env", ""},
		{"certificates", []string{"--file=etc/a=etc/ca.crt", "--file=etc/b=etc/ca.crt", "--certificates", object(certificatePEM)}, "etc etc/a>" + appPath + "/etc/ca.crt etc/b>" + appPath + "/etc/ca.crt", ""},
		{"none", []string{"--program=bin/sh=bin/dash"}, "", "//:x: there is no bin/dash in it: set path to what there is; in bin there is bash, env"},
		{"no certificates", []string{"--file=etc/a=etc/ca.crt", "--certificates", object("x")}, "", "//:x: etc/ca.crt: no certificate in it"},
		{"another object than in its listing", []string{"--file=etc/a=bin/bash", "--certificates", object("x")}, "", "//:x: bin/bash: it is in the listing, and not in the object"},
		{"no target", []string{"--program=bin/sh"}, "", "is not PATH=TARGET"},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "x.nar")
			status, text := strata(append([]string{"object-links", "--to", appPath + "=" + bash, "--label=//:x", "--linked", libPath + "=" + lib, "--out", out}, test.args...)...)
			if test.errors != "" {
				if _, err := os.Stat(out); status == 0 || !strings.Contains(text, test.errors) || err == nil {
					t.Errorf("status %d, %s, want %q and no output", status, text, test.errors)
				}
				return
			}
			if status != 0 || text != "" {
				t.Fatalf("status %d: %s", status, text)
			}
			if got := narEntries(t, out); got != test.entries {
				t.Errorf("got %s, want %s", got, test.entries)
			}
		})
	}
}

func TestCertificatesCommand(t *testing.T) {
	out := filepath.Join(t.TempDir(), "x.crt")
	for _, test := range []struct{ file, err string }{
		{writeFile(t, "bad", "hello"), "//:ca: no certificate in it"},
		{"missing", "missing"},
		{writeFile(t, "good", "# ours\n"+certificatePEM), ""},
	} {
		status, text := strata("certificates", "--file", test.file, "--label=//:ca", "--out", out)
		if test.err != "" {
			if _, err := os.Stat(out); status != 1 || !strings.Contains(text, test.err) || err == nil {
				t.Errorf("status %d, %s, want %q and no output", status, text, test.err)
			}
			continue
		}
		if got := readFile(t, out); status != 0 || text != "" || got != "# ours\n"+certificatePEM {
			t.Errorf("status %d, %s, got %q", status, text, got)
		}
	}
}
