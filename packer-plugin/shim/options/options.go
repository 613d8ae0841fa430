// Package options reads the table of options that the shim and the TypeScript program share. Checking against it needs
// neither Node nor a network, so that `packer validate` finds a wrong option before anything is built.
package options

import (
	_ "embed"
	"encoding/json"
	"maps"
	"regexp"

	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/zclconf/go-cty/cty"
)

//go:embed options.json
var tableJSON []byte

// Option is one row of the table.
type Option struct {
	// Type is one of string, bool, list (of strings), map (of strings) and images (a list of maps of strings).
	Type     string   `json:"type"`
	Required bool     `json:"required"`
	Pattern  string   `json:"pattern"`
	Enum     []string `json:"enum"`
	Max      int      `json:"max"`
	MaxBytes int      `json:"max_bytes"`
	MaxChars int      `json:"max_chars"`
	Distinct bool     `json:"distinct"`
	// Accepts completes the sentence "... must be" for users.
	Accepts string `json:"accepts"`
	// Env is the environment variable that stands in for the option.
	Env    string `json:"env"`
	Secret bool   `json:"secret"`
	// Signed options are part of the roll call: their values must be known before anything is built.
	Signed bool `json:"signed"`
	// Selector options exclude each other.
	Selector bool `json:"selector"`

	pattern *regexp.Regexp
}

// Table has the options of one component by name.
type Table map[string]Option

// PostProcessor and DataSource include the Settings that all clients of a registry share.
var PostProcessor, DataSource, Settings = load()

func load() (Table, Table, Table) {
	var tables struct {
		PostProcessor Table `json:"post_processor"`
		DataSource    Table `json:"data_source"`
		Settings      Table `json:"settings"`
	}
	if err := json.Unmarshal(tableJSON, &tables); err != nil {
		panic(err) // the table is part of the program
	}
	for _, table := range []Table{tables.PostProcessor, tables.DataSource, tables.Settings} {
		for name, option := range table {
			option.pattern = regexp.MustCompile(option.Pattern)
			table[name] = option
		}
	}
	maps.Copy(tables.PostProcessor, tables.Settings)
	maps.Copy(tables.DataSource, tables.Settings)
	return tables.PostProcessor, tables.DataSource, tables.Settings
}

// Spec is what Packer decodes HCL with. It uses only the kinds that Packer's protobuf protocol can carry.
func (t Table) Spec() hcldec.ObjectSpec {
	types := map[string]cty.Type{
		"string": cty.String,
		"bool":   cty.Bool,
		"list":   cty.List(cty.String),
		"map":    cty.Map(cty.String),
		"images": cty.List(cty.Map(cty.String)),
	}
	spec := hcldec.ObjectSpec{}
	for name, option := range t {
		spec[name] = &hcldec.AttrSpec{Name: name, Type: types[option.Type], Required: option.Required}
	}
	return spec
}
