// Redis-server listens on port 6379 of the loopback interface and answers PING,
// in the protocol RESP and as a line of text, as Redis does.
package main

import (
	"bufio"
	"fmt"
	"log"
	"net"
	"strings"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:6379")
	if err != nil {
		log.Fatal(err)
	}
	log.Print("Ready to accept connections")
	for {
		conn, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go serve(conn)
	}
}

func serve(conn net.Conn) {
	defer conn.Close()
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		word := strings.TrimSpace(lines.Text())
		// In RESP the length of a list or of a word comes before it.
		if word == "" || word[0] == '*' || word[0] == '$' {
			continue
		}
		answer := fmt.Sprintf("-ERR unknown command '%s'\r\n", word)
		if strings.EqualFold(word, "PING") {
			answer = "+PONG\r\n"
		}
		if _, err := fmt.Fprint(conn, answer); err != nil {
			return
		}
	}
}
