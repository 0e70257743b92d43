package store

// Base32 encodes bytes as Nix does: the alphabet Base32Alphabet, the last byte
// first, ceil(8n/5) characters for n bytes. A SHA-256 has 52.
func Base32(data []byte) string {
	n := (len(data)*8 + 4) / 5
	out := make([]byte, n)
	for i := range n {
		bit := (n - 1 - i) * 5
		b, shift := bit/8, bit%8
		value := int(data[b]) >> shift
		if shift > 3 && b+1 < len(data) {
			value |= int(data[b+1]) << (8 - shift)
		}
		out[i] = Base32Alphabet[value&31]
	}
	return string(out)
}
