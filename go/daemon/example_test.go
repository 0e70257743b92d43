package daemon_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"

	"github.com/rules-strata/rules_strata/go/archive"
	"github.com/rules-strata/rules_strata/go/daemon"
)

func ExampleClient_Load() {
	ctx, img := context.Background(), archive.Image{ /* config, names, layers */ }
	client, err := daemon.FromEnvironment()
	var notRunning *daemon.NotRunningError
	if errors.As(err, &notRunning) {
		log.Print("no daemon: the image can be run without one")
	}
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	// The archive goes from the layers to the daemon without being stored.
	r, w := io.Pipe()
	go func() { w.CloseWithError(archive.Write(ctx, w, img)) }()
	names, err := client.Load(ctx, r)
	_ = r.Close()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(names)
}
