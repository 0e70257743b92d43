package ocilayout

// String is the platform as command lines have it, "linux/arm64/v8".
func (p Platform) String() string {
	s := p.OS + "/" + p.Architecture
	if p.Variant != "" {
		s += "/" + p.Variant
	}
	return s
}

// usualVariants are the variants that container engines suppose where an
// architecture has several and a platform names none.
var usualVariants = map[string]string{"amd64": "v1", "arm": "v7", "arm64": "v8"}

// usual is the platform with the variant that engines suppose: two platforms
// that are the same to them are equal.
func (p Platform) usual() Platform {
	if p.Variant == "" {
		p.Variant = usualVariants[p.Architecture]
	}
	return p
}
