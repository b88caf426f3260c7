// Command h2spec asks a server everything that h2spec knows of HTTP/2, over TLS, and prints a line for each case.
package main

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/summerwind/h2spec/config"
	"github.com/summerwind/h2spec/generic"
	"github.com/summerwind/h2spec/hpack"
	"github.com/summerwind/h2spec/http2"
	"github.com/summerwind/h2spec/spec"
)

const (
	timeout = 3 * time.Second
	// Some cases do something wrong to a request that is still under way. They say nothing where its answer was faster, or the
	// machine too slow: then they are asked again.
	attempts = 5
)

// The one argument is the server's host and port.
func main() {
	host, port, err := net.SplitHostPort(os.Args[1])
	if err != nil {
		panic(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		panic(err)
	}
	config := &config.Config{
		Host:         host,
		Port:         number,
		Path:         "/bytes/1000",
		Timeout:      timeout,
		MaxHeaderLen: 4000,
		Strict:       true,
		TLS:          true,
		Insecure:     true,
	}
	// What it prints by itself is for people.
	out := os.Stdout
	os.Stdout = os.Stderr
	for _, group := range []*spec.TestGroup{generic.Spec(), http2.Spec(), hpack.Spec()} {
		ask(group, config)
		tell(out, group)
	}
}

func ask(group *spec.TestGroup, config *config.Config) {
	for i, test := range testsOf(group) {
		for attempt := 0; attempt == 0 || test.Result.Failed && attempt < attempts; attempt++ {
			if err := test.Test(config, i+1); err != nil {
				panic(err)
			}
		}
	}
	for _, inner := range group.Groups {
		ask(inner, config)
	}
}

func testsOf(group *spec.TestGroup) []*spec.TestCase {
	return append(group.Tests, group.StrictTests...)
}

func tell(out *os.File, group *spec.TestGroup) {
	for _, test := range testsOf(group) {
		name := fmt.Sprintf("%s/%d %s", group.ID(), test.Result.Sequence, test.Desc)
		if err := test.Result.Error; err != nil {
			fmt.Fprintf(out, "not ok %s: %s\n", name, strings.ReplaceAll(err.Error(), "\n", "; "))
		} else {
			fmt.Fprintf(out, "ok %s\n", name)
		}
	}
	for _, inner := range group.Groups {
		tell(out, inner)
	}
}
