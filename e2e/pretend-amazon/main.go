// A Packer plugin that stands in for github.com/hashicorp/amazon in the tests: the same source type, builder id, registry
// images and build variables, with a directory in place of the cloud.
package main

import (
	"fmt"
	"os"

	"github.com/hashicorp/packer-plugin-sdk/plugin"
	"github.com/hashicorp/packer-plugin-sdk/version"
)

func main() {
	set := plugin.NewSet()
	set.SetVersion(version.NewPluginVersion("1.3.9", "", ""))
	set.RegisterBuilder("ebs", &builder{})
	if err := set.Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
