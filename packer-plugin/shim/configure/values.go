package configure

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// Plain turns what Packer sends (HCL values, or msgpack with its untyped maps and byte slices) into values that
// JSON knows. It copies: interpolation writes into nested maps.
func Plain(value any) any {
	switch value := value.(type) {
	case cty.Value:
		return plainHCL(value)
	case []byte:
		return string(value)
	case float64:
		if math.IsNaN(value) || math.IsInf(value, 0) {
			return fmt.Sprint(value) // no number of JSON
		}
	case []string:
		items := make([]any, len(value))
		for i, item := range value {
			items[i] = item
		}
		return items
	case []any:
		items := make([]any, len(value))
		for i, item := range value {
			items[i] = Plain(item)
		}
		return items
	case map[any]any:
		entries := make(map[string]any, len(value))
		for key, item := range value {
			entries[fmt.Sprint(Plain(key))] = Plain(item)
		}
		return entries
	case map[string]any:
		entries := make(map[string]any, len(value))
		for key, item := range value {
			entries[key] = Plain(item)
		}
		return entries
	case map[string]string:
		entries := make(map[string]any, len(value))
		for key, item := range value {
			entries[key] = item
		}
		return entries
	}
	return value
}

func plainHCL(value cty.Value) any {
	encoded, err := ctyjson.SimpleJSONValue{Value: value}.MarshalJSON()
	if err != nil {
		return nil
	}
	var plain any
	if json.Unmarshal(encoded, &plain) != nil {
		return nil
	}
	entries, ok := plain.(map[string]any)
	if !ok {
		return plain
	}
	for name, entry := range entries {
		if entry == nil {
			delete(entries, name) // an option that was not given
		}
	}
	return entries
}

func plainMap(value any) map[string]any {
	entries, _ := Plain(value).(map[string]any)
	return entries
}
