package datasource

import (
	"maps"

	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/zclconf/go-cty/cty"
)

// shared is what both data sources tell. The program sends exactly these: src/reading has the same lists.
func shared() hcldec.ObjectSpec {
	return hcldec.ObjectSpec{
		"artifact":     attribute("artifact", cty.String),
		"number":       attribute("number", cty.Number),
		"semver":       attribute("semver", cty.String),
		"fingerprint":  attribute("fingerprint", cty.String),
		"description":  attribute("description", cty.String),
		"channel":      attribute("channel", cty.String),
		"created_at":   attribute("created_at", cty.String),
		"completed_at": attribute("completed_at", cty.String),
		"labels":       attribute("labels", cty.Map(cty.String)),
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

func artifactOutput() hcldec.ObjectSpec {
	return with(shared(), hcldec.ObjectSpec{
		"external_id":   attribute("external_id", cty.String),
		"metadata":      attribute("metadata", cty.Map(cty.String)),
		"metadata_full": attribute("metadata_full", cty.Map(cty.String)),
	})
}

func versionOutput() hcldec.ObjectSpec {
	return with(shared(), hcldec.ObjectSpec{
		"revoked":           attribute("revoked", cty.Bool),
		"revocation_reason": attribute("revocation_reason", cty.String),
		"builds": block("builds", map[string]cty.Type{
			"name": cty.String, "artifact_type": cty.String, "packer_version": cty.String, "commit": cty.String,
			"metadata": cty.Map(cty.String), "labels": cty.Map(cty.String),
		}),
		"parents": block("parents", map[string]cty.Type{
			"artifact": cty.String, "version": cty.String, "channel": cty.String, "build": cty.String,
		}),
	})
}

func with(spec, more hcldec.ObjectSpec) hcldec.ObjectSpec {
	maps.Copy(spec, more)
	return spec
}

func attribute(name string, of cty.Type) hcldec.Spec { return &hcldec.AttrSpec{Name: name, Type: of} }

func block(name string, fields map[string]cty.Type) hcldec.Spec {
	nested := hcldec.ObjectSpec{}
	for field, of := range fields {
		nested[field] = attribute(field, of)
	}
	return &hcldec.BlockListSpec{TypeName: name, Nested: nested}
}
