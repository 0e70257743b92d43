package script

// Tool is a program of the host that scripts may call.
type Tool struct {
	// Name is what scripts call it.
	Name string
	// Path is where the program is on the host.
	Path string
}
