package rebuild

import "testing"

// TestKey: order and number count, and nothing is 0, which is no action.
func TestKey(t *testing.T) {
	seen := map[key]string{}
	for name, k := range map[string]key{
		"0": key(0).add(0), "0 0": key(0).add(0).add(0), "1 0": key(0).add(1).add(0), "0 1": key(0).add(0).add(1),
		"list": key(0).all([]int{0, 1}), "lists": key(0).all([]int{0}).all([]int{1}), "with": key(0).with(key(0).add(1)),
	} {
		if k == 0 || seen[k] != "" {
			t.Errorf("%s is %x, as is %q", name, k, seen[k])
		}
		seen[k] = name
	}
}
