// Command go-version-check answers questions about versions with hashicorp/go-version: one JSON object per line in,
// one per line out.
//
//	{"constraint": "~> 1.2", "versions": ["1.3.0"]}  ->  {"matches": [true]}
//	{"versions": ["1.0.0", "1.1.0"]}                 ->  {"order": -1}
//
// What go-version refuses is answered with {"error": "..."}.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/hashicorp/go-version"
)

type question struct {
	Constraint *string  `json:"constraint"`
	Versions   []string `json:"versions"`
}

type answer struct {
	Matches []bool `json:"matches,omitempty"`
	Order   *int   `json:"order,omitempty"`
	Error   string `json:"error,omitempty"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
		answered, err := reply(asked)
		if err != nil {
			answered = answer{Error: err.Error()}
		}
		if err := out.Encode(answered); err != nil {
			os.Exit(1)
		}
	}
}

func reply(asked question) (answer, error) {
	versions := make([]*version.Version, len(asked.Versions))
	for i, text := range asked.Versions {
		parsed, err := version.NewVersion(text)
		if err != nil {
			return answer{}, err
		}
		versions[i] = parsed
	}
	if asked.Constraint == nil {
		if len(versions) != 2 {
			return answer{}, fmt.Errorf("an order is between two versions, not %d", len(versions))
		}
		order := versions[0].Compare(versions[1])
		return answer{Order: &order}, nil
	}
	constraint, err := version.NewConstraint(*asked.Constraint)
	if err != nil {
		return answer{}, err
	}
	matches := make([]bool, len(versions))
	for i, candidate := range versions {
		matches[i] = constraint.Check(candidate)
	}
	return answer{Matches: matches}, nil
}
