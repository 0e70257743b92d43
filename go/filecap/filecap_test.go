package filecap

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"
)

// TestAgainstLibcap has what setcap and getcap of libcap 2.75 (Debian 13) write and print for each text.
func TestAgainstLibcap(t *testing.T) {
	for _, c := range []struct{ text, attribute, shown string }{
		{"cap_net_bind_service=+ep", "0100000200040000000000000000000000000000", "cap_net_bind_service=ep"},
		{"cap_net_bind_service+ep", "0100000200040000000000000000000000000000", "cap_net_bind_service=ep"},
		{"cap_net_raw,cap_net_admin=eip", "0100000200300000003000000000000000000000", "cap_net_admin,cap_net_raw=eip"},
		{"cap_net_raw=ep cap_chown=ep", "0100000201200000000000000000000000000000", "cap_chown,cap_net_raw=ep"},
		{"cap_net_raw=p cap_chown=i", "0000000200200000010000000000000000000000", "cap_chown=i cap_net_raw+p"},
		{"=ep", "01000002ffffffff00000000ff01000000000000", "=ep"},
		{"all=ep", "01000002ffffffff00000000ff01000000000000", "=ep"},
		{"=", "0000000200000000000000000000000000000000", "="},
		{"Cap_Chown=ep", "0100000201000000000000000000000000000000", "cap_chown=ep"},
		{"cap_chown=p+i", "0000000201000000010000000000000000000000", "cap_chown=ip"},
		{"=p cap_chown-p", "00000002feffffff00000000ff01000000000000", "=p cap_chown-p"},
		{"all=ip cap_chown-i", "00000002fffffffffeffffffff010000ff010000", "=ip cap_chown-i"},
		{"40=p", "0000000200000000000000000001000000000000", "cap_checkpoint_restore=p"},
		{"63=p", "0000000200000000000000000000008000000000", "= 63+p"},
		{"cap_chown=ep-e", "0000000201000000000000000000000000000000", "cap_chown=p"},
		{"=i cap_chown+pi", "0000000201000000ffffffff00000000ff010000", "=i cap_chown+p"},
		{" cap_chown=p ", "0000000201000000000000000000000000000000", "cap_chown=p"},
		{"cap_chown=pp", "0000000201000000000000000000000000000000", "cap_chown=p"},
		{"all,cap_chown=p", "00000002ffffffff00000000ff01000000000000", "=p"},
		{"0x1=p", "0000000202000000000000000000000000000000", "cap_dac_override=p"},
		{"007=p", "0000000280000000000000000000000000000000", "cap_setuid=p"},
		{"all=p 63=p", "00000002ffffffff00000000ff01008000000000", "=p 63+p"},
		{"62,63=i cap_chown=p", "00000002010000000000000000000000000000c0", "cap_chown=p 62,63+i"},
		{"cap_chown=p\tcap_kill=p", "0000000221000000000000000000000000000000", "cap_chown,cap_kill=p"},
		{"= cap_chown+p", "0000000201000000000000000000000000000000", "cap_chown=p"},
		{"41=ep cap_chown+ep", "0100000201000000000000000002000000000000", "cap_chown=ep 41+ep"},
		{"cap_chown-p", "0000000200000000000000000000000000000000", "="},
		{"=eip cap_chown,cap_kill-eip", "01000002deffffffdeffffffff010000ff010000", "=eip cap_chown,cap_kill-eip"},
		{"=ip cap_chown-i cap_kill-p", "00000002dffffffffeffffffff010000ff010000", "=ip cap_kill-p cap_chown-i"},
		{"=ip cap_chown-ip", "00000002fefffffffeffffffff010000ff010000", "=ip cap_chown-ip"},
	} {
		t.Run(c.text, func(t *testing.T) {
			caps, err := Parse(c.text)
			if err != nil {
				t.Fatal(err)
			}
			b, err := caps.Encode()
			if got := hex.EncodeToString(b); err != nil || got != c.attribute {
				t.Errorf("attribute %s, %v, want %s", got, err, c.attribute)
			}
			again, err := Decode(b)
			if err != nil || again != caps || again.String() != c.shown {
				t.Errorf("read again: %+v %q, %v, want %+v %q", again, again, err, caps, c.shown)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	for _, text := range []string{"", " ", "CAP_CHOWN=EP", "chown=ep", "cap_nope=ep", "cap_chown", "cap_chown=x", "cap_chown,=p", "cap_40=p",
		"cap_chown+p=i", "+p", "cap_chown=,cap_kill=p", "cap_chown==p", "cap_chown+", "cap_chown-", "cap_chown=p+", "cap_chown,,cap_kill=p",
		"64=p", "-1=p"} {
		if c, err := Parse(text); err == nil {
			t.Errorf("%q: got %v", text, c)
		}
	}
	for _, text := range []string{"cap_net_raw=e", "cap_chown=ep cap_kill=p", "cap_chown=eip cap_kill=ip"} {
		c, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Encode(); !errors.Is(err, ErrEffective) {
			t.Errorf("%q: got %v", text, err)
		}
	}
	for text, want := range map[string]string{"02000002": "has 4 bytes", "0100000100040000000000000000000000000000": "revision 1"} {
		b, _ := hex.DecodeString(text)
		if _, err := Decode(b); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", text, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"cap_chown=ep", "=ip cap_kill-p", "1,63+i", "all=e-e+p"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse(text)
		if err != nil {
			return
		}
		if again, err := Parse(c.String()); err != nil || again != c {
			t.Errorf("%q: %v came back from %q as %v, %v", text, c, c.String(), again, err)
		}
	})
}
