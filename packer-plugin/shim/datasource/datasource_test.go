package datasource_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2/hcldec"
	"github.com/hashicorp/packer-plugin-sdk/rpc"
	"github.com/zclconf/go-cty/cty"

	"github.com/waybill/waybill/packer-plugin/shim/datasource"
	"github.com/waybill/waybill/packer-plugin/shim/plugintest"
)

const full = `{"artifact":"hashicorp/base","number":3,"semver":"1.2.0","fingerprint":"f","description":"d","created_at":"c","completed_at":"c",
"channel":"latest","external_id":"ami-1","images":[{"platform":"aws","region":"us-east-1","external_id":"ami-1","source_image_id":null,"labels":{"a":"b"},
"build":"amazon-ebs.web","artifact_type":"amazon.ami"}],"files":[{"path":"p","size":5,"sha256":"s","build":"b"}],"builds":[],
"metadata":{"k":"v"},"metadata_full":{"k":"v"},"labels":{},"revocation":null,"warnings":[]}`

const bare = `{"artifact":"hashicorp/base","number":4,"semver":null,"fingerprint":"g","description":null,"created_at":"c","completed_at":"c",
"channel":null,"external_id":null,"images":[],"files":[],"builds":[],"metadata":{},"metadata_full":{},"labels":{},"revocation":null,"warnings":[]}`

const wholeVersion = `{"artifact":"hashicorp/base","number":3,"semver":"1.2.0","fingerprint":"f","description":"d","state":"complete",
"created_at":"c","completed_at":"c","labels":{"a":"b"},"revocation":{"revoked":true,"reason":"CVE"},"warnings":[],"builds":[
{"name":"us","artifact_type":"amazon.ami","metadata":{"k":"v"},"labels":{},"files":[{"path":"p","size":5,"sha256":"s"}],
"provenance":{"packer_version":"1.16.0","git":{"commit":"abc"}},"parents":[{"artifact":"hashicorp/os","version":7,"channel":"latest"}],
"images":[{"platform":"aws","region":"us-east-1","external_id":"ami-1","source_image_id":null,"labels":{}}]},
{"name":"eu","artifact_type":"amazon.ami","metadata":{},"labels":{},"files":[],"provenance":{},"parents":[],
"images":[{"platform":"aws","region":"eu-west-1","external_id":"ami-2","source_image_id":"ami-0","labels":{}}]}]}`

const bareVersion = `{"artifact":"hashicorp/base","number":4,"semver":null,"fingerprint":"g","description":null,"state":"complete",
"created_at":"c","completed_at":"c","labels":{},"revocation":null,"warnings":[],"builds":[]}`

var kinds = map[string]func() *datasource.DataSource{"artifact": datasource.NewArtifact, "version": datasource.NewVersion}

func answer(t *testing.T, status int, body string) { answerVersion(t, status, body, "") }

func answerVersion(t *testing.T, status int, resolved, version string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body := resolved
		if strings.Contains(request.URL.Path, "/versions/") {
			body = version
		}
		w.Header().Set("content-type", map[bool]string{true: "application/json", false: "application/problem+json"}[status < 400])
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	t.Setenv("WAYBILL_ADDRESS", server.URL)
}

func execute(t *testing.T, source *datasource.DataSource) (cty.Value, error) {
	t.Helper()
	if err := source.Configure(cty.ObjectVal(map[string]cty.Value{"artifact": cty.StringVal("hashicorp/base")})); err != nil {
		t.Fatal(err)
	}
	return source.Execute()
}

func TestProtobufCarriesTheOutput(t *testing.T) {
	for kind, source := range kinds {
		if _, err := rpc.ToProto(source().OutputSpec()); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestEveryAnswerHasTheSameType(t *testing.T) {
	for kind, source := range kinds {
		shape := hcldec.ImpliedType(source().OutputSpec())
		for resolved, version := range map[string]string{full: wholeVersion, bare: bareVersion} {
			plugintest.UseNode(t)
			answerVersion(t, 200, resolved, version)
			value, err := execute(t, source())
			if err != nil || !value.Type().Equals(shape) {
				t.Errorf("%s: %v: %#v", kind, err, value.Type())
			}
		}
	}
}

func TestAVersionTellsAllOfItsBuildsAndWhatTheyWereMadeFrom(t *testing.T) {
	directory := plugintest.UseNode(t)
	answerVersion(t, 200, full, wholeVersion)
	value, err := execute(t, datasource.NewVersion())
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string, index int64, field string) string {
		return value.GetAttr(name).Index(cty.NumberIntVal(index)).GetAttr(field).AsString()
	}
	for _, got := range [][2]string{
		{at("images", 1, "external_id"), "ami-2"}, {at("images", 1, "build"), "eu"}, {at("files", 0, "size"), "5"},
		{at("builds", 0, "packer_version"), "1.16.0"}, {at("builds", 0, "commit"), "abc"}, {at("parents", 0, "version"), "7"},
		{value.GetAttr("revocation_reason").AsString(), "CVE"}, {value.GetAttr("channel").AsString(), "latest"},
	} {
		if got[0] != got[1] {
			t.Errorf("got %q for %q", got[0], got[1])
		}
	}
	if !value.GetAttr("revoked").True() {
		t.Error("it is revoked")
	}
	if content := signed(t, directory); len(content) != 1 || !strings.Contains(content[0], "ami-1") || !strings.Contains(content[0], "ami-2") {
		t.Errorf("signed: %v", content)
	}
}

func TestReadingOtherImagesOfAVersionIsARecordOfItsOwn(t *testing.T) {
	directory := plugintest.UseNode(t)
	for _, body := range []string{full, strings.ReplaceAll(full, "ami-1", "ami-2"), full} {
		answer(t, 200, body)
		if _, err := execute(t, datasource.NewArtifact()); err != nil {
			t.Fatal(err)
		}
	}
	if content := signed(t, directory); len(content) != 2 {
		t.Errorf("signed: %v", content)
	}
}

// signed has what the data sources of this run left in its roll call.
func signed(t *testing.T, directory string) []string {
	t.Helper()
	paths, _ := filepath.Glob(filepath.Join(directory, "tmp", "*", "roll-call-*", "resolved-*.json"))
	var contents []string
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		contents = append(contents, string(content))
	}
	return contents
}

func TestWhatWasReadIsInTheOutputAndInTheRollCall(t *testing.T) {
	directory := plugintest.UseNode(t)
	answer(t, 200, full)
	value, err := execute(t, datasource.NewArtifact())
	if err != nil {
		t.Fatal(err)
	}
	if id := value.GetAttr("external_id").AsString(); id != "ami-1" {
		t.Errorf("external_id is %q", id)
	}
	if build := value.GetAttr("images").Index(cty.NumberIntVal(0)).GetAttr("build").AsString(); build != "amazon-ebs.web" {
		t.Errorf("build is %q", build)
	}
	content := signed(t, directory)
	if len(content) != 1 || !strings.Contains(content[0], "ami-1") || !strings.Contains(content[0], `"channel":"latest"`) {
		t.Errorf("signed: %v", content)
	}
}

func TestARefusalIsTheSentenceOfTheRegistry(t *testing.T) {
	plugintest.UseNode(t)
	answer(t, 404, `{"type":"about:blank","title":"t","status":404,"code":"artifact_not_found","detail":"There is no artifact \"hashicorp/base\"."}`)
	_, err := execute(t, datasource.NewVersion())
	if err == nil || err.Error() != `There is no artifact "hashicorp/base".` {
		t.Errorf("got %v", err)
	}
}

func TestTwoSelectorsAreRefusedWithoutANetwork(t *testing.T) {
	err := datasource.NewArtifact().Configure(cty.ObjectVal(map[string]cty.Value{
		"artifact": cty.StringVal("hashicorp/base"), "version": cty.StringVal("7"), "fingerprint": cty.StringVal("f"),
	}))
	if err == nil || !strings.Contains(err.Error(), "only one of fingerprint, version") {
		t.Errorf("got %v", err)
	}
}

func TestAnArtifactWithoutANamespaceIsRefusedWithoutANetwork(t *testing.T) {
	named := func(artifact string) cty.Value {
		return cty.ObjectVal(map[string]cty.Value{"artifact": cty.StringVal(artifact)})
	}
	for kind, source := range kinds {
		if err := source().Configure(named("base")); err == nil || !strings.Contains(err.Error(), `"base" and has no namespace`) {
			t.Errorf("%s: %v", kind, err)
		}
		if err := source().Configure(named("<unknown>")); err != nil {
			t.Errorf("%s, what another data source is going to tell: %v", kind, err)
		}
	}
	t.Setenv("WAYBILL_NAMESPACE", "hashicorp")
	if err := datasource.NewArtifact().Configure(named("base")); err != nil {
		t.Error(err)
	}
}

func TestAVersionIsReadWholeSoThatItHasNoFilters(t *testing.T) {
	err := datasource.NewVersion().Configure(cty.ObjectVal(map[string]cty.Value{
		"artifact": cty.StringVal("hashicorp/base"), "region": cty.StringVal("us-east-1"),
	}))
	if err == nil || !strings.Contains(err.Error(), `option "region" is not known`) {
		t.Errorf("got %v", err)
	}
}
