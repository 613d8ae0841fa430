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

func answer(t *testing.T, status int, body string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("content-type", map[bool]string{true: "application/json", false: "application/problem+json"}[status < 400])
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	t.Setenv("WAYBILL_ADDRESS", server.URL)
}

func execute(t *testing.T) (cty.Value, error) {
	t.Helper()
	source := &datasource.DataSource{}
	if err := source.Configure(cty.ObjectVal(map[string]cty.Value{"artifact": cty.StringVal("hashicorp/base")})); err != nil {
		t.Fatal(err)
	}
	return source.Execute()
}

func TestProtobufCarriesTheOutput(t *testing.T) {
	if _, err := rpc.ToProto(new(datasource.DataSource).OutputSpec()); err != nil {
		t.Error(err)
	}
}

func TestEveryAnswerHasTheSameType(t *testing.T) {
	shape := hcldec.ImpliedType(new(datasource.DataSource).OutputSpec())
	for _, body := range []string{full, bare} {
		plugintest.UseNode(t)
		answer(t, 200, body)
		value, err := execute(t)
		if err != nil || !value.Type().Equals(shape) {
			t.Errorf("%v: %#v", err, value.Type())
		}
	}
}

func TestWhatWasReadIsInTheOutputAndInTheRollCall(t *testing.T) {
	directory := plugintest.UseNode(t)
	answer(t, 200, full)
	value, err := execute(t)
	if err != nil {
		t.Fatal(err)
	}
	if id := value.GetAttr("external_id").AsString(); id != "ami-1" {
		t.Errorf("external_id is %q", id)
	}
	if build := value.GetAttr("images").Index(cty.NumberIntVal(0)).GetAttr("build").AsString(); build != "amazon-ebs.web" {
		t.Errorf("build is %q", build)
	}
	signed, _ := filepath.Glob(filepath.Join(directory, "tmp", "*", "roll-call-*", "resolved-*.json"))
	if len(signed) != 1 {
		t.Fatalf("signed: %v", signed)
	}
	if content, _ := os.ReadFile(signed[0]); !strings.Contains(string(content), "ami-1") {
		t.Errorf("signed: %s", content)
	}
}

func TestARefusalIsTheSentenceOfTheRegistry(t *testing.T) {
	plugintest.UseNode(t)
	answer(t, 404, `{"type":"about:blank","title":"t","status":404,"code":"artifact_not_found","detail":"There is no artifact \"hashicorp/base\"."}`)
	_, err := execute(t)
	if err == nil || err.Error() != `There is no artifact "hashicorp/base".` {
		t.Errorf("got %v", err)
	}
}

func TestTwoSelectorsAreRefusedWithoutANetwork(t *testing.T) {
	err := new(datasource.DataSource).Configure(cty.ObjectVal(map[string]cty.Value{
		"artifact": cty.StringVal("hashicorp/base"), "version": cty.StringVal("7"), "fingerprint": cty.StringVal("f"),
	}))
	if err == nil || !strings.Contains(err.Error(), "only one of fingerprint, version") {
		t.Errorf("got %v", err)
	}
}
