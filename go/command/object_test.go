package command

import (
	"os"
	"path/filepath"
	"testing"
)

const appPath = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-app"

func TestObject(t *testing.T) {
	const strange = "/nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-a=b=c"
	file := filepath.Join(t.TempDir(), "x=y.nar")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ arg, path, source string }{
		{appPath + "=a.nar", appPath, "a.nar"},
		{appPath + "=@a,b", appPath, "@a,b"},
		{appPath + "=" + file, appPath, file},
		{strange + "=" + file, strange, file},
		{strange + "=@" + file, strange, "@" + file},
		// Nothing exists: the first equals sign.
		{appPath + "=a=b.nar", appPath, "a=b.nar"},
	} {
		var f Object
		if err := f.UnmarshalText([]byte(test.arg)); err != nil || string(f.Path) != test.path || f.File != test.source {
			t.Errorf("%q: got %+v %v", test.arg, f, err)
		}
	}
}
