package secrets_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/waybill/waybill/packer-plugin/shim/secrets"
)

func TestOnlyAllowedBuildDataLeaves(t *testing.T) {
	kept := secrets.Allow(map[string]any{
		"ID": "i-1", "SourceAMI": "ami-1", "SSHPrivateKey": "k", "Password": "p", "WinRMPassword": "w", "Host": "h", "User": "u",
		"Port": 22, "PackerHTTPIP": "ip", "SomethingNew": "n",
	}, []string{"ID", "SourceAMI", "BuildRegion"})
	if len(kept) != 2 || kept["ID"] != "i-1" || kept["SourceAMI"] != "ami-1" {
		t.Errorf("kept %v", kept)
	}
}

func TestSecretsAreReplacedWhereverTheyStand(t *testing.T) {
	replacer := secrets.NewReplacer(append(
		secrets.OfBuild(map[string]any{"Password": "hunter2-long\n", "Host": "10.1.2.3", "User": "root", "WinRMPassword": ""}),
		secrets.Secret{Name: "part", Value: "hunter2"}, secrets.Secret{Name: "short", Value: "ab"},
	))
	got := fmt.Sprint(replacer.Value(map[string]any{
		"key-hunter2-long": []any{"x hunter2-long y", "hunter2", "ab", "cab", "root@10.1.2.3", 5},
	}))
	for _, secret := range []string{"hunter2", "long", "10.1.2.3", "[ab"} {
		if strings.Contains(got, secret) {
			t.Errorf("%q is left in %s", secret, got)
		}
	}
	for _, text := range []string{"cab", "root", "5"} {
		if !strings.Contains(got, text) {
			t.Errorf("%q is no secret and is gone from %s", text, got)
		}
	}
	for _, name := range []string{"build.Password", "build.Host", "part", "short"} {
		if !strings.Contains(replacer.Warning(), name) {
			t.Errorf("the warning does not name %s: %s", name, replacer.Warning())
		}
	}
	if strings.Contains(replacer.Warning(), "hunter2") {
		t.Error("the warning has the secret")
	}
}

func TestNothingMetGivesNoWarning(t *testing.T) {
	replacer := secrets.NewReplacer([]secrets.Secret{{Name: "x", Value: "abcdef"}})
	if replacer.Text("nothing") != "nothing" || replacer.Warning() != "" {
		t.Errorf("got %q", replacer.Warning())
	}
}
