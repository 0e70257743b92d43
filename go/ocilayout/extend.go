package ocilayout

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"github.com/rules-strata/rules_strata/go/jsonfile"
)

// Extend adds annotations to an image's manifest and labels to its config, in
// place of those of the same name. What nothing is added to stays as it is,
// byte for byte; everything else in them is kept. The manifest may be Docker's,
// which has no annotations.
func Extend(manifest, config []byte, annotations, labels map[string]string) (newManifest, newConfig []byte, err error) {
	m, err := parseStored(manifest)
	if err != nil {
		return nil, nil, err
	}
	if got := Digest(config); got != m.Config.Digest {
		return nil, nil, fmt.Errorf("the config is %s, in the manifest it is %s: it is another image's", got, m.Config.Digest)
	}
	if len(annotations) > 0 && m.MediaType != ManifestMediaType {
		return nil, nil, fmt.Errorf("a manifest of the type %q has no annotations: give labels, or build an image on this one", m.MediaType)
	}
	changes := map[string]map[string]json.RawMessage{}
	if len(labels) > 0 {
		if config, err = addStrings(config, labels, "config", "Labels"); err != nil {
			return nil, nil, fmt.Errorf("config: %w", err)
		}
		d := descriptorOf("", config)
		changes["config"] = map[string]json.RawMessage{"digest": quoted(d.Digest), "size": fmt.Append(nil, d.Size)}
	}
	if len(annotations) > 0 {
		changes["annotations"] = rawStrings(annotations)
	}
	for field, values := range changes {
		if manifest, err = addFields(manifest, values, field); err != nil {
			return nil, nil, fmt.Errorf("manifest: %w", err)
		}
	}
	return manifest, config, nil
}

// addStrings is addFields for texts.
func addStrings(data []byte, values map[string]string, path ...string) ([]byte, error) {
	return addFields(data, rawStrings(values), path...)
}

// addFields sets fields of the object that a path leads to, and makes what is
// not there.
func addFields(data []byte, values map[string]json.RawMessage, path ...string) ([]byte, error) {
	object := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &object); err != nil {
		return nil, err
	}
	if object == nil {
		object = map[string]json.RawMessage{} // null
	}
	if len(path) == 0 {
		maps.Copy(object, values)
		return jsonfile.Marshal(object)
	}
	inner := object[path[0]]
	if inner == nil {
		inner = json.RawMessage("{}")
	}
	var err error
	if object[path[0]], err = addFields(inner, values, path[1:]...); err != nil {
		return nil, fmt.Errorf("%q: %w", path[0], err)
	}
	return jsonfile.Marshal(object)
}

func rawStrings(values map[string]string) map[string]json.RawMessage {
	raw := map[string]json.RawMessage{}
	for name, value := range values {
		raw[name] = quoted(value)
	}
	return raw
}

// quoted is a text in JSON; encoding one cannot fail.
func quoted(text string) json.RawMessage {
	data, err := json.Marshal(text)
	if err != nil {
		panic(errors.New("ocilayout: a string is not JSON: " + err.Error()))
	}
	return data
}
