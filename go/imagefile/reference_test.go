package imagefile

import (
	"strings"
	"testing"
)

func TestRetag(t *testing.T) {
	for _, test := range []struct{ ref, want string }{
		{"hello:v1", "hello:v1"},
		{"hello", "hello:latest"},
		{"a/b/c:V1.2_x-y", "a/b/c:V1.2_x-y"},
		{"localhost:5000/hello", "localhost:5000/hello:latest"},
		{"Registry.Example/a__b.c--d_e:1", "Registry.Example/a__b.c--d_e:1"},
		{"hello:" + strings.Repeat("t", 128), "hello:" + strings.Repeat("t", 128)},
	} {
		img := &Image{Parts: Parts{Name: "old", Tag: "old"}}
		if err := img.Retag(test.ref); err != nil || img.Ref() != test.want {
			t.Errorf("%s: got %s, %v, want %s", test.ref, img.Ref(), err, test.want)
		}
	}
}

func TestRetagErrors(t *testing.T) {
	for _, test := range []struct{ ref, wantErr string }{
		{"", "a part of the name is empty"},
		{":v1", "a part of the name is empty"},
		{"hello:", "the tag is empty"},
		{"a//b:v1", "a part of the name is empty"},
		{"UPPER/x", `"UPPER" has capital letters, which are not possible: write "upper"`},
		{"registry.example/Hello:v1", `"Hello" has capital letters`},
		{"-a:v1", `"-a" does not begin with a letter or a digit`},
		{"a-:v1", `"a-": want small letters and digits`},
		{"a..b:v1", `"a..b": want small letters and digits`},
		{"a b:v1", `"a b": want small letters and digits`},
		{"ü:v1", `"ü" does not begin with a letter or a digit`},
		{"regi stry.x/a:v1", `"regi stry.x" is not a registry`},
		{"x.y:port/a:v1", `"x.y:port" is not a registry`},
		{"hello:-v1", `the tag "-v1": want letters, digits`},
		{"hello:v 1", `the tag "v 1"`},
		{"hello:" + strings.Repeat("t", 129), "the tag has 129 characters, at most 128 are possible"},
		{strings.Repeat("n", 256), "the name has 256 characters, at most 255 are possible"},
	} {
		img := &Image{Parts: Parts{Name: "old", Tag: "old"}}
		if err := img.Retag(test.ref); err == nil || !strings.Contains(err.Error(), test.wantErr) || img.Ref() != "old:old" {
			t.Errorf("%q: got %v, want %s", test.ref, err, test.wantErr)
		}
	}
}
