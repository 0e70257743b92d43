package containerd_test

import (
	"context"
	"fmt"

	"github.com/rules-strata/rules_strata/go/containerd"
)

// The containerd of k3s, whose images Kubernetes runs.
func ExampleFind() {
	c, err := containerd.Find(context.Background(), "/run/k3s/containerd/containerd.sock")
	if err != nil {
		fmt.Println("no k3s here")
		return
	}
	defer c.Close()
	fmt.Println(c)
}
