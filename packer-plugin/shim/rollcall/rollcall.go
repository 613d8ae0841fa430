// Package rollcall lets the processes of one Packer run know of each other before the first build starts. Packer
// configures every post-processor of a run, each in a process of its own, before it builds anything; each signs then.
// What was signed tells the registry which builds make the version complete.
package rollcall

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/waybill/waybill/packer-plugin/shim/private"
)

// Longer than any run, shorter than it takes to fill a directory in memory.
const keep = 7 * 24 * time.Hour

// Record is what one post-processor signs.
type Record struct {
	Artifact string `json:"artifact"`
	Build    string `json:"build"`
	Values   Values `json:"values"`
}

// Values are those that all builds of a version share. One that is not given differs from none.
type Values struct {
	Fingerprint string `json:"fingerprint"`
	Semver      string `json:"semver,omitempty"`
	Description string `json:"description,omitempty"`
	Latest      *bool  `json:"latest,omitempty"`
	// Channels in the order in which they are assigned.
	Channels []string `json:"channels,omitempty"`
}

// Resolved is what one data source of the run read.
type Resolved struct {
	Artifact    string   `json:"artifact"`
	Number      int64    `json:"number"`
	Fingerprint string   `json:"fingerprint"`
	ExternalIDs []string `json:"external_ids"`
	Warnings    []string `json:"warnings,omitempty"`
	Channel     string   `json:"channel,omitempty"`
}

// RollCall is that of one run.
type RollCall struct{ directory string }

// RunUUID is what Packer calls this run.
func RunUUID() string { return os.Getenv("PACKER_RUN_UUID") }

// Open finds or makes the roll call of this run.
func Open() (*RollCall, error) {
	run := RunUUID()
	if !regexp.MustCompile(`^[0-9A-Za-z-]{1,64}$`).MatchString(run) {
		return nil, errors.New("PACKER_RUN_UUID is not set; this plugin is started by packer, not by hand")
	}
	runtime, err := private.RuntimeDirectory()
	if err != nil {
		return nil, err
	}
	private.Sweep(runtime, "roll-call-*", keep)
	directory, err := private.Directory(filepath.Join(runtime, "roll-call-"+run))
	if err != nil {
		return nil, err
	}
	return &RollCall{directory}, nil
}

// Sign adds a record. It fails when another process signed the same build, or gave the same version other values;
// both would otherwise come out only after everything is built.
func (r *RollCall) Sign(record Record) error {
	file := name("build", record.Artifact, record.Build)
	if err := r.add(file, record, duplicate(record)); err != nil {
		return err
	}
	// Signed first, compared afterwards: of two that sign at once, at least one sees the other.
	records, err := r.signed(record.Artifact)
	for _, other := range records {
		if err == nil {
			err = compare(other, record)
		}
	}
	if err != nil {
		_ = os.Remove(filepath.Join(r.directory, file))
	}
	return err
}

// SignResolved adds what a data source read. Reading the same again changes nothing; other images of the same version,
// as those of another region, are a record of their own.
func (r *RollCall) SignResolved(resolved Resolved) error {
	encoded, err := json.Marshal(resolved)
	if err != nil {
		return err
	}
	return r.add(name("resolved", resolved.Artifact, string(encoded)), resolved, nil)
}

// First tells whether nobody of this run asked that of the same matter before: so a thing is said once, not by each build.
func (r *RollCall) First(matter string) bool {
	return r.add(name("said", matter, ""), true, os.ErrExist) == nil
}

// Read gives the builds and the values of the version of an artifact, and what data sources resolved.
func (r *RollCall) Read(artifact string) (builds []string, values Values, resolved []Resolved, err error) {
	records, err := r.signed(artifact)
	if err != nil {
		return nil, values, nil, err
	}
	for _, record := range records {
		builds = append(builds, record.Build)
		values = values.with(record.Values)
	}
	slices.Sort(builds)
	resolved, err = readAll[Resolved](r.directory, "resolved-*.json")
	return builds, values, resolved, err
}

func (r *RollCall) signed(artifact string) ([]Record, error) {
	records, err := readAll[Record](r.directory, "build-*.json")
	return slices.DeleteFunc(records, func(record Record) bool { return record.Artifact != artifact }), err
}

// add writes a file that either is there whole or not at all, and never replaces one: link(2) refuses.
func (r *RollCall) add(name string, record any, taken error) error {
	encoded, err := json.Marshal(record)
	if err != nil {
		return err
	}
	file, err := os.CreateTemp(r.directory, "unfinished-")
	if err != nil {
		return fmt.Errorf("cannot sign the roll call of this run: %w", err)
	}
	defer os.Remove(file.Name())
	_, err = file.Write(encoded)
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("cannot sign the roll call of this run: %w", err)
	}
	err = os.Link(file.Name(), filepath.Join(r.directory, name))
	if errors.Is(err, os.ErrExist) {
		return taken
	}
	return err
}

func readAll[T any](directory, pattern string) ([]T, error) {
	paths, err := filepath.Glob(filepath.Join(directory, pattern))
	if err != nil {
		return nil, err
	}
	records := make([]T, len(paths))
	for i, path := range paths {
		encoded, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(encoded, &records[i])
		}
		if err != nil {
			return nil, fmt.Errorf("cannot read the roll call of this run: %w", err)
		}
	}
	return records, nil
}

// name is made of a hash, because builds may be called anything.
func name(kind, artifact, part string) string {
	sum := sha256.Sum256([]byte(artifact + "\x00" + part))
	return kind + "-" + hex.EncodeToString(sum[:16]) + ".json"
}
