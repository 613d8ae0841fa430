package main

import (
	"context"

	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/hashicorp/packer-plugin-sdk/packer"
	"github.com/zclconf/go-cty/cty"
)

// teller makes what a file tells: as a builder of nothing, or as a post-processor of what went before.
type teller struct{ file string }

func (t *teller) ConfigSpec() hcldec.ObjectSpec {
	return hcldec.ObjectSpec{"artifact_file": &hcldec.AttrSpec{Name: "artifact_file", Type: cty.String, Required: true}}
}

func (t *teller) configure(raws []any) {
	for _, raw := range raws {
		if value, ok := raw.(cty.Value); ok {
			t.file = value.GetAttr("artifact_file").AsString()
		}
	}
}

type tellingBuilder struct{ teller }

func (b *tellingBuilder) Prepare(raws ...any) ([]string, []string, error) {
	b.configure(raws)
	return nil, nil, nil
}

func (b *tellingBuilder) Run(context.Context, packer.Ui, packer.Hook) (packer.Artifact, error) {
	return readArtifact(b.file)
}

type tellingPostProcessor struct{ teller }

func (p *tellingPostProcessor) Configure(raws ...any) error {
	p.configure(raws)
	return nil
}

func (p *tellingPostProcessor) PostProcess(context.Context, packer.Ui, packer.Artifact) (packer.Artifact, bool, bool, error) {
	made, err := readArtifact(p.file)
	return made, true, true, err
}
