//go:build !linux

package builtin

import "testing"

func writeAccountsGolden(t *testing.T, _ string) {
	t.Helper()
	t.Fatal("-shadow-root needs Linux")
}
