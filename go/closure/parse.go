package closure

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/rules-strata/rules_strata/go/store"
)

// described is an object as graph files describe it. Nix gives more fields,
// such as narHash, which a closure does not need.
type described struct {
	Label      string       `json:"label"`
	NarSize    int64        `json:"narSize"`
	Origin     string       `json:"origin"`
	Path       string       `json:"path"`
	References []store.Path `json:"references"`
	Synthetic  bool         `json:"synthetic"`
}

// readFile adds the objects of a graph file, as Options.Graphs describes it.
// References may lead to objects that are added later.
func (g *graph) readFile(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close() // only read from: nothing can be lost
	list, err := parseGraph(bufio.NewReaderSize(f, 1<<16))
	if err != nil {
		return fmt.Errorf("%s: not a graph: %w", file, err)
	}
	for i, d := range list {
		n, err := g.newNode(d, file)
		if err != nil {
			return fmt.Errorf("%s: object %d of the graph: %w", file, i+1, err)
		}
		if err := g.add(n); err != nil {
			return err
		}
	}
	return nil
}

// newNode checks all of a description except where its references lead.
func (g *graph) newNode(d described, file string) (*node, error) {
	if d.Path == "" {
		return nil, errors.New(`no "path"`)
	}
	path, err := store.ParsePath(g.storeDir, d.Path)
	if err != nil {
		return nil, err
	}
	if d.References == nil {
		return nil, fmt.Errorf(`%s has no "references"`, path)
	}
	if d.NarSize < 0 {
		return nil, fmt.Errorf("%s has a narSize of %d bytes", path, d.NarSize)
	}
	return &node{
		Object: Object{Path: path, Origin: d.Origin, References: d.References, NarSize: d.NarSize, Synthetic: d.Synthetic},
		label:  d.Label,
		file:   file,
	}, nil
}

// parseGraph reads one JSON value of the shapes that readFile takes.
func parseGraph(r io.Reader) ([]described, error) {
	dec := json.NewDecoder(r)
	first, err := next(dec)
	if err != nil {
		return nil, err
	}
	var list []described
	switch first {
	case json.Delim('['):
		list, err = parseList(dec)
	case json.Delim('{'):
		list, err = parseStructured(dec)
	default:
		err = errors.New(`want an array of objects, or an object with that array under "closure"`)
	}
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("something follows the JSON value, which ends at byte %d", dec.InputOffset())
	}
	return list, nil
}

// parseStructured reads what follows the opening brace of an object, up to its
// closing one, and returns the list under "closure".
func parseStructured(dec *json.Decoder) ([]described, error) {
	var list []described
	found := false
	for dec.More() {
		key, err := next(dec)
		if err != nil {
			return nil, err
		}
		if key != "closure" {
			var ignored json.RawMessage
			if err := dec.Decode(&ignored); err != nil {
				return nil, locate(dec, err)
			}
			continue
		}
		if found {
			return nil, errors.New(`"closure" is there twice`)
		}
		found = true
		value, err := next(dec)
		if err != nil {
			return nil, err
		}
		if value != json.Delim('[') {
			return nil, errors.New(`"closure" is not an array`)
		}
		if list, err = parseList(dec); err != nil {
			return nil, err
		}
	}
	if _, err := next(dec); err != nil {
		return nil, err
	}
	if !found {
		return nil, errors.New(`the object has no array "closure"`)
	}
	return list, nil
}

// parseList reads what follows the opening bracket of an array, up to its
// closing one.
func parseList(dec *json.Decoder) ([]described, error) {
	var list []described
	for dec.More() {
		var d described
		if err := dec.Decode(&d); err != nil {
			return nil, fmt.Errorf("object %d: %w", len(list)+1, locate(dec, err))
		}
		list = append(list, d)
	}
	_, err := next(dec)
	return list, err
}

func next(dec *json.Decoder) (json.Token, error) {
	token, err := dec.Token()
	return token, locate(dec, err)
}

// locate adds the place in the file to an error of the decoder.
func locate(dec *json.Decoder, err error) error {
	if err == nil {
		return nil
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("at byte %d: %w", dec.InputOffset(), err)
}
