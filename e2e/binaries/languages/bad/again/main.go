// Command show says nothing.
package main

func main() {}
