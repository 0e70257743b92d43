// Command probe looks up one thing after the other, as programs do, and prints
// what it finds or the error that it gets.
package main

import (
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"strings"
	"syscall"
	"time"

	"example.com/helpers/authority"
)

var probes = map[string]func(arg string) (string, error){
	"user": func(name string) (string, error) {
		u, err := user.Lookup(name)
		if err != nil {
			return "", err
		}
		return u.Uid + ":" + u.Gid + " " + u.HomeDir, nil
	},
	"me": func(string) (string, error) {
		u, err := user.LookupId(fmt.Sprint(os.Getuid()))
		if err != nil {
			return "", err
		}
		return u.Username + " " + os.Getenv("HOME"), nil
	},
	"group": func(name string) (string, error) {
		g, err := user.LookupGroup(name)
		if err != nil {
			return "", err
		}
		return g.Gid, nil
	},
	"port": func(service string) (string, error) {
		port, err := net.LookupPort("tcp", service)
		return fmt.Sprint(port), err
	},
	"trust": func(string) (string, error) {
		leaf, err := authority.Leaf()
		if err != nil {
			return "", err
		}
		_, err = leaf.Verify(x509.VerifyOptions{DNSName: "server.example"})
		return "trusted", err
	},
	"zone": func(name string) (string, error) {
		location, err := time.LoadLocation(name)
		if err != nil {
			return "", err
		}
		return time.Unix(0, 0).In(location).Format("15:04 MST"), nil
	},
	"local": func(string) (string, error) { return time.Unix(0, 0).Format("15:04 MST"), nil },
	"temporary": func(dir string) (string, error) {
		f, err := os.CreateTemp(dir, "x")
		if err != nil {
			return "", err
		}
		return "written", f.Close()
	},
	"stat": func(file string) (string, error) {
		info, err := os.Stat(file)
		if err != nil {
			return "", err
		}
		owner := info.Sys().(*syscall.Stat_t)
		return fmt.Sprintf("%o %d:%d", owner.Mode&0o7777, owner.Uid, owner.Gid), nil
	},
	"read": func(file string) (string, error) {
		data, err := os.ReadFile(file)
		return strings.TrimSuffix(string(data), "\n"), err
	},
	"link": os.Readlink,
	"run": func(command string) (string, error) {
		words := strings.Split(command, ",")
		out, err := exec.Command(words[0], words[1:]...).CombinedOutput()
		return strings.TrimSuffix(string(out), "\n"), err
	},
}

func main() {
	for _, arg := range os.Args[1:] {
		name, arg, _ := strings.Cut(arg, "=")
		found, err := probes[name](arg)
		if err != nil {
			found = err.Error()
		}
		fmt.Println(found)
	}
}
