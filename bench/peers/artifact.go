package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

type artifactSource struct{ registry registry }

// resolved is the registry's answer.
type resolved struct {
	Artifact     string            `json:"artifact"`
	Number       int64             `json:"number"`
	Semver       *string           `json:"semver"`
	Fingerprint  string            `json:"fingerprint"`
	CreatedAt    string            `json:"created_at"`
	ExternalID   *string           `json:"external_id"`
	Images       []image           `json:"images"`
	Files        []file            `json:"files"`
	Metadata     map[string]string `json:"metadata"`
	MetadataFull map[string]string `json:"metadata_full"`
	Labels       map[string]string `json:"labels"`
	Revocation   *revocation       `json:"revocation"`
}

func (*artifactSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "peer_artifact"
}

func (*artifactSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = artifactSchema()
}

func (source *artifactSource) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	if configured, ok := req.ProviderData.(registry); ok {
		source.registry = configured
	}
}

func (source *artifactSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model artifactModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	found, err := source.registry.resolve(ctx, model)
	if err != nil {
		resp.Diagnostics.AddError("No artifact", err.Error())
		return
	}
	model.ID = types.StringValue(fmt.Sprintf("%s/%d", found.Artifact, found.Number))
	model.Number = types.Int64Value(found.Number)
	model.Semver = types.StringPointerValue(found.Semver)
	model.Fingerprint = types.StringValue(found.Fingerprint)
	model.CreatedAt = types.StringValue(found.CreatedAt)
	model.ExternalID = types.StringPointerValue(found.ExternalID)
	model.Images, model.Files, model.Revocation = found.Images, found.Files, found.Revocation
	for to, from := range map[*types.Map]map[string]string{
		&model.Metadata: found.Metadata, &model.MetadataFull: found.MetadataFull, &model.Labels: found.Labels,
	} {
		value, diagnostics := types.MapValueFrom(ctx, types.StringType, from)
		resp.Diagnostics.Append(diagnostics...)
		*to = value
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (r registry) resolve(ctx context.Context, model artifactModel) (*resolved, error) {
	query := url.Values{}
	for name, value := range map[string]types.String{
		"type": model.Type, "channel": model.Channel, "version": model.Version, "constraint": model.Constraint,
		"fingerprint": model.Fingerprint, "platform": model.Platform, "region": model.Region, "build": model.Build,
		"on_revoked": model.OnRevoked,
	} {
		if !value.IsNull() {
			query.Set(name, value.ValueString())
		}
	}
	address := fmt.Sprintf("%s/v1/artifacts/%s/resolve?%s", r.address, model.Name.ValueString(), query.Encode())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+r.token)
	answer, err := r.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %s", address, answer.Status)
	}
	var found resolved
	return &found, json.NewDecoder(answer.Body).Decode(&found)
}
