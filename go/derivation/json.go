package derivation

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/rules-strata/rules_strata/go/store"
)

// maxVersion is the newest version of the JSON that is known.
const maxVersion = 4

// ParseJSON reads what `nix derivation show` (`nix show-derivation` of old)
// writes of one derivation. Where paths are base names, they are in storeDir.
func ParseJSON(data []byte, storeDir string) (*Derivation, error) {
	d, err := parseJSON(data, storeDir)
	if err != nil {
		return nil, fmt.Errorf("derivation as JSON: %w", err)
	}
	return d, nil
}

func parseJSON(data []byte, storeDir string) (*Derivation, error) {
	if err := checkSize(data); err != nil {
		return nil, err
	}
	if !utf8.Valid(data) {
		return nil, errors.New("not UTF-8: give the .drv file itself, which can hold any bytes")
	}
	all, err := decodeShown(data)
	if err != nil {
		return nil, err
	}
	if len(all) != 1 {
		return nil, fmt.Errorf("%d derivations: show exactly one, without --recursive", len(all))
	}
	key := slices.Collect(maps.Keys(all))[0]
	r := resolver{storeDir}
	path, err := r.drv(key)
	if err != nil {
		return nil, err
	}
	d, err := r.derivation(path, all[key])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return d, nil
}

// shownDerivation is a derivation in any version of the JSON.
type shownDerivation struct {
	Name            string                 `json:"name"`
	Version         int                    `json:"version"`
	Outputs         map[string]shownOutput `json:"outputs"`
	InputSrcs       []string               `json:"inputSrcs"`
	InputDrvs       map[string]usedOutputs `json:"inputDrvs"`
	Inputs          shownInputs            `json:"inputs"`
	System          string                 `json:"system"`
	Platform        string                 `json:"platform"`
	Builder         string                 `json:"builder"`
	Args            []string               `json:"args"`
	Env             map[string]string      `json:"env"`
	StructuredAttrs json.RawMessage        `json:"structuredAttrs"`
}

type shownInputs struct {
	Drvs map[string]usedOutputs `json:"drvs"`
	Srcs []string               `json:"srcs"`
}

// usedOutputs are the names of outputs: an array, or the field "outputs".
type usedOutputs []string

// UnmarshalJSON reads either.
func (u *usedOutputs) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte("[")) {
		return json.Unmarshal(data, (*[]string)(u))
	}
	var fields struct {
		Outputs        []string                   `json:"outputs"`
		DynamicOutputs map[string]json.RawMessage `json:"dynamicOutputs"`
	}
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	if len(fields.DynamicOutputs) > 0 {
		return errors.New("an input is a dynamic derivation, which is not supported")
	}
	*u = fields.Outputs
	return nil
}

// decodeShown gives the derivations by path.
func decodeShown(data []byte) (map[string]shownDerivation, error) {
	var top map[string]json.RawMessage
	if err := decode(data, &top); err != nil {
		return nil, err
	}
	if _, ok := top["derivations"]; !ok {
		var all map[string]shownDerivation
		err := decode(data, &all)
		return all, err
	}
	var shown struct {
		Derivations map[string]shownDerivation `json:"derivations"`
		Version     int                        `json:"version"`
	}
	if err := decode(data, &shown); err != nil {
		return nil, err
	}
	return shown.Derivations, checkVersion(shown.Version)
}

// decode decodes one JSON value; its errors say where.
func decode(data []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	err := dec.Decode(v)
	var syntax *json.SyntaxError
	var typed *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("byte %d: %w", syntax.Offset, err)
	case errors.As(err, &typed):
		return fmt.Errorf("byte %d: %w", typed.Offset, err)
	case err == io.EOF:
		return io.ErrUnexpectedEOF
	case err != nil:
		return err
	}
	if end := dec.InputOffset(); len(bytes.TrimSpace(data[end:])) > 0 {
		return fmt.Errorf("byte %d: something follows the JSON value", end)
	}
	return nil
}

func checkVersion(version int) error {
	if version > maxVersion {
		return fmt.Errorf("version %d is newer than %d: give the .drv file itself", version, maxVersion)
	}
	return nil
}

// resolver makes store paths of what may be base names.
type resolver struct{ storeDir string }

func (r resolver) path(s string) (store.Path, error) {
	if !strings.HasPrefix(s, "/") {
		s = r.storeDir + "/" + s
	}
	return store.ParseAnyPath(s)
}

func (r resolver) drv(s string) (store.Path, error) {
	path, err := r.path(s)
	if err != nil {
		return "", err
	}
	return parseDrvPath(string(path))
}

// derivation checks a derivation, which is at path, and normalises it.
func (r resolver) derivation(path store.Path, shown shownDerivation) (*Derivation, error) {
	if err := checkVersion(shown.Version); err != nil {
		return nil, err
	}
	d := &Derivation{
		Name: shown.Name, System: shown.System, Builder: shown.Builder, Args: shown.Args, Env: shown.Env,
		Outputs: map[string]Output{}, InputDrvs: map[store.Path][]string{},
	}
	if d.Name == "" {
		d.Name = strings.TrimSuffix(path.Name(), ".drv")
	}
	if d.System == "" {
		d.System = shown.Platform
	}
	if d.Env == nil {
		d.Env = map[string]string{}
	}
	if len(d.Args) == 0 {
		d.Args = nil
	}
	if err := r.setInputs(d, shown); err != nil {
		return nil, err
	}
	for name, output := range shown.Outputs {
		o, err := r.output(output, d.Env[name])
		if err != nil {
			return nil, fmt.Errorf("output %q: %w", name, err)
		}
		d.Outputs[name] = o
	}
	if err := setStructuredAttrs(d, shown.StructuredAttrs); err != nil {
		return nil, err
	}
	if err := errors.Join(d.checkName(), checkZeros(d)); err != nil {
		return nil, err
	}
	return d, d.check()
}

func (r resolver) setInputs(d *Derivation, shown shownDerivation) error {
	for _, drvs := range []map[string]usedOutputs{shown.InputDrvs, shown.Inputs.Drvs} {
		for key, used := range drvs {
			path, err := r.drv(key)
			if err != nil {
				return fmt.Errorf("input derivation: %w", err)
			}
			slices.Sort(used)
			d.InputDrvs[path] = slices.Compact(used)
		}
	}
	for _, src := range slices.Concat(shown.InputSrcs, shown.Inputs.Srcs) {
		path, err := r.path(src)
		if err != nil {
			return fmt.Errorf("input source: %w", err)
		}
		d.InputSrcs = append(d.InputSrcs, path)
	}
	slices.Sort(d.InputSrcs)
	d.InputSrcs = slices.Compact(d.InputSrcs)
	return nil
}

// setStructuredAttrs takes the structured attributes from where they are: in a
// field, or before version 4 in the environment.
func setStructuredAttrs(d *Derivation, field json.RawMessage) error {
	d.StructuredAttrs = d.Env[structuredAttrsName]
	delete(d.Env, structuredAttrsName)
	if len(field) == 0 || string(field) == "null" {
		return nil
	}
	var text bytes.Buffer
	if err := json.Compact(&text, field); err != nil {
		return err
	}
	d.StructuredAttrs = text.String()
	return nil
}

// checkZeros refuses zero bytes, which JSON can hold and Nix cannot.
func checkZeros(d *Derivation) error {
	texts := append([]string{d.System, d.Builder}, d.Args...)
	for name, value := range d.Env {
		texts = append(texts, name, value)
	}
	for _, text := range texts {
		if strings.IndexByte(text, 0) >= 0 {
			return fmt.Errorf("a zero byte in %q", text)
		}
	}
	return nil
}

// shownOutput is an output in any version of the JSON.
type shownOutput struct {
	Path     string    `json:"path"`
	Method   string    `json:"method"`
	HashAlgo string    `json:"hashAlgo"`
	Hash     shownHash `json:"hash"`
	Impure   bool      `json:"impure"`
}

// shownHash is a hash: "BASE16", "ALGORITHM-BASE64", or an object.
type shownHash struct{ algorithm, base16 string }

// UnmarshalJSON reads any of them.
func (h *shownHash) UnmarshalJSON(data []byte) error {
	text, format := "", "base16"
	if bytes.HasPrefix(data, []byte("{")) {
		var fields struct{ Algorithm, Format, Hash string }
		if err := json.Unmarshal(data, &fields); err != nil {
			return err
		}
		h.algorithm, format, text = fields.Algorithm, fields.Format, fields.Hash
	} else {
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
		if algorithm, base64, ok := strings.Cut(text, "-"); ok {
			h.algorithm, format, text = algorithm, "base64", base64
		}
	}
	switch format {
	case "base16":
		h.base16 = text
		return nil
	case "base64":
		raw, err := base64.StdEncoding.DecodeString(text)
		h.base16 = hex.EncodeToString(raw)
		return err
	}
	return fmt.Errorf("the format %q of a hash is not known: give the .drv file itself", format)
}

// methods are what a .drv has before an algorithm for the methods of content
// addressing.
var methods = map[string]string{"": "", "flat": "", "nar": "r:", "recursive": "r:", "text": "text:", "git": "git:"}

// output normalises an output; variable is the value that the environment has
// under its name.
func (r resolver) output(shown shownOutput, variable string) (Output, error) {
	prefix, ok := methods[shown.Method]
	if !ok {
		return Output{}, fmt.Errorf("the method %q is not known: give the .drv file itself", shown.Method)
	}
	o := Output{HashAlgo: shown.HashAlgo, Hash: shown.Hash.base16}
	if o.HashAlgo == "" {
		o.HashAlgo = shown.Hash.algorithm
	}
	if o.HashAlgo != "" {
		o.HashAlgo = prefix + o.HashAlgo
	}
	if shown.Impure {
		o.Hash = impureHash
	}
	path := shown.Path
	if path == "" && o.HashAlgo != "" && o.kind() == FixedOutput {
		// Newer Nix leaves out what follows from the hash.
		path = variable
	}
	if path == "" {
		return o, nil
	}
	var err error
	o.Path, err = r.path(path)
	return o, err
}
