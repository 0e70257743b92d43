package rebuild

// key stands for all that an action depends on, or for what it writes. Equal
// ones are the same; as in Bazel, an action runs when its key is another one.
type key uint64

// add is the key of this and one more number, in this order. It is never 0, but
// by chance.
func (k key) add(x int) key {
	h := (uint64(k) + 0x632be59bd9b4e019 ^ uint64(x)) * 0x9e3779b97f4a7c15
	h ^= h >> 29
	return key(h*0xbf58476d1ce4e5b9 ^ h>>32)
}

// all is the key of this and some more numbers.
func (k key) all(numbers []int) key {
	k = k.add(len(numbers))
	for _, x := range numbers {
		k = k.add(x)
	}
	return k
}

// with is the key of this and another one.
func (k key) with(other key) key { return k.add(int(other)) }
