package cli

import (
	"reflect"

	"github.com/alecthomas/kong"

	"github.com/rules-strata/rules_strata/go/command"
)

// decoder reads the value of a flag of type T with a function that knows the
// folder.
type decoder[T any] func(text string) (T, error)

// Decode is for kong.
func (d decoder[T]) Decode(ctx *kong.DecodeContext, target reflect.Value) error {
	var text string
	if err := ctx.Scan.PopValueInto("value", &text); err != nil {
		return err
	}
	value, err := d(text)
	if err == nil {
		target.Set(reflect.ValueOf(value))
	}
	return err
}

// decodeRecords reads all arguments that are left into a command.RecordList.
func decodeRecords(ctx *kong.DecodeContext, target reflect.Value) error {
	records := target.Addr().Interface().(*command.RecordList)
	for _, token := range ctx.Scan.PopWhile(kong.Token.IsValue) {
		*records = append(*records, token.String())
	}
	return nil
}
