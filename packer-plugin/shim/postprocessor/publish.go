package postprocessor

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"time"

	packersdk "github.com/hashicorp/packer-plugin-sdk/packer"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/waybill/waybill/packer-plugin/shim/options"
	"github.com/waybill/waybill/packer-plugin/shim/pluginv1"
	"github.com/waybill/waybill/packer-plugin/shim/program"
	"github.com/waybill/waybill/packer-plugin/shim/rollcall"
	"github.com/waybill/waybill/packer-plugin/shim/secrets"
)

// How long a cancelled publication may take to put its record aside. Packer waits for it without a limit.
const interruptPatience = 10 * time.Second

// How often it is looked whether Packer is still there.
const parentInterval = 200 * time.Millisecond

// publish starts the program while Packer is asked about the artifact, and sends it what it needs. Publishing again
// does no harm, so when the program dies halfway a second one tries.
func (p *PostProcessor) publish(ctx context.Context, ui packersdk.Ui, source packersdk.Artifact) error {
	ended := time.Now()
	starting := start()
	request, err := p.request(ui, source, ended)
	running := <-starting
	if err = errors.Join(err, running.err); err != nil {
		if running.program != nil {
			running.program.Close()
		}
		return err
	}
	err = forward(ctx, ui, running.program, request)
	running.program.Close()
	if status.Code(err) != codes.Unavailable || ctx.Err() != nil {
		return plain(err)
	}
	ui.Error("the program of the plugin ended while it published; trying once more")
	again := <-start()
	if again.err != nil {
		return again.err
	}
	defer again.program.Close()
	err = forward(ctx, ui, again.program, request)
	if status.Code(err) == codes.Unavailable {
		return errors.New("the program of the plugin ended twice while it published; PACKER_LOG=1 shows what it wrote")
	}
	return plain(err)
}

type started struct {
	program *program.Program
	err     error
}

// start does not listen to Packer's context: a build that was interrupted is still put into the spool.
func start() <-chan started {
	result := make(chan started, 1)
	go func() {
		running, err := program.Start(context.Background())
		result <- started{running, err}
	}()
	return result
}

func (p *PostProcessor) request(ui packersdk.Ui, source packersdk.Artifact, ended time.Time) (*pluginv1.PublishRequest, error) {
	facts, generated, ofBuild, err := readArtifact(source)
	if err != nil {
		return nil, err
	}
	hidden := secrets.NewReplacer(append(ofBuild, p.input.Sensitive...))
	values, err := p.input.Options(options.PostProcessor, generated, hidden)
	if err != nil {
		return nil, err
	}
	if warning := hidden.Warning(); warning != "" {
		ui.Error(warning)
	}
	for _, sentence := range p.input.Former {
		if p.rollCall.First(sentence) {
			ui.Error("warning: " + sentence + "; please change the template")
		}
	}
	encoded, err := json.Marshal(values)
	if err != nil {
		return nil, err
	}
	builds, shared, resolved, err := p.rollCall.Read(p.signed.Artifact)
	if err != nil {
		return nil, err
	}
	call := &pluginv1.RollCall{
		Artifact: p.signed.Artifact,
		Build:    p.signed.Build,
		Builds:   builds,
		Values: &pluginv1.VersionValues{
			Fingerprint: shared.Fingerprint, Semver: shared.Semver, Description: shared.Description, Latest: shared.Latest,
			Channels: shared.Channels,
		},
	}
	for _, version := range resolved {
		call.Resolved = append(call.Resolved, &pluginv1.ResolvedVersion{
			Artifact: version.Artifact, Number: version.Number, Fingerprint: version.Fingerprint, ExternalIds: version.ExternalIDs,
			Warnings: version.Warnings, Channel: version.Channel,
		})
	}
	return &pluginv1.PublishRequest{
		Options:  string(encoded),
		RollCall: call,
		Artifact: facts,
		Run: &pluginv1.Run{
			Uuid: rollcall.RunUUID(), BuilderType: p.input.BuilderType, PackerVersion: p.input.PackerVersion,
			PluginVersion: p.Version, StartedAt: p.started.UTC().Format(time.RFC3339Nano), EndedAt: ended.UTC().Format(time.RFC3339Nano),
		},
	}, nil
}

// forward runs one publication and passes its lines on to Packer. When Packer cancels, the program is asked to put
// aside what it has; only when it takes too long the call is cut.
func forward(ctx context.Context, ui packersdk.Ui, running *program.Program, request *pluginv1.PublishRequest) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go cancelWithoutParent(ctx, cancel)
	call, cut := context.WithCancel(context.Background())
	defer cut()
	defer context.AfterFunc(ctx, func() {
		patience, done := context.WithTimeout(call, interruptPatience)
		defer done()
		if _, err := running.Interrupt(patience, &pluginv1.InterruptRequest{}); err == nil {
			<-patience.Done()
		}
		cut()
	})()
	stream, err := running.Publish(call, request)
	if err != nil {
		return err
	}
	for {
		event, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return errors.New("the program of the plugin ended without an outcome")
		}
		if err != nil && ctx.Err() != nil {
			return errors.New("Packer was interrupted, and there was no time to put the build into the spool")
		}
		if err != nil {
			return err
		}
		switch event := event.Event.(type) {
		case *pluginv1.PublishEvent_Say:
			ui.Say(event.Say)
		case *pluginv1.PublishEvent_Error:
			ui.Error(event.Error)
		case *pluginv1.PublishEvent_Machine:
			ui.Machine(event.Machine.Type, event.Machine.Data...)
		case *pluginv1.PublishEvent_Outcome:
			if event.Outcome.Failure != "" {
				return refused{event.Outcome.Failure}
			}
			return nil
		}
	}
}

// cancelWithoutParent notices that Packer was killed: then it cancels nothing, but its plugins lose their parent. They
// would otherwise go on for as long as the registry lets them wait.
func cancelWithoutParent(ctx context.Context, cancel func()) {
	parent := os.Getppid()
	look := time.NewTicker(parentInterval)
	defer look.Stop()
	for os.Getppid() == parent {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
	}
	cancel()
}

// refused is a failure that the program has explained to the end.
type refused struct{ message string }

func (r refused) Error() string { return r.message }

// plain takes gRPC's wrapping off, which says nothing to users.
func plain(err error) error {
	if failed, ok := status.FromError(err); ok && err != nil {
		return errors.New(failed.Message())
	}
	return err
}
