package main

import (
	"crypto/rand"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"

	registry "github.com/hashicorp/packer-plugin-sdk/packer/registry/image"
)

type image struct{ region, id string }

type amis struct {
	images []image
	region string
	source string
}

func newImageId() string {
	random := make([]byte, 9)
	_, _ = rand.Read(random)
	return "ami-" + hex.EncodeToString(random)[:17]
}

func (a *amis) BuilderId() string { return "mitchellh.amazonebs" }
func (a *amis) Files() []string   { return nil }
func (a *amis) String() string    { return "AMIs were created: " + a.Id() }

func (a *amis) Id() string {
	ids := []string{}
	for _, image := range a.images {
		ids = append(ids, image.region+":"+image.id)
	}
	return strings.Join(ids, ",")
}

// State gives what the real plugin gives. What must never leave the machine says so, for the tests to look for.
func (a *amis) State(name string) any {
	switch name {
	case registry.ArtifactStateURI:
		images := []*registry.Image{}
		for _, image := range a.images {
			images = append(images, &registry.Image{
				ImageID: image.id, ProviderName: "aws", ProviderRegion: image.region, SourceImageID: a.source,
			})
		}
		return images
	case "generated_data":
		return map[string]any{
			"BuildRegion": a.region, "SourceAMI": a.source, "ID": "i-0123456789", "ConnType": "ssh", "User": "ubuntu", "Port": 22,
			"Host": "planted-secret-host", "Password": "planted-secret-password", "WinRMPassword": "planted-secret-winrm",
			"SSHPrivateKey": "planted-secret-key-begin\nplanted-secret-key-end\n", "PackerHTTPIP": "planted-secret-ip", "PackerHTTPAddr": "planted-secret-address",
		}
	}
	return nil
}

// Destroy deregisters the images.
func (a *amis) Destroy() error {
	for _, image := range a.images {
		if err := os.Remove(filepath.Join("cloud", image.region, image.id)); err != nil {
			return err
		}
	}
	return nil
}
