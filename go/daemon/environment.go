package daemon

import (
	"context"

	"github.com/rules-strata/rules_strata/go/endpoint"
)

// FromEnvironment makes a client of the daemon that the docker command would
// use: endpoint.FindDocker says which. The errors are those of that function.
func FromEnvironment() (*Client, error) {
	e, err := endpoint.FindDocker(context.Background(), "")
	if err != nil {
		return nil, err
	}
	return NewAt(e), nil
}
