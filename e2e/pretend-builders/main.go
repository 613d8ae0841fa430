// A Packer plugin that stands in for those of the clouds in the tests. Under the name of each (the name of its file
// says which one it is) it has the same source types, and answers in the same shapes. amazon-ebs also has a directory
// in place of its cloud; everything else returns the artifact that a file tells.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/packer-plugin-sdk/plugin"
	"github.com/hashicorp/packer-plugin-sdk/version"
)

type components struct{ builders, postProcessors []string }

var itself = []string{plugin.DEFAULT_NAME}

var plugins = map[string]components{
	"amazon":        {[]string{"ebssurrogate", "chroot", "instance", "ebsvolume"}, []string{"import"}},
	"azure":         {[]string{"arm", "chroot"}, nil},
	"digitalocean":  {itself, nil},
	"docker":        {itself, []string{"import", "tag", "push"}},
	"googlecompute": {itself, []string{"import", "export"}},
	"openstack":     {itself, nil},
	"qemu":          {itself, nil},
	"vagrant":       {itself, append(itself, "cloud")},
	"virtualbox":    {[]string{"iso"}, nil},
	"vmware":        {[]string{"iso"}, nil},
}

func main() {
	name, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(os.Args[0]), "packer-plugin-"), "_")
	set := plugin.NewSet()
	set.SetVersion(version.NewPluginVersion("1.3.9", "", ""))
	if name == "amazon" {
		set.RegisterBuilder("ebs", &ebs{})
	}
	for _, builder := range plugins[name].builders {
		set.RegisterBuilder(builder, &tellingBuilder{})
	}
	for _, postProcessor := range plugins[name].postProcessors {
		set.RegisterPostProcessor(postProcessor, &tellingPostProcessor{})
	}
	if err := set.Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
