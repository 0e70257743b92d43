// Command hello says what it was built for.
package main

import (
	"fmt"
	"runtime"
)

func main() { fmt.Printf("Hello from %s/%s!\n", runtime.GOOS, runtime.GOARCH) }
