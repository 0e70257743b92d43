//go:build race

package main

// raceEnabled says that the tests run ten times slower.
const raceEnabled = true
