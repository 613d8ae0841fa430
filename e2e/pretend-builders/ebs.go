package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/hashicorp/packer-plugin-sdk/packer"
	"github.com/mitchellh/mapstructure"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

type config struct {
	AmiName   string   `mapstructure:"ami_name"`
	Region    string   `mapstructure:"region"`
	Regions   []string `mapstructure:"ami_regions"`
	SourceAmi string   `mapstructure:"source_ami"`
	// Not in the real plugin: the build goes on when this file is there.
	WaitFor string `mapstructure:"wait_for"`
	// Neither is this: what is told in this file was made.
	ArtifactFile string `mapstructure:"artifact_file"`
}

type ebs struct{ config config }

func (b *ebs) ConfigSpec() hcldec.ObjectSpec {
	optional := func(name string, kind cty.Type) hcldec.Spec { return &hcldec.AttrSpec{Name: name, Type: kind} }
	return hcldec.ObjectSpec{
		"ami_name":      optional("ami_name", cty.String),
		"region":        optional("region", cty.String),
		"ami_regions":   optional("ami_regions", cty.List(cty.String)),
		"source_ami":    optional("source_ami", cty.String),
		"instance_type": optional("instance_type", cty.String),
		"ssh_username":  optional("ssh_username", cty.String),
		"wait_for":      optional("wait_for", cty.String),
		"artifact_file": optional("artifact_file", cty.String),
		"source_ami_filter": &hcldec.BlockSpec{TypeName: "source_ami_filter", Nested: hcldec.ObjectSpec{
			"filters":     optional("filters", cty.Map(cty.String)),
			"most_recent": optional("most_recent", cty.Bool),
			"owners":      optional("owners", cty.List(cty.String)),
		}},
	}
}

// Prepare names the build variables that the real plugin adds to the common ones.
func (b *ebs) Prepare(raws ...any) ([]string, []string, error) {
	b.config = config{SourceAmi: "ami-0000000000ubuntu"}
	for _, raw := range raws {
		if value, ok := raw.(cty.Value); ok {
			text, err := json.Marshal(ctyjson.SimpleJSONValue{Value: value})
			if err != nil {
				return nil, nil, err
			}
			var given map[string]any
			if err := json.Unmarshal(text, &given); err != nil {
				return nil, nil, err
			}
			raw = given
		}
		if err := mapstructure.WeakDecode(raw, &b.config); err != nil {
			return nil, nil, err
		}
	}
	if b.config.SourceAmi == "" {
		b.config.SourceAmi = "ami-0000000000ubuntu"
	}
	return []string{"BuildRegion", "SourceAMI"}, nil, nil
}

// Run makes one image for each region: a file below `cloud` that is there for as long as the image is.
func (b *ebs) Run(ctx context.Context, ui packer.Ui, _ packer.Hook) (packer.Artifact, error) {
	if err := b.wait(ctx); err != nil {
		return nil, err
	}
	if b.config.ArtifactFile != "" {
		return readArtifact(b.config.ArtifactFile)
	}
	made := &amis{source: b.config.SourceAmi, region: b.config.Region}
	regions := b.config.Regions
	if len(regions) == 0 {
		regions = []string{b.config.Region}
	}
	for _, region := range regions {
		id := newImageId()
		path := filepath.Join("cloud", region, id)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, []byte(b.config.AmiName), 0o644); err != nil {
			return nil, err
		}
		made.images = append(made.images, image{region: region, id: id})
		ui.Say(fmt.Sprintf("made %s in %s", id, region))
	}
	return made, nil
}

func (b *ebs) wait(ctx context.Context) error {
	if b.config.WaitFor == "" {
		return nil
	}
	if err := os.WriteFile(b.config.WaitFor+".waiting", nil, 0o644); err != nil {
		return err
	}
	for {
		if _, err := os.Stat(b.config.WaitFor); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}
