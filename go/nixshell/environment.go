package nixshell

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	inputsName = "nativeBuildInputs"
	hookName   = "shellHook"
)

// environment has the variables of the image. It adds the files that they name
// to the object.
func (m *maker) environment() (map[string]string, error) {
	env := map[string]string{
		"HOME":            m.HomeDirectory,
		"NIX_BUILD_CORES": "1",
		"NIX_STORE":       m.StoreDir,
		"PATH":            strings.Join(append(m.staticPath(), m.extraPath()...), ":"),
	}
	if m.CACertificates != "" {
		bundle := string(m.CACertificates) + "/etc/ssl/certs/ca-bundle.crt"
		env["NIX_SSL_CERT_FILE"], env["SSL_CERT_FILE"] = bundle, bundle
	}
	attributes := m.plainAttributes
	if m.structured() {
		attributes = m.structuredAttributes
	}
	more, err := attributes()
	if err != nil {
		return nil, err
	}
	maps.Copy(env, more)
	for name, output := range m.d.Outputs {
		env[name] = string(output.Path)
	}
	for _, name := range []string{"NIX_BUILD_TOP", "PWD", "TEMP", "TEMPDIR", "TMP", "TMPDIR"} {
		env[name] = buildDir
	}
	env["TERM"] = "xterm-256color"
	return env, nil
}

// structured says whether the derivation has structured attributes.
func (m *maker) structured() bool { return m.d.StructuredAttrs != "" }

// plainAttributes are the derivation's own variables. Those that passAsFile
// names are the paths of files.
func (m *maker) plainAttributes() (map[string]string, error) {
	attrs := maps.Clone(m.d.Env)
	if len(m.ExtraPackages) > 0 {
		attrs[inputsName] = strings.TrimLeft(attrs[inputsName]+" "+strings.Join(m.extraPackages(), " "), " ")
	}
	if m.ShellHook != "" {
		attrs[hookName] = appendHook(attrs[hookName], m.ShellHook)
	}
	asFile := strings.Fields(attrs["passAsFile"])
	env := map[string]string{}
	// In the order of their names: Nix lets a variable NAMEPath of its own win.
	for _, name := range slices.Sorted(maps.Keys(attrs)) {
		if !slices.Contains(asFile, name) {
			env[name] = attrs[name]
			continue
		}
		file := "attrs/" + name
		if path.Clean(file) != file || path.Dir(file) != "attrs" {
			return nil, fmt.Errorf("passAsFile has %q, which cannot be the name of a file", name)
		}
		m.add(file, false, attrs[name])
		env[name+"Path"] = m.path(file)
	}
	return env, nil
}

// extraPackages are the extra packages as attributes have them.
func (m *maker) extraPackages() []string {
	var list []string
	for _, p := range m.ExtraPackages {
		list = append(list, string(p))
	}
	return list
}

// appendHook adds commands to those of a hook.
func appendHook(hook, more string) string {
	if hook == "" {
		return more
	}
	return hook + "\n" + more
}

// environmentList is the environment as a config has it, sorted by name.
func environmentList(env map[string]string) ([]string, error) {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(env)) {
		value := env[name]
		if name == "" || strings.ContainsAny(name, "=\x00") || !utf8.ValidString(name) {
			return nil, fmt.Errorf("%q cannot be the name of a variable", name)
		}
		if !utf8.ValidString(value) {
			return nil, fmt.Errorf("the variable %s is not UTF-8, as the config of an image is: name it in passAsFile", name)
		}
		list = append(list, name+"="+value)
	}
	return list, nil
}
