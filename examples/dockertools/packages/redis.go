// Command redis stands for Redis in the examples. Called redis-server it
// answers PING on port 6379; called redis-cli it sends its arguments there.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const address = "127.0.0.1:6379"

// maxArguments is the most arguments that the server takes with a command.
const maxArguments = 1024

func main() {
	run := serve
	if filepath.Base(os.Args[0]) == "redis-cli" {
		run = func() error { return ask(os.Args[1:]) }
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve() error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Println("Ready to accept connections tcp")
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go answer(conn)
	}
}

func answer(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	for {
		command, err := readCommand(in)
		if err != nil {
			return
		}
		reply := "-ERR unknown command\r\n"
		if len(command) == 1 && strings.EqualFold(command[0], "PING") {
			reply = "+PONG\r\n"
		}
		if _, err := io.WriteString(conn, reply); err != nil {
			return
		}
	}
}

// readCommand reads an array of bulk strings of the protocol RESP, or a line.
func readCommand(in *bufio.Reader) ([]string, error) {
	line, err := readLine(in)
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(line, "*") {
		return strings.Fields(line), nil
	}
	count, err := strconv.Atoi(line[1:])
	if err != nil || count < 0 || count > maxArguments {
		return nil, errors.New("not a command")
	}
	command := make([]string, count)
	for i := range command {
		// The length of the string, and the string.
		if _, err := readLine(in); err != nil {
			return nil, err
		}
		if command[i], err = readLine(in); err != nil {
			return nil, err
		}
	}
	return command, nil
}

func readLine(in *bufio.Reader) (string, error) {
	line, err := in.ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err
}

func ask(command []string) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	request := fmt.Sprintf("*%d\r\n", len(command))
	for _, argument := range command {
		request += fmt.Sprintf("$%d\r\n%s\r\n", len(argument), argument)
	}
	if _, err := io.WriteString(conn, request); err != nil {
		return err
	}
	reply, err := readLine(bufio.NewReader(conn))
	if err != nil {
		return err
	}
	text, failed := strings.CutPrefix(reply, "-")
	if failed {
		return errors.New(text)
	}
	fmt.Println(strings.TrimPrefix(reply, "+"))
	return nil
}
