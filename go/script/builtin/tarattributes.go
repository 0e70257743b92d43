package builtin

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// tarOwner is what --owner or --group says: a name, an ID or both.
type tarOwner struct {
	name  string
	id    int64
	hasID bool
}

// setAttributes reads the options that change what headers say.
func (t *tarCreator) setAttributes() error {
	var err error
	if text, ok := t.o.value("owner"); ok {
		if t.owner, err = parseTarOwner(text, t.accounts.users); err != nil {
			return err
		}
	}
	if text, ok := t.o.value("group"); ok {
		if t.group, err = parseTarOwner(text, t.accounts.groups); err != nil {
			return err
		}
	}
	if text, ok := t.o.value("mode"); ok {
		if t.mode, err = parseMode(text); err != nil {
			return tarError("Invalid mode given on option: " + err.Error())
		}
	}
	text, ok := t.o.value("mtime")
	if !ok {
		return nil
	}
	if strings.HasPrefix(text, "/") || strings.HasPrefix(text, ".") {
		info, err := t.c.FS.Stat(t.c.Path(text))
		if err != nil {
			return fmt.Errorf("%s: Cannot stat: %s", text, reason(err))
		}
		t.mtime = &info.MTime
		return nil
	}
	when, ok := parseDate(text, t.c.Clock)
	if !ok {
		return fmt.Errorf("--mtime=%s: not understood: write it as YYYY-MM-DD HH:MM:SS or @SECONDS", text)
	}
	t.mtime = &when
	if t.verbose > 0 {
		t.c.Errorf("Option --mtime: Treating date '%s' as %s", text, when.UTC().Format(time.DateTime))
	}
	return nil
}

// parseTarOwner reads NAME, ID, NAME:ID or :ID.
func parseTarOwner(text string, known []account) (tarOwner, error) {
	name, number, both := strings.Cut(text, ":")
	if !both {
		if id, ok := byName(known, text); ok {
			return tarOwner{name: text, id: id.id, hasID: true}, nil
		}
		number = text
	}
	id, err := strconv.ParseInt(strings.TrimPrefix(number, "+"), 10, 64)
	if err != nil || id < 0 {
		if both {
			return tarOwner{}, fmt.Errorf("%s: Invalid owner or group ID", text)
		}
		return tarOwner{name: text}, nil
	}
	return tarOwner{name: name, id: id, hasID: true}, nil
}

func (o tarOwner) apply(id *int64, name *string, known []account) {
	if o.hasID {
		*id = o.id
	}
	*name = o.name
	if o.name == "" {
		if a, ok := byID(known, *id); ok {
			*name = a.name
		}
	}
}
