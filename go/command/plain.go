package command

import (
	"encoding"
	"reflect"
	"strings"
	"unicode"
)

// Plain reads a command line into a struct of flags, of those that package cli
// reads, without what that takes to learn a grammar: it is for actions of which
// there are very many. It understands --name=VALUE, --name VALUE and --name, and
// what stands alone at the end where the struct has a RecordList. Of anything
// else, be it wrong or not, it says that the line is not plain: package cli knows
// what it means, and what to say. The struct is then of no use.
func (f Folder) Plain(args []string, grammar any) bool {
	p := plain{folder: f, flags: map[string]*plainFlag{}}
	if !p.learn(reflect.ValueOf(grammar).Elem()) {
		return false
	}
	for len(args) > 0 {
		used, ok := p.take(args)
		if !ok {
			return false
		}
		args = args[used:]
	}
	return p.complete()
}

// plain is a command line as far as it is read.
type plain struct {
	folder Folder
	flags  map[string]*plainFlag
	// list takes what stands alone, nil where nothing may.
	list *RecordList
}

// plainFlag is a flag of the grammar.
type plainFlag struct {
	field reflect.Value
	tag   reflect.StructTag
	given bool
}

// plainTags are the parts of a field's tag that mean what they mean to Plain.
var plainTags = map[string]bool{"placeholder": true, "help": true, "name": true, "default": true, "required": true, "sep": true, "arg": true, "optional": true}

// learn notes the fields of a struct.
func (p *plain) learn(s reflect.Value) bool {
	for i := range s.NumField() {
		field := s.Type().Field(i)
		if field.Anonymous {
			if !p.learn(s.Field(i)) {
				return false
			}
			continue
		}
		if !understood(field.Tag) {
			return false
		}
		if _, ok := field.Tag.Lookup("arg"); ok {
			if p.list, ok = s.Field(i).Addr().Interface().(*RecordList); !ok {
				return false
			}
			continue
		}
		name, ok := flagName(field)
		if !ok {
			return false
		}
		p.flags[name] = &plainFlag{field: s.Field(i), tag: field.Tag}
	}
	return true
}

// understood says whether Plain knows all parts of a tag.
func understood(tag reflect.StructTag) bool {
	for rest := string(tag); rest != ""; rest = strings.TrimPrefix(rest, " ") {
		name, value, ok := strings.Cut(rest, `:"`)
		if !ok || !plainTags[name] {
			return false
		}
		value, rest, ok = strings.Cut(value, `"`)
		if !ok || strings.Contains(value, `\`) {
			return false
		}
	}
	return true
}

// flagName is the name of a field's flag, "store-dir" for StoreDir. It does not
// know where words end that are all capitals: these must have a name in the tag.
func flagName(field reflect.StructField) (name string, ok bool) {
	if name = field.Tag.Get("name"); name != "" {
		return name, true
	}
	var words strings.Builder
	capital := false
	for i, r := range field.Name {
		if capital && unicode.IsUpper(r) {
			return "", false
		}
		if capital = unicode.IsUpper(r); capital && i > 0 {
			words.WriteByte('-')
		}
		words.WriteRune(unicode.ToLower(r))
	}
	return words.String(), true
}

// take reads what the arguments begin with, and says how many of them that was.
func (p *plain) take(args []string) (used int, ok bool) {
	text, isFlag := strings.CutPrefix(args[0], "--")
	if !isFlag {
		if p.list == nil || strings.HasPrefix(args[0], "-") {
			return 0, false
		}
		*p.list = append(*p.list, args[0])
		return 1, true
	}
	name, value, hasValue := strings.Cut(text, "=")
	flag := p.flags[name]
	if flag == nil || p.list != nil && len(*p.list) > 0 {
		return 0, false
	}
	if b, ok := flag.field.Addr().Interface().(*bool); ok {
		*b, flag.given = true, true
		return 1, !hasValue
	}
	used = 1
	if !hasValue {
		if len(args) == 1 || strings.HasPrefix(args[1], "-") {
			return 0, false
		}
		value, used = args[1], 2
	}
	return used, p.set(flag, value)
}

// set gives a flag a value, which is one more where it has several.
func (p *plain) set(flag *plainFlag, value string) bool {
	into := flag.field
	if into.Kind() == reflect.Slice {
		into = reflect.New(into.Type().Elem()).Elem()
		if flag.tag.Get("sep") != "none" || !p.decode(into, value) {
			return false
		}
		flag.field.Set(reflect.Append(flag.field, into))
	} else if flag.given || !p.decode(into, value) {
		return false
	}
	flag.given = true
	return true
}

// decode reads a value. An empty one, and one with a path that may be meant
// otherwise, are not plain.
func (p *plain) decode(into reflect.Value, value string) bool {
	var err error
	switch into := into.Addr().Interface().(type) {
	case *string:
		*into = value
	case *Object:
		*into, err = p.folder.Object(value)
	case *Time:
		*into, err = p.folder.Time(value)
	case encoding.TextUnmarshaler:
		err = into.UnmarshalText([]byte(value))
	default:
		return false
	}
	return value != "" && err == nil
}

// complete gives flags their defaults, and says whether all that must be there
// were given.
func (p *plain) complete() bool {
	for _, flag := range p.flags {
		if flag.given {
			continue
		}
		if _, required := flag.tag.Lookup("required"); required {
			return false
		}
		if value := flag.tag.Get("default"); value != "" && !p.set(flag, value) {
			return false
		}
	}
	return true
}
