package script

import "github.com/rules-strata/rules_strata/go/script/builtin"

// Tool is a program of the host that scripts may call.
type Tool struct {
	// Name is what scripts call it.
	Name string
	// Path is where the program is on the host.
	Path string
}

// tool is the tool of a name.
func (m *machine) tool(name string) (Tool, bool) {
	for _, t := range m.place.Tools {
		if t.Name == name {
			return t, true
		}
	}
	return Tool{}, false
}

// runTool runs a program of the host.
func (m *machine) runTool(t Tool, c *builtin.Context) int {
	return c.Fail(statusNotFound, "tools are not there yet")
}
