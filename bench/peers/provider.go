package main

import (
	"context"
	"net/http"
	"os"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

const (
	requestTimeout = 30 * time.Second
	// As many requests as Terraform makes at once keep their connections.
	keptConnections = 200
)

type peerProvider struct{}

type peerConfig struct {
	Address types.String `tfsdk:"address"`
	Token   types.String `tfsdk:"token"`
}

// registry is how the registry is reached.
type registry struct {
	address, token string
	client         *http.Client
}

func newProvider() provider.Provider { return peerProvider{} }

func (peerProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "peer"
}

func (peerProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"address": schema.StringAttribute{Optional: true},
		"token":   schema.StringAttribute{Optional: true, Sensitive: true},
	}}
}

func (peerProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var config peerConfig
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = keptConnections
	resp.DataSourceData = registry{
		address: valueOr(config.Address, "WAYBILL_ADDRESS"),
		token:   valueOr(config.Token, "WAYBILL_TOKEN"),
		client:  &http.Client{Transport: transport, Timeout: requestTimeout},
	}
}

func (peerProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{func() datasource.DataSource { return &artifactSource{} }}
}

func (peerProvider) Resources(context.Context) []func() resource.Resource { return nil }

func valueOr(value types.String, variable string) string {
	if value.IsNull() {
		return os.Getenv(variable)
	}
	return value.ValueString()
}
