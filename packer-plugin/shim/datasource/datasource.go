// Package datasource is the Packer components `waybill-artifact` and `waybill-version`: they read one version of an
// artifact, so that its images can be the source of the next build.
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

// DataSource reads one version of an artifact. Packer starts a process of its own for each.
type DataSource struct {
	kind    string
	table   options.Table
	output  hcldec.ObjectSpec
	options map[string]any
}

var _ packersdk.Datasource = (*DataSource)(nil)

// NewArtifact makes `waybill-artifact`, which reads what the filters leave of a version.
func NewArtifact() *DataSource {
	return &DataSource{kind: "artifact", table: options.DataSource, output: artifactOutput()}
}

// NewVersion makes `waybill-version`, which reads all of a version and how it was made.
func NewVersion() *DataSource {
	return &DataSource{kind: "version", table: options.DataSource.WithoutFilters(), output: versionOutput()}
}

// ConfigSpec tells Packer the options.
func (d *DataSource) ConfigSpec() hcldec.ObjectSpec { return d.table.Spec() }

// Configure checks the options.
func (d *DataSource) Configure(raws ...any) error {
	input, err := configure.Read(raws)
	if err != nil {
		return err
	}
	if d.options, err = input.Options(d.table, nil, secrets.NewReplacer(nil)); err != nil {
		return err
	}
	_, err = configure.Artifact(d.options)
	return err
}

// OutputSpec has the shape of every answer. Packer puts all data sources of one kind into one map, so that an answer
// may not differ in type: what is not there is null or empty.
func (d *DataSource) OutputSpec() hcldec.ObjectSpec { return d.output }

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

func (d *DataSource) read() (*pluginv1.ReadResponse, error) {
	encoded, err := json.Marshal(d.options)
	if err != nil {
		return nil, err
	}
	running, err := program.Start(context.Background())
	if err != nil {
		return nil, err
	}
	defer running.Close()
	answer, err := running.Read(context.Background(), &pluginv1.ReadRequest{DataSource: d.kind, Options: string(encoded)})
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
		Warnings: resolved.Warnings, Channel: resolved.Channel,
	})
}
