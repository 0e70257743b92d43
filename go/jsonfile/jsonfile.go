// Package jsonfile reads and writes the JSON files that pass between build
// steps: UTF-8, keys sorted, one trailing newline, versioned by a "version"
// field. Equal values give equal bytes.
package jsonfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/rules-strata/rules_strata/go/outfile"
)

// Version is the value of the "version" field of every file of this kind.
const Version = 1

// Marshal encodes v with its keys sorted and one trailing newline. HTML
// characters stay as they are.
func Marshal(v any) ([]byte, error) {
	plain, err := encode(v)
	if err != nil {
		return nil, err
	}
	return sortKeys(plain)
}

func encode(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// Write encodes v as Marshal does and writes it to path, whole or not at all.
func Write(path string, v any) error {
	data, err := Marshal(v)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return outfile.Write(path, data)
}

// Read decodes the file at path, whose "version" must be Version, into v. A
// field that v does not have is an error.
func Read(path string, v any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var header struct {
		Version *int `json:"version"`
	}
	if err := json.Unmarshal(data, &header); err != nil {
		return fmt.Errorf("%s: not a JSON object: %w", path, err)
	}
	if header.Version == nil {
		return fmt.Errorf(`%s: no "version" field: want %d`, path, Version)
	}
	if *header.Version != Version {
		return fmt.Errorf("%s: version %d, want %d: it was written by another release of rules_strata", path, *header.Version, Version)
	}
	if err := Decode(data, v); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// Decode decodes exactly one JSON value into v. A field that v does not have
// is an error, and so is anything after the value.
func Decode(data []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return fmt.Errorf("more than one JSON value")
	}
	return nil
}
