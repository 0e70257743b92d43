package endpoint_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"

	"github.com/rules-strata/rules_strata/go/endpoint"
)

func ExampleFindDocker() {
	e, err := endpoint.FindDocker(context.Background(), "")
	var notRunning *endpoint.NotRunningError
	if errors.As(err, &notRunning) {
		log.Print("no daemon: the image can be run without one")
	}
	if err != nil {
		log.Fatal(err)
	}
	client := http.Client{Transport: e.Transport()}
	resp, err := client.Get(e.BaseURL() + "/_ping")
	if err != nil {
		log.Fatal(endpoint.Explain(err))
	}
	defer resp.Body.Close()
	fmt.Println(e, resp.Header.Get("Api-Version"))
}

func ExampleParse() {
	e, err := endpoint.Parse("build:2375", endpoint.Options{})
	fmt.Println(e, err)
	_, err = endpoint.Parse("ssh://me:secret@build", endpoint.Options{Origin: "from DOCKER_HOST"})
	fmt.Println(err)
	// Output:
	// tcp://build:2375 <nil>
	// docker host "ssh://me:xxxxx@build" (from DOCKER_HOST): a password in it is not supported, use a key: want unix:///path/of/docker.sock, tcp://name:port or ssh://user@name
}
