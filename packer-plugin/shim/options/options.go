// Package options reads the table of options that the shim and the TypeScript program share. Checking against it needs
// neither Node nor a network, so that `packer validate` finds a wrong option before anything is built.
package options

import (
	_ "embed"
	"encoding/json"
	"maps"
	"regexp"
	"sync"

	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/zclconf/go-cty/cty"
)

//go:embed options.json
var tableJSON []byte

// Option is one row of the table.
type Option struct {
	Text
	// Type is one of string, bool, list (of strings), map (of strings) and objects (a list of maps of strings).
	Type     string   `json:"type"`
	Required bool     `json:"required"`
	Enum     []string `json:"enum"`
	// Min and Max are how many entries a list has.
	Min      int  `json:"min"`
	Max      int  `json:"max"`
	Distinct bool `json:"distinct"`
	// NamePattern is for the last part of a path, unless that is a glob.
	NamePattern Pattern `json:"name_pattern"`
	// MaxDuration makes the option a duration, of a millisecond at least.
	MaxDuration string `json:"max_duration"`
	// Reserved are texts that cannot be given, and why.
	Reserved map[string]string `json:"reserved"`
	// Fields are those of the objects of a list.
	Fields map[string]Field `json:"fields"`
	// Accepts completes the sentence "... must be" for users.
	Accepts string `json:"accepts"`
	// Env is the environment variable that stands in for the option.
	Env    string `json:"env"`
	Secret bool   `json:"secret"`
	// Signed options are part of the roll call: their values must be known before anything is built.
	Signed bool `json:"signed"`
	// Selector options exclude each other.
	Selector bool `json:"selector"`
	// Filter options narrow which images of a version are answered.
	Filter bool `json:"filter"`
	// Now is what the option is called since Atlas, and FormerValues what its values were called.
	Now          string            `json:"now"`
	FormerValues map[string]string `json:"former_values"`
}

// Text is what a text may be.
type Text struct {
	Pattern  Pattern `json:"pattern"`
	MaxBytes int     `json:"max_bytes"`
	MaxChars int     `json:"max_chars"`
}

// Field is one of an object.
type Field struct {
	Text
	Required bool `json:"required"`
	// Accepts says what Pattern means.
	Accepts string `json:"accepts"`
	// OneOf: exactly one of the fields that say so is given.
	OneOf bool `json:"one_of"`
	// Key fields tell objects apart: no two of a list have the same.
	Key bool `json:"key"`
}

// Pattern is a regular expression; everything fits the one that is not given. It is compiled when it is first needed:
// Packer starts this program several times in each command only to hear what it is.
type Pattern struct{ compiled func() *regexp.Regexp }

// UnmarshalText takes the expression.
func (p *Pattern) UnmarshalText(text []byte) error {
	expression := string(text)
	p.compiled = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
	return nil
}

func (p Pattern) isGiven() bool { return p.compiled != nil }

func (p Pattern) fits(text string) bool { return !p.isGiven() || p.compiled().MatchString(text) }

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
	maps.Copy(tables.PostProcessor, tables.Settings)
	maps.Copy(tables.DataSource, tables.Settings)
	return tables.PostProcessor, tables.DataSource, tables.Settings
}

// WithoutFilters is for what reads whole versions.
func (t Table) WithoutFilters() Table {
	whole := maps.Clone(t)
	maps.DeleteFunc(whole, func(_ string, option Option) bool { return option.Filter })
	return whole
}

// Spec is what Packer decodes HCL with. It uses only the kinds that Packer's protobuf protocol can carry.
func (t Table) Spec() hcldec.ObjectSpec {
	types := map[string]cty.Type{
		"string":  cty.String,
		"bool":    cty.Bool,
		"list":    cty.List(cty.String),
		"map":     cty.Map(cty.String),
		"objects": cty.List(cty.Map(cty.String)),
	}
	spec := hcldec.ObjectSpec{}
	for name, option := range t {
		spec[name] = &hcldec.AttrSpec{Name: name, Type: types[option.Type], Required: option.Required}
	}
	return spec
}
