package imagefile

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/rules-strata/rules_strata/go/objectset"
)

// Records are an image as an action is told of it: in a parameter file, since
// Bazel maps the paths in those, and in no file that it writes before.
//
// The file has one record a line, fields separated by NUL:
//
//	name, store_dir, mtime,            as in NAME.image.json; a path
//	uid, gid, uname, gname,            is relative to the working directory
//	config, layers, tag, manifest,
//	customisation
//	base.archive, base.name, base.tag, the image to build on, if it is not one
//	base.architecture, base.repository of ours
//	object and what belongs to it      the store objects, see package objectset
//	base                               what follows describes the image of ours
//	                                   to build on, in the same way
//
// Each is there once for an image, or not at all; objects come after the others.
type Records struct {
	file string
	said description
}

// ReadRecords reads records. It opens none of the files that they name. Errors
// name the file and the line.
func ReadRecords(file string) (*Records, error) {
	r := recordsReader{}
	r.begin(file)
	if err := objectset.EachRecord(file, r.record); err != nil {
		return nil, err
	}
	for _, image := range r.images {
		if err := image.said.check(); err != nil {
			return nil, fmt.Errorf("%s: %w", image.file, err)
		}
	}
	return r.images[0], nil
}

// OpenRecords is Open for an image that records describe.
func OpenRecords(file string) (*Image, error) {
	r, err := ReadRecords(file)
	if err != nil {
		return nil, err
	}
	return r.Open()
}

// Open opens the image, which is as it was built. It opens no object.
func (r *Records) Open() (*Image, error) {
	parts, err := r.said.read(r.file, "", nil)
	if err != nil {
		return nil, err
	}
	return newOf(r.file, parts)
}

// recordsReader puts records together.
type recordsReader struct {
	// images begins with the image itself; each is built on the next one.
	images []*Records
	// given are the keys of the last image's records.
	given map[string]bool
}

// begin makes what follows the records of another image, which is called name in
// messages.
func (r *recordsReader) begin(name string) *Records {
	image := &Records{file: name}
	image.said.set = objectset.New(name)
	r.images = append(r.images, image)
	r.given = map[string]bool{}
	return image
}

func (r *recordsReader) record(number int, line string) error {
	image := r.images[len(r.images)-1]
	key, value, _ := strings.Cut(line, "\x00")
	switch {
	case line == "base" && image.said.Base != nil:
		return fmt.Errorf("%q: the image is built on another one already", key)
	case line == "base":
		image.said.Base = &baseDescription{records: r.begin(image.file + ": base")}
		return nil
	case r.given["object"] && (ownKeys[key] || strings.HasPrefix(key, "base.")):
		return fmt.Errorf("%q comes after the objects", key)
	case key == "object" || r.given["object"]:
		r.given["object"] = true
		return image.said.set.Add(number, line)
	case r.given[key]:
		return fmt.Errorf("%q is there twice", key)
	}
	r.given[key] = true
	return image.said.field(key, value)
}

// ownKeys are the keys of an image itself, but for those of its base.
var ownKeys = map[string]bool{
	"config": true, "customisation": true, "gid": true, "gname": true, "layers": true, "manifest": true, "mtime": true, "name": true,
	"store_dir": true, "tag": true, "uid": true, "uname": true,
}

// field takes one record of an image itself.
func (d *description) field(key, value string) error {
	if ofBase, ok := strings.CutPrefix(key, "base."); ok {
		if d.Base == nil {
			d.Base = &baseDescription{}
		}
		return d.Base.field(ofBase, value)
	}
	texts := map[string]*string{
		"config": &d.Config, "customisation": &d.Customisation, "gname": &d.GName, "layers": &d.Layers, "manifest": &d.Manifest,
		"mtime": &d.MTime, "name": &d.Name, "store_dir": &d.StoreDir, "tag": &d.Tag, "uname": &d.UName,
	}
	if text := texts[key]; text != nil {
		*text = value
		return nil
	}
	numbers := map[string]*int64{"gid": &d.GID, "uid": &d.UID}
	number := numbers[key]
	if number == nil {
		return unknown(key)
	}
	var err error
	if *number, err = strconv.ParseInt(value, 10, 64); err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	return nil
}

func (d *baseDescription) field(key, value string) error {
	switch key {
	case "archive":
		d.Archive = value
	case "architecture":
		d.Architecture = value
	case "name":
		d.Name = value
	case "repository":
		d.Origin = &Origin{Repository: value}
	case "tag":
		d.Tag = value
	default:
		return unknown("base." + key)
	}
	return nil
}

func unknown(key string) error { return fmt.Errorf("unknown record %.40q", key) }
