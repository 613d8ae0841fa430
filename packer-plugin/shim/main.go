// The shim is the file that Packer starts: it speaks Packer's protocol and leaves the rest to a TypeScript program.
package main

import (
	"fmt"
	"os"

	"github.com/hashicorp/packer-plugin-sdk/plugin"
	"github.com/hashicorp/packer-plugin-sdk/version"

	"github.com/waybill/waybill/packer-plugin/shim/datasource"
	"github.com/waybill/waybill/packer-plugin/shim/postprocessor"
)

// Set by scripts/build.ts from package.json.
var pluginVersion = "0.0.0"

func main() {
	set := plugin.NewSet()
	set.SetVersion(version.NewPluginVersion(pluginVersion, "", ""))
	set.RegisterPostProcessor(plugin.DEFAULT_NAME, &postprocessor.PostProcessor{Version: pluginVersion})
	set.RegisterDatasource("artifact", datasource.NewArtifact())
	set.RegisterDatasource("version", datasource.NewVersion())
	if err := set.Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
