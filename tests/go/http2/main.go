// Command http2 asks a server through net/http for bodies of all sizes, both ways and many at once, with windows large and small,
// and prints a line for each.
package main

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
)

const (
	atOnce        = 200
	largestUpload = 3 << 20
)

var sizes = []int{0, 1, 1_000, 16_384, 65_536, 1_000_000, 5_000_000}

// The one argument is the server's host and port.
func main() {
	for _, windows := range []struct {
		name               string
		stream, connection int
	}{
		{"large windows", 0, 0},
		{"small windows", 4 << 10, 64 << 10},
	} {
		client := clientWith(windows.stream, windows.connection)
		for _, size := range sizes {
			for _, kind := range []string{"bytes", "chunks", "pushed"} {
				path := fmt.Sprintf("/%s/%d", kind, size)
				tell(windows.name+": "+path, download(client, path, size))
			}
			tell(fmt.Sprintf("%s: an echo of %d", windows.name, size), echo(client, size))
		}
		tell(fmt.Sprintf("%s: %d at once", windows.name, atOnce), many(client))
	}
}

func tell(name string, err error) {
	if err != nil {
		fmt.Printf("not ok %s: %v\n", name, err)
	} else {
		fmt.Printf("ok %s\n", name)
	}
}

func clientWith(stream, connection int) *http.Client {
	protocols := new(http.Protocols)
	protocols.SetHTTP2(true)
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig:    &tls.Config{InsecureSkipVerify: true},
		Protocols:          protocols,
		DisableCompression: true,
		HTTP2: &http.HTTP2Config{
			MaxReceiveBufferPerStream:     stream,
			MaxReceiveBufferPerConnection: connection,
		},
	}}
}

func url(path string) string { return "https://" + os.Args[1] + path }

func download(client *http.Client, path string, size int) error {
	response, err := client.Get(url(path))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.ProtoMajor != 2 || response.StatusCode != 200 || len(body) != size {
		return fmt.Errorf("%s %s, %d bytes", response.Proto, response.Status, len(body))
	}
	return nil
}

func echo(client *http.Client, size int) error {
	sent := make([]byte, size)
	for i := range sent {
		sent[i] = byte(i * 7 >> 3)
	}
	response, err := client.Post(url("/echo"), "text/plain", bytes.NewReader(sent))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if size > largestUpload {
		if response.StatusCode != http.StatusRequestEntityTooLarge {
			return fmt.Errorf("%s", response.Status)
		}
		return nil
	}
	if response.StatusCode != 200 || !bytes.Equal(sent, body) {
		return fmt.Errorf("%s, %d bytes", response.Status, len(body))
	}
	return nil
}

func many(client *http.Client) error {
	var wait sync.WaitGroup
	failures := make(chan error, atOnce)
	for i := range atOnce {
		wait.Go(func() {
			size := sizes[i%(len(sizes)-1)]
			if i%2 == 0 {
				failures <- echo(client, size)
			} else {
				failures <- download(client, fmt.Sprintf("/pushed/%d", size), size)
			}
		})
	}
	wait.Wait()
	close(failures)
	for err := range failures {
		if err != nil {
			return err
		}
	}
	return nil
}
