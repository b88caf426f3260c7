// Command hpack reads and writes header blocks as Go's HTTP/2 does. It answers each line of its input with one: to
// {"Blocks": [...]} with the fields of each up to the first that breaks the rules, and to {"Lists": [...]} with blocks.
// Blocks are in base64, names and values a character for each byte.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"

	"golang.org/x/net/http2/hpack"
)

type question struct {
	Blocks [][]byte
	Lists  []struct {
		// TableSizes are those that the peer has set since the list before.
		TableSizes []uint32
		Fields     []field
	}
}

type field struct {
	Name, Value string
	Sensitive   bool
}

type answer struct {
	Lists   [][]field `json:",omitempty"`
	Refusal string    `json:",omitempty"`
	Blocks  [][]byte  `json:",omitempty"`
}

func main() {
	in := json.NewDecoder(bufio.NewReader(os.Stdin))
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for {
		var asked question
		if err := in.Decode(&asked); err == io.EOF {
			return
		} else if err != nil {
			panic(err)
		}
		var told answer
		read(asked, &told)
		write(asked, &told)
		line, err := json.Marshal(told)
		if err != nil {
			panic(err)
		}
		out.Write(append(line, '\n'))
	}
}

func read(asked question, told *answer) {
	var fields []field
	decoder := hpack.NewDecoder(4096, func(f hpack.HeaderField) {
		fields = append(fields, field{latin1(f.Name), latin1(f.Value), f.Sensitive})
	})
	for _, block := range asked.Blocks {
		fields = []field{}
		_, err := decoder.Write(block)
		if err == nil {
			err = decoder.Close()
		}
		if err != nil {
			told.Refusal = err.Error()
			return
		}
		told.Lists = append(told.Lists, fields)
	}
}

func write(asked question, told *answer) {
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for _, list := range asked.Lists {
		block.Reset()
		for _, size := range list.TableSizes {
			encoder.SetMaxDynamicTableSize(size)
		}
		for _, f := range list.Fields {
			if err := encoder.WriteField(hpack.HeaderField{Name: bytesOf(f.Name), Value: bytesOf(f.Value), Sensitive: f.Sensitive}); err != nil {
				panic(err)
			}
		}
		told.Blocks = append(told.Blocks, append([]byte{}, block.Bytes()...))
	}
}

// latin1 is a text of as many characters as there are bytes, which JSON has unchanged.
func latin1(bytes string) string {
	runes := make([]rune, len(bytes))
	for i, b := range []byte(bytes) {
		runes[i] = rune(b)
	}
	return string(runes)
}

func bytesOf(latin1 string) string {
	bytes := make([]byte, 0, len(latin1))
	for _, r := range latin1 {
		bytes = append(bytes, byte(r))
	}
	return string(bytes)
}
