package postprocessor_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/packer-plugin-sdk/packer"

	"github.com/waybill/waybill/packer-plugin/shim/plugintest"
	"github.com/waybill/waybill/packer-plugin/shim/postprocessor"
)

const planted = "planted-secret"

// artifact is one of amazon-ebs, with all that Packer's generated_data can hold.
type artifact struct{ panics bool }

func (artifact) BuilderId() string { return "mitchellh.amazonebs" }
func (artifact) Files() []string   { return nil }
func (artifact) Id() string        { return "us-east-1:ami-0aa" }
func (artifact) String() string    { return "AMI" }
func (artifact) Destroy() error    { return nil }
func (a artifact) State(name string) any {
	if a.panics {
		panic("a defect of the builder")
	}
	if name != "generated_data" {
		return nil
	}
	return map[any]any{
		"ID": "i-1", "SourceAMI": "ami-source", "Host": planted + "-host", "User": planted + "-user", "Password": planted + "-password",
		"SSHPrivateKey": planted + "-key", "WinRMPassword": planted + "-winrm", "PackerHTTPAddr": planted + "-address",
	}
}

// registry remembers what it was sent, and answers as one that is complete with this build.
type registry struct {
	*httptest.Server
	mutex sync.Mutex
	seen  string
}

func startRegistry(t *testing.T) *registry {
	made := &registry{}
	made.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		made.mutex.Lock()
		made.seen += r.Method + " " + r.URL.String() + " " + string(body) + "\n"
		made.mutex.Unlock()
		version := `{"artifact":"hashicorp/web","state":"complete","number":7,"fingerprint":"f","latest":true,` +
			`"expected_builds":["amazon-ebs.web"],"missing_builds":[],"builds":[],"warnings":[]}`
		w.Header().Set("content-type", "application/json")
		if r.Method == http.MethodPut {
			version = `{"build":{"name":"amazon-ebs.web"},"version":` + version + `}`
		}
		_, _ = io.WriteString(w, version)
	}))
	t.Cleanup(made.Close)
	return made
}

func (r *registry) requests() string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.seen
}

// screen collects what a user sees.
type screen struct {
	packer.MockUi
	mutex sync.Mutex
	text  string
}

func (s *screen) Say(text string)   { s.add(text) }
func (s *screen) Error(text string) { s.add("error: " + text) }
func (s *screen) Machine(kind string, data ...string) {
	s.add(kind + "," + strings.Join(data, ","))
}
func (s *screen) add(text string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.text += text + "\n"
}

func arguments(options map[any]any) []any {
	return []any{options, map[any]any{"packer_build_name": "web", "packer_builder_type": "amazon-ebs", "packer_core_version": "1.16.0"},
		map[any]any{"PackerRunUUID": "Build_PackerRunUUID. x", "Password": "To set this dynamically in the Packer template, you must use the `build` function"}}
}

func configured(t *testing.T, more map[any]any) *postprocessor.PostProcessor {
	t.Helper()
	options := map[any]any{"artifact": "hashicorp/web", "metadata": map[any]any{"leak": "x {{build `Password`}}", "owner": "me"}}
	for name, value := range more {
		options[name] = value
	}
	made := &postprocessor.PostProcessor{Version: "0.1.0"}
	if err := made.Configure(arguments(options)...); err != nil {
		t.Fatal(err)
	}
	return made
}

func post(t *testing.T, made *postprocessor.PostProcessor, source packer.Artifact) (string, error) {
	t.Helper()
	ui := &screen{}
	result, keep, force, err := made.PostProcess(context.Background(), ui, source)
	if err == nil && (result != source || !keep || !force) {
		t.Errorf("the artifact is not kept: %v %v %v", result, keep, force)
	}
	return ui.text, err
}

func TestABuildIsPublishedAndNoSecretWithIt(t *testing.T) {
	directory := plugintest.UseNode(t)
	server := startRegistry(t)
	t.Setenv("WAYBILL_ADDRESS", server.URL)
	text, err := post(t, configured(t, nil), artifact{})
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"reported build amazon-ebs.web (1 of 1)", "version 7 is complete (latest)", "waybill-version,hashicorp/web,7,f", "build.Password"} {
		if !strings.Contains(text, part) {
			t.Errorf("the user does not see %q in:\n%s", part, text)
		}
	}
	requests := server.requests()
	for _, part := range []string{`"external_id":"ami-0aa"`, `"source_image_id":"ami-source"`, `"owner":"me"`, `"expected_builds":["amazon-ebs.web"]`} {
		if !strings.Contains(requests, part) {
			t.Errorf("the registry does not get %s in:\n%s", part, requests)
		}
	}
	expectNoSecret(t, directory, text, requests)
}

func TestWithTheRegistryAwayTheBuildWaitsInTheSpoolWithoutSecretsOrToken(t *testing.T) {
	directory := plugintest.UseNode(t)
	t.Setenv("WAYBILL_ADDRESS", "http://127.0.0.1:1")
	token := "wbl_" + planted + strings.Repeat("x", 43-len(planted))
	text, err := post(t, configured(t, map[any]any{"token": token}), artifact{})
	if err != nil || !strings.Contains(text, "waybill spool send") {
		t.Fatalf("%v: %s", err, text)
	}
	if records, _ := filepath.Glob(filepath.Join(directory, "spool", "*.json")); len(records) != 1 {
		t.Errorf("in the spool: %v", records)
	}
	expectNoSecret(t, directory, text)
}

func expectNoSecret(t *testing.T, directory string, texts ...string) {
	t.Helper()
	_ = filepath.Walk(directory, func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() {
			content, _ := os.ReadFile(path)
			texts = append(texts, string(content))
		}
		return err
	})
	for _, text := range texts {
		if at := strings.Index(text, planted); at >= 0 {
			t.Errorf("a secret got out: %s", text[max(0, at-100):min(len(text), at+50)])
		}
	}
}

func TestOnErrorFailGivesAnErrorAndKeepsNoRecord(t *testing.T) {
	directory := plugintest.UseNode(t)
	t.Setenv("WAYBILL_ADDRESS", "http://127.0.0.1:1")
	text, err := post(t, configured(t, map[any]any{"on_error": "fail"}), artifact{})
	if err == nil || !strings.Contains(text, "Packer destroys what it built") {
		t.Errorf("%v: %s", err, text)
	}
	if records, _ := filepath.Glob(filepath.Join(directory, "spool", "*.json")); len(records) != 0 {
		t.Errorf("in the spool: %v", records)
	}
}

func TestADefectDoesNotCostTheImage(t *testing.T) {
	plugintest.UseNode(t)
	text, err := post(t, configured(t, nil), artifact{panics: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"NOT PUBLISHED", "a defect", "us-east-1:ami-0aa", "hashicorp/web"} {
		if !strings.Contains(text, part) {
			t.Errorf("the user does not see %q in:\n%s", part, text)
		}
	}
}

func TestANodeThatIsGoneAfterTheBuildDoesNotCostTheImage(t *testing.T) {
	plugintest.UseNode(t)
	made := configured(t, nil)
	t.Setenv("WAYBILL_NODE", "/nonexistent/node")
	text, err := post(t, made, artifact{})
	if err != nil || !strings.Contains(text, "NOT PUBLISHED") || !strings.Contains(text, "us-east-1:ami-0aa") {
		t.Errorf("%v: %s", err, text)
	}
}

func TestWhatIsWrongOnlyAfterTheBuildDoesNotCostTheImage(t *testing.T) {
	plugintest.UseNode(t)
	made := configured(t, nil)
	if err := made.Configure(arguments(map[any]any{"artifact": "hashicorp/web", "on_error": "no such value"})...); err != nil {
		t.Fatalf("Packer would destroy the image: %v", err)
	}
	text, err := post(t, made, artifact{})
	if err != nil || !strings.Contains(text, "on_error") {
		t.Errorf("%v: %s", err, text)
	}
}

func TestWhatWasSignedHoldsAfterTheBuild(t *testing.T) {
	plugintest.UseNode(t)
	server := startRegistry(t)
	t.Setenv("WAYBILL_ADDRESS", server.URL)
	made := configured(t, map[any]any{"fingerprint": "signed-1"})
	if err := made.Configure(arguments(map[any]any{"artifact": "hashicorp/web", "fingerprint": "other-2"})...); err != nil {
		t.Fatal(err)
	}
	if _, err := post(t, made, artifact{}); err != nil {
		t.Fatal(err)
	}
	if requests := server.requests(); !strings.Contains(requests, "signed-1") || strings.Contains(requests, "other-2") {
		t.Errorf("got %s", requests)
	}
}

func TestConfiguringNamesWhatIsWrong(t *testing.T) {
	cases := map[string]map[any]any{
		"has no namespace":             {"artifact": "web"},
		"does not have it: file.other": {"artifact": "h/w", "expected_builds": "file.other"},
		"must be known before":         {"artifact": "h/w", "fingerprint": "{{build `Password`}}"},
	}
	for says, options := range cases {
		plugintest.UseNode(t)
		err := new(postprocessor.PostProcessor).Configure(arguments(options)...)
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v does not say %q", err, says)
		}
	}
}

func TestAMissingNodeIsFoundBeforeAnythingIsBuilt(t *testing.T) {
	plugintest.UseNode(t)
	t.Setenv("WAYBILL_NODE", "/nonexistent/node")
	err := new(postprocessor.PostProcessor).Configure(arguments(map[any]any{"artifact": "h/w"})...)
	if err == nil || !strings.Contains(err.Error(), "Node.js") {
		t.Errorf("got %v", err)
	}
}
