// Package datasource is the Packer component `waybill-artifact`: it reads one version of an artifact, so that its
// images can be the source of the next build.
package datasource

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"

	"github.com/hashicorp/hcl/v2/hcldec"
	packersdk "github.com/hashicorp/packer-plugin-sdk/packer"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	"google.golang.org/grpc/status"

	"github.com/waybill/waybill/packer-plugin/shim/configure"
	"github.com/waybill/waybill/packer-plugin/shim/options"
	"github.com/waybill/waybill/packer-plugin/shim/pluginv1"
	"github.com/waybill/waybill/packer-plugin/shim/program"
	"github.com/waybill/waybill/packer-plugin/shim/rollcall"
	"github.com/waybill/waybill/packer-plugin/shim/secrets"
)

// DataSource reads one artifact. Packer starts a process of its own for each.
type DataSource struct{ options map[string]any }

var _ packersdk.Datasource = (*DataSource)(nil)

// ConfigSpec tells Packer the options.
func (d *DataSource) ConfigSpec() hcldec.ObjectSpec { return options.DataSource.Spec() }

// Configure checks the options.
func (d *DataSource) Configure(raws ...any) error {
	input, err := configure.Read(raws)
	if err != nil {
		return err
	}
	d.options, err = input.Options(options.DataSource, nil, secrets.NewReplacer(nil))
	return err
}

// OutputSpec has the shape of every answer. Packer puts all data sources of a template into one map, so that an answer
// may not differ in type: what is not there is null or empty.
func (d *DataSource) OutputSpec() hcldec.ObjectSpec {
	return hcldec.ObjectSpec{
		"artifact":      attribute("artifact", cty.String),
		"number":        attribute("number", cty.Number),
		"semver":        attribute("semver", cty.String),
		"fingerprint":   attribute("fingerprint", cty.String),
		"description":   attribute("description", cty.String),
		"channel":       attribute("channel", cty.String),
		"created_at":    attribute("created_at", cty.String),
		"external_id":   attribute("external_id", cty.String),
		"metadata":      attribute("metadata", cty.Map(cty.String)),
		"metadata_full": attribute("metadata_full", cty.Map(cty.String)),
		"labels":        attribute("labels", cty.Map(cty.String)),
		"images": block("images", map[string]cty.Type{
			"platform": cty.String, "region": cty.String, "external_id": cty.String, "source_image_id": cty.String,
			"build": cty.String, "artifact_type": cty.String, "labels": cty.Map(cty.String),
		}),
		// The size is a text: numbers inside lists do not survive Packer's gob protocol.
		"files": block("files", map[string]cty.Type{
			"path": cty.String, "size": cty.String, "sha256": cty.String, "build": cty.String,
		}),
	}
}

func attribute(name string, of cty.Type) hcldec.Spec { return &hcldec.AttrSpec{Name: name, Type: of} }

func block(name string, fields map[string]cty.Type) hcldec.Spec {
	nested := hcldec.ObjectSpec{}
	for field, of := range fields {
		nested[field] = attribute(field, of)
	}
	return &hcldec.BlockListSpec{TypeName: name, Nested: nested}
}

// Execute reads the version and signs it in the roll call of this run, so that builds made from it know their parent.
func (d *DataSource) Execute() (cty.Value, error) {
	shape := hcldec.ImpliedType(d.OutputSpec())
	answer, err := d.read()
	if err != nil {
		return cty.NullVal(shape), err
	}
	value, err := ctyjson.Unmarshal([]byte(answer.Output), shape)
	if err != nil {
		return cty.NullVal(shape), fmt.Errorf("the plugin's program gave an answer of another shape: %w", err)
	}
	return value, nil
}

func (d *DataSource) read() (*pluginv1.ReadArtifactResponse, error) {
	encoded, err := json.Marshal(d.options)
	if err != nil {
		return nil, err
	}
	running, err := program.Start(context.Background())
	if err != nil {
		return nil, err
	}
	defer running.Close()
	answer, err := running.ReadArtifact(context.Background(), &pluginv1.ReadArtifactRequest{Options: string(encoded)})
	if err != nil {
		return nil, errors.New(status.Convert(err).Message())
	}
	// Data sources have no output; whoever publishes what is built from it says it again.
	for _, warning := range answer.Resolved.Warnings {
		log.Printf("[WARN] %s", warning)
	}
	return answer, sign(answer.Resolved)
}

func sign(resolved *pluginv1.ResolvedVersion) error {
	rollCall, err := rollcall.Open()
	if err != nil {
		return err
	}
	return rollCall.SignResolved(rollcall.Resolved{
		Artifact: resolved.Artifact, Number: resolved.Number, Fingerprint: resolved.Fingerprint, ExternalIDs: resolved.ExternalIds,
		Warnings: resolved.Warnings,
	})
}
