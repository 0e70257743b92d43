package closure

import (
	"fmt"
	"testing"

	"github.com/rules-strata/rules_strata/go/jsonfile"
	"github.com/rules-strata/rules_strata/go/store"
)

// TestOrigin: an origin comes from any graph that knows it, and is read back.
func TestOrigin(t *testing.T) {
	known, unknown := array(object(a, `,"origin":"@numpy"`)), array(object(a, ""))
	for _, graphs := range [][]string{{known}, {known, unknown}, {unknown, known}} {
		c, err := Make(options(t, graphs, ""))
		if err != nil {
			t.Fatal(err)
		}
		text, err := jsonfile.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf(`{"objects":[{"origin":"@numpy","path":%q,"references":[]}],"roots":[%q],"version":1}`+"\n", a, a)
		if string(text) != want {
			t.Errorf("got %s, want %s", text, want)
		}
		back, err := Read(writeFile(t, "closure.json", string(text)))
		if err != nil || back.Objects[0].Origin != "@numpy" || back.Objects[0].Path != store.Path(a) {
			t.Errorf("read back: %+v, %v", back, err)
		}
	}
}
