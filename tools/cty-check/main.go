// Command cty-check reads and writes values with zclconf/go-cty, Terraform's own: one JSON object per line in, one per
// line out. Bytes are base64.
//
//	{"type": ["list","string"], "msgpack": "..."}                    ->  {"msgpack": "..."}   read, and written again
//	{"type": "number", "msgpack": "...", "other": "..."}             ->  {"equal": true}      whether both are one value
//	{"type": "number", "msgpack": "...", "json": "1.5"}              ->  {"equal": true}      the same, as JSON
//
// What cty refuses is answered with {"error": "..."}.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	"github.com/zclconf/go-cty/cty/msgpack"
)

type question struct {
	Type    json.RawMessage `json:"type"`
	Msgpack []byte          `json:"msgpack"`
	Other   []byte          `json:"other"`
	JSON    *string         `json:"json"`
}

type answer struct {
	Msgpack []byte `json:"msgpack,omitempty"`
	Equal   *bool  `json:"equal,omitempty"`
	Error   string `json:"error,omitempty"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		answered, err := reply(asked)
		if err != nil {
			answered = answer{Error: err.Error()}
		}
		if err := out.Encode(answered); err != nil {
			os.Exit(1)
		}
	}
}

func reply(asked question) (answered answer, err error) {
	// Some of what it does not take, cty answers with a panic.
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("cty panics: %v", reason)
		}
	}()
	valueType, err := ctyjson.UnmarshalType(asked.Type)
	if err != nil {
		return answer{}, err
	}
	value, err := msgpack.Unmarshal(asked.Msgpack, valueType)
	if err != nil {
		return answer{}, err
	}
	var other cty.Value
	switch {
	case asked.JSON != nil:
		other, err = ctyjson.Unmarshal([]byte(*asked.JSON), valueType)
	case asked.Other != nil:
		other, err = msgpack.Unmarshal(asked.Other, valueType)
	default:
		written, err := msgpack.Marshal(value, valueType)
		return answer{Msgpack: written}, err
	}
	if err != nil {
		return answer{}, err
	}
	equal := value.RawEquals(other)
	return answer{Equal: &equal}, nil
}
