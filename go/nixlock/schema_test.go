package nixlock_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rules-strata/rules_strata/go/nixlock"
)

const schemaFile = "../../docs/nix-lock.schema.json"

// schema is a JSON schema, draft 2020-12.
type schema struct {
	t        testing.TB
	root     map[string]any
	patterns map[string]*regexp.Regexp
}

func (s *schema) matches(pattern, text string) bool {
	if s.patterns[pattern] == nil {
		s.patterns[pattern] = regexp.MustCompile(pattern)
	}
	return s.patterns[pattern].MatchString(text)
}

func readSchema(t testing.TB) *schema {
	t.Helper()
	data, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	s := &schema{t: t, patterns: map[string]*regexp.Regexp{}}
	if err := json.Unmarshal(data, &s.root); err != nil {
		t.Fatal(err)
	}
	return s
}

// validate checks a value with the keywords that the schema uses; another one
// fails the test.
func (s *schema) validate(rule map[string]any, value any, at string) (errs []string) {
	fail := func(format string, args ...any) { errs = append(errs, at+": "+fmt.Sprintf(format, args...)) }
	sub := func(rule, value any, at string) { errs = append(errs, s.validate(rule.(map[string]any), value, at)...) }
	object, isObject := value.(map[string]any)
	list, isList := value.([]any)
	text, isText := value.(string)
	number, isNumber := value.(float64)
	for _, keyword := range slices.Sorted(maps.Keys(rule)) {
		want := rule[keyword]
		switch keyword {
		case "$schema", "$defs", "title", "description":
		case "$ref":
			name := strings.TrimPrefix(want.(string), "#/$defs/")
			sub(s.root["$defs"].(map[string]any)[name], value, at)
		case "type":
			is := map[string]bool{"object": isObject, "array": isList, "string": isText, "integer": isNumber && number == float64(int64(number))}
			if ok, known := is[want.(string)]; !known {
				s.t.Fatalf("type %v is not known here", want)
			} else if !ok {
				fail("want the type %v", want)
			}
		case "const":
			if !reflect.DeepEqual(want, value) {
				fail("want %v", want)
			}
		case "enum":
			if !slices.ContainsFunc(want.([]any), func(w any) bool { return reflect.DeepEqual(w, value) }) {
				fail("want one of %v", want)
			}
		case "not":
			if len(s.validate(want.(map[string]any), value, at)) == 0 {
				fail("is what it must not be: %v", want)
			}
		case "pattern":
			if isText && !s.matches(want.(string), text) {
				fail("%q: want %v", text, want)
			}
		case "minLength":
			if isText && len(text) < int(want.(float64)) {
				fail("too short")
			}
		case "minimum":
			if isNumber && number < want.(float64) {
				fail("%v is too small", number)
			}
		case "minItems":
			if isList && len(list) < int(want.(float64)) {
				fail("too few")
			}
		case "uniqueItems":
			for i := range list {
				if slices.ContainsFunc(list[:i], func(v any) bool { return reflect.DeepEqual(v, list[i]) }) {
					fail("%v is there twice", list[i])
				}
			}
		case "items":
			for _, v := range list {
				sub(want, v, at+"[]")
			}
		case "minProperties":
			if isObject && len(object) < int(want.(float64)) {
				fail("too few")
			}
		case "required":
			for _, name := range want.([]any) {
				if _, ok := object[name.(string)]; isObject && !ok {
					fail("%v is missing", name)
				}
			}
		case "propertyNames":
			for name := range object {
				sub(want, name, at+" name")
			}
		case "properties":
			for name, v := range object {
				if rule, ok := want.(map[string]any)[name]; ok {
					sub(rule, v, at+"."+name)
				}
			}
		case "additionalProperties":
			properties, _ := rule["properties"].(map[string]any)
			for name, v := range object {
				if _, ok := properties[name]; ok {
					continue
				}
				if want == false {
					fail("unknown %q", name)
				} else {
					sub(want, v, at+"."+name)
				}
			}
		default:
			s.t.Fatalf("keyword %q is not known here", keyword)
		}
	}
	return errs
}

func (s *schema) check(data []byte) []string {
	s.t.Helper()
	var value any
	if err := json.Unmarshal(data, &value); err != nil {
		s.t.Fatal(err)
	}
	return s.validate(s.root, value, "lock")
}

func TestSchemaAccepts(t *testing.T) {
	s := readSchema(t)
	c, root := large()
	l := nixlock.New("/nix/store", []string{c.Serve(t).URL}, []string{c.Key.String()})
	if err := newResolver(t).Add(t.Context(), l, packages(root)); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"golden":           []byte(readGolden(t)),
		"generated":        marshal(t, golden(t)),
		"thousand objects": marshal(t, l),
		"with a schema":    []byte(strings.Replace(readGolden(t), "{", `{"$schema": "docs/nix-lock.schema.json",`, 1)),
		"without packages": marshal(t, nixlock.New("/nix/store", []string{"file://%workspace%/cache"}, nil)),
	} {
		if errs := s.check(data); len(errs) > 0 {
			t.Errorf("%s: %q", name, errs[:min(len(errs), 5)])
		}
	}
}

// What the schema refuses, Read refuses, too.
func TestSchemaRefuses(t *testing.T) {
	s := readSchema(t)
	for _, test := range []struct{ name, old, new string }{
		{"version", `"version": 1`, `"version": 2`},
		{"no version", ",\n  \"version\": 1", ``},
		{"unknown field", `"version": 1`, `"version": 1, "x": 1`},
		{"unknown field of an object", `"url":`, `"x": 1, "url":`},
		{"missing field of an object", `"nar_size": 136,`, ``},
		{"compression", `"zstd"`, `"lz4"`},
		{"hash in base32", `"nar_hash": "sha256-`, `"nar_hash": "sha256:`},
		{"hash of another kind", `"file_hash": "sha256-`, `"file_hash": "sha512-`},
		{"size is text", `"nar_size": 136`, `"nar_size": "136"`},
		{"size is zero", `"nar_size": 136`, `"nar_size": 0`},
		{"size is broken", `"nar_size": 136`, `"nar_size": 13.5`},
		{"signature", `"lab-1:`, `"lab-1 `},
		{"cache with a slash", `org"`, `org/"`},
		{"cache with a login", `https://cache`, `https://a:b@cache`},
		{"cache of another kind", `https://cache`, `s3://cache`},
		{"file", `"url": "nar`, `"url": "/nar`},
		{"file URL", `"url": "nar`, `"url": "file:///nar`},
		{"store path", `-lib-1.0": {`, `-lib/1.0": {`},
		{"reference", `-libc-2.36"`, `-lib*c-2.36"`},
		{"system", `"any"`, `"X86"`},
		{"system of Nix alone", `"any"`, `"i686-linux"`},
		{"any and a system", `"x86_64-linux"`, `"any"`},
		{"schema", `"version": 1`, `"version": 1, "$schema": 1`},
		{"no systems", `"app": {`, `"x": {}, "app": {`},
		{"name", `"app": {`, `"a b": {`},
		{"name of all packages", `"app": {`, `"closure": {`},
		{"store directory", `"store_dir": "/nix/store"`, `"store_dir": "nix/store"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			data := readGolden(t)
			if !strings.Contains(data, test.old) {
				t.Fatalf("the golden lock has no %q", test.old)
			}
			data = strings.Replace(data, test.old, test.new, 1)
			if errs := s.check([]byte(data)); len(errs) == 0 {
				t.Error("the schema accepts it")
			}
			if _, err := nixlock.Parse([]byte(data)); err == nil {
				t.Error("Parse accepts it")
			}
		})
	}
}

// The schema has the fields of the Go types, and describes each of them.
func TestSchemaFields(t *testing.T) {
	s := readSchema(t)
	defs := s.root["$defs"].(map[string]any)
	for _, test := range []struct {
		rule any
		of   reflect.Type
	}{
		{s.root, reflect.TypeFor[nixlock.Lock]()},
		{defs["object"], reflect.TypeFor[nixlock.Object]()},
	} {
		rule := test.rule.(map[string]any)
		var names, required []string
		for field := range test.of.Fields() {
			name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
			names = append(names, name)
			if options == "" {
				required = append(required, name)
			}
		}
		slices.Sort(names)
		slices.Sort(required)
		properties := rule["properties"].(map[string]any)
		if got := slices.Sorted(maps.Keys(properties)); !slices.Equal(got, names) {
			t.Errorf("%v: properties %q, want %q", test.of, got, names)
		}
		if got := fmt.Sprint(rule["required"]); got != fmt.Sprint(required) {
			t.Errorf("%v: required %s, want %q", test.of, got, required)
		}
		for name, p := range properties {
			if p.(map[string]any)["description"] == nil {
				t.Errorf("%v: %s has no description", test.of, name)
			}
		}
	}
	for name, d := range defs {
		if d.(map[string]any)["description"] == nil {
			t.Errorf("%s has no description", name)
		}
	}
}
