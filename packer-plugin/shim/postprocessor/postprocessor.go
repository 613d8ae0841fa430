// Package postprocessor is the Packer component `waybill`. It signs the roll call while it is configured, and passes
// what a build made to the TypeScript program, which publishes it.
package postprocessor

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2/hcldec"
	packersdk "github.com/hashicorp/packer-plugin-sdk/packer"

	"github.com/waybill/waybill/packer-plugin/shim/configure"
	"github.com/waybill/waybill/packer-plugin/shim/options"
	"github.com/waybill/waybill/packer-plugin/shim/program"
	"github.com/waybill/waybill/packer-plugin/shim/rollcall"
	"github.com/waybill/waybill/packer-plugin/shim/secrets"
)

// PostProcessor publishes one build. Packer starts a process of its own for each.
type PostProcessor struct {
	// Version is that of the plugin.
	Version string

	input    *configure.Input
	signed   *rollcall.Record
	rollCall *rollcall.RollCall
	onError  string
	started  time.Time
	// late is what went wrong when Packer configured again, after the build.
	late error
}

var _ packersdk.PostProcessor = (*PostProcessor)(nil)

// ConfigSpec tells Packer the options.
func (p *PostProcessor) ConfigSpec() hcldec.ObjectSpec { return options.PostProcessor.Spec() }

// Configure checks the options and signs the roll call. For HCL2 Packer calls it again after the build, with the
// values of the build; failing then would make Packer destroy the image, so PostProcess deals with what is wrong.
func (p *PostProcessor) Configure(raws ...any) error {
	err := p.configure(raws)
	if p.signed == nil {
		return err
	}
	p.late = err
	return nil
}

func (p *PostProcessor) configure(raws []any) error {
	input, err := configure.Read(raws)
	if err != nil {
		return err
	}
	values, err := input.Options(options.PostProcessor, nil, secrets.NewReplacer(input.Sensitive))
	if err != nil {
		return err
	}
	p.input = input
	if p.signed != nil {
		return nil // the version was named before the build, and stays as it was signed
	}
	return p.sign(values)
}

func (p *PostProcessor) sign(values map[string]any) error {
	record, err := newRecord(p.input, values)
	if err != nil {
		return err
	}
	if err := checkMakesSomething(p.input.BuilderType, values); err != nil {
		return err
	}
	if _, err := program.FindNode(); err != nil {
		return err
	}
	if _, err := program.Unpack(); err != nil {
		return err
	}
	if p.rollCall, err = rollcall.Open(); err != nil {
		return err
	}
	if err := p.rollCall.Sign(record); err != nil {
		return err
	}
	address, _ := values["address"].(string)
	rollcall.Tell(rollcall.Told{
		Record: record, BuilderType: p.input.BuilderType, SourceName: p.input.BuildName, Address: address,
	})
	p.onError, _ = values["on_error"].(string)
	if p.onError == "fail" {
		log.Print("[WARN] on_error is \"fail\": if the build cannot be published, Packer destroys what it built")
	}
	for _, sentence := range p.input.Former {
		log.Printf("[WARN] %s", sentence) // `packer validate` shows nothing else
	}
	p.signed, p.started = &record, time.Now()
	return nil
}

// newRecord names the build and collects the values of its version.
func newRecord(input *configure.Input, values map[string]any) (rollcall.Record, error) {
	get := func(name string) string { text, _ := values[name].(string); return text }
	artifact, err := configure.Artifact(values)
	if err != nil {
		return rollcall.Record{}, err
	}
	record := rollcall.Record{
		Artifact: artifact,
		Build:    get("build"),
		Values: rollcall.Values{
			Fingerprint: first(get("fingerprint"), os.Getenv("WAYBILL_FINGERPRINT"), rollcall.RunUUID()),
			Semver:      get("semver"),
			Description: get("description"),
		},
	}
	record.Values.Channels, _ = values["channels"].([]string)
	if latest, ok := values["latest"].(bool); ok {
		record.Values.Latest = &latest
	}
	if record.Build == "" {
		record.Build = input.BuilderType + "." + input.BuildName
	}
	if expected, ok := values["expected_builds"].([]string); ok && !slices.Contains(expected, record.Build) {
		return record, fmt.Errorf("this build is called %q, and option \"expected_builds\" does not have it: %s",
			record.Build, strings.Join(expected, ", "))
	}
	return record, nil
}

func first(values ...string) string {
	for _, value := range values {
		if value != "" {
			return value
		}
	}
	return ""
}

// PostProcess publishes the build. What was built is always kept: an error from here would make Packer destroy it, so
// there is one only when the template asks for it.
func (p *PostProcessor) PostProcess(ctx context.Context, ui packersdk.Ui, source packersdk.Artifact) (packersdk.Artifact, bool, bool, error) {
	if p.onError == "fail" {
		ui.Say("on_error is \"fail\": if this build cannot be published, Packer destroys what it built")
	}
	err := p.publishSafely(ctx, ui, source)
	if err == nil {
		return source, true, true, nil
	}
	if p.onError == "fail" {
		return nil, false, false, fmt.Errorf("not published: %w", err)
	}
	ui.Error(p.explain(err, source))
	return source, true, true, nil
}

func (p *PostProcessor) publishSafely(ctx context.Context, ui packersdk.Ui, source packersdk.Artifact) (err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("a defect of the plugin: %v", panicked)
		}
	}()
	if p.signed == nil {
		return errors.New("the post-processor was not configured")
	}
	if p.late != nil {
		return p.late
	}
	return p.publish(ctx, ui, source)
}

// explain says what happened and how to publish by hand.
func (p *PostProcessor) explain(err error, source packersdk.Artifact) string {
	text := fmt.Sprintf("NOT PUBLISHED: %v\nThe build is kept: %s", err, first(source.Id(), "(no id)"))
	for _, file := range source.Files() {
		text += "\n  " + file
	}
	if !errors.As(err, new(refused)) && p.signed != nil {
		text += fmt.Sprintf("\nPublish it by hand (waybill publish --help): %s, build %s, fingerprint %s",
			p.signed.Artifact, p.signed.Build, p.signed.Values.Fingerprint)
	}
	return text
}
