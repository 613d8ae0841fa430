package main

import (
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// artifactModel is the data source as Terraform has it, and as the registry's answer fills it.
type artifactModel struct {
	Name         types.String `tfsdk:"name"`
	Type         types.String `tfsdk:"type"`
	Channel      types.String `tfsdk:"channel"`
	Version      types.String `tfsdk:"version"`
	Constraint   types.String `tfsdk:"constraint"`
	Fingerprint  types.String `tfsdk:"fingerprint"`
	Platform     types.String `tfsdk:"platform"`
	Region       types.String `tfsdk:"region"`
	Build        types.String `tfsdk:"build"`
	OnRevoked    types.String `tfsdk:"on_revoked"`
	ID           types.String `tfsdk:"id"`
	Number       types.Int64  `tfsdk:"number"`
	Semver       types.String `tfsdk:"semver"`
	ExternalID   types.String `tfsdk:"external_id"`
	Images       []image      `tfsdk:"images"`
	Files        []file       `tfsdk:"files"`
	Metadata     types.Map    `tfsdk:"metadata"`
	MetadataFull types.Map    `tfsdk:"metadata_full"`
	Labels       types.Map    `tfsdk:"labels"`
	CreatedAt    types.String `tfsdk:"created_at"`
	Revocation   *revocation  `tfsdk:"revocation"`
}

type image struct {
	Build         string            `tfsdk:"build" json:"build"`
	ArtifactType  string            `tfsdk:"artifact_type" json:"artifact_type"`
	Platform      string            `tfsdk:"platform" json:"platform"`
	Region        string            `tfsdk:"region" json:"region"`
	ExternalID    string            `tfsdk:"external_id" json:"external_id"`
	SourceImageID *string           `tfsdk:"source_image_id" json:"source_image_id"`
	Labels        map[string]string `tfsdk:"labels" json:"labels"`
}

type file struct {
	Build  string `tfsdk:"build" json:"build"`
	Path   string `tfsdk:"path" json:"path"`
	Size   int64  `tfsdk:"size" json:"size"`
	Sha256 string `tfsdk:"sha256" json:"sha256"`
}

type revocation struct {
	Reason    *string `tfsdk:"reason" json:"reason"`
	RevokedAt *string `tfsdk:"revoked_at" json:"revoked_at"`
}

func artifactSchema() schema.Schema {
	attributes := map[string]schema.Attribute{
		"name":        schema.StringAttribute{Required: true},
		"fingerprint": schema.StringAttribute{Optional: true, Computed: true},
		"number":      schema.Int64Attribute{Computed: true},
		"images": schema.ListNestedAttribute{Computed: true, NestedObject: schema.NestedAttributeObject{
			Attributes: computed("build", "artifact_type", "platform", "region", "external_id", "source_image_id"),
		}},
		"files": schema.ListNestedAttribute{Computed: true, NestedObject: schema.NestedAttributeObject{
			Attributes: computed("build", "path", "sha256"),
		}},
		"revocation": schema.SingleNestedAttribute{Computed: true, Attributes: computed("reason", "revoked_at")},
	}
	for _, name := range []string{"type", "channel", "version", "constraint", "platform", "region", "build", "on_revoked"} {
		attributes[name] = schema.StringAttribute{Optional: true}
	}
	for name, attribute := range computed("id", "semver", "external_id", "created_at") {
		attributes[name] = attribute
	}
	textMap := schema.MapAttribute{Computed: true, ElementType: types.StringType}
	for _, name := range []string{"metadata", "metadata_full", "labels"} {
		attributes[name] = textMap
	}
	attributes["images"].(schema.ListNestedAttribute).NestedObject.Attributes["labels"] = textMap
	attributes["files"].(schema.ListNestedAttribute).NestedObject.Attributes["size"] = schema.Int64Attribute{Computed: true}
	return schema.Schema{Attributes: attributes}
}

func computed(names ...string) map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{}
	for _, name := range names {
		attributes[name] = schema.StringAttribute{Computed: true}
	}
	return attributes
}
