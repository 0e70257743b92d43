package bash

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
)

// kind is what a variable holds.
type kind uint8

const (
	scalar kind = iota
	indexed
	associative
)

// variable is a shell variable.
type variable struct {
	kind kind
	set  bool
	text string
	// list holds an indexed array's elements, keys an associative one's.
	list elements
	keys keyed

	exported, readonly, integer, lower, upper, reference bool
	// local variables hide those of outer functions even when they are unset.
	local bool
}

// elements are an indexed array's, sorted by index.
type elements struct {
	indexes []int
	values  []string
}

func (e *elements) find(i int) (int, bool) {
	if n := len(e.indexes); n == 0 || e.indexes[n-1] < i {
		return n, false
	}
	return slices.BinarySearch(e.indexes, i)
}

func (e *elements) get(i int) (string, bool) {
	if at, ok := e.find(i); ok {
		return e.values[at], true
	}
	return "", false
}

func (e *elements) put(i int, value string) {
	at, ok := e.find(i)
	if ok {
		e.values[at] = value
		return
	}
	e.indexes = slices.Insert(e.indexes, at, i)
	e.values = slices.Insert(e.values, at, value)
}

func (e *elements) remove(i int) {
	if at, ok := e.find(i); ok {
		e.indexes = slices.Delete(e.indexes, at, at+1)
		e.values = slices.Delete(e.values, at, at+1)
	}
}

// after is one more than the highest index.
func (e *elements) after() int {
	if n := len(e.indexes); n > 0 {
		return e.indexes[n-1] + 1
	}
	return 0
}

func (e *elements) clone() elements {
	return elements{slices.Clone(e.indexes), slices.Clone(e.values)}
}

func listOf(values []string) elements {
	e := elements{values: values}
	for i := range values {
		e.indexes = append(e.indexes, i)
	}
	return e
}

// keyed are an associative array's elements.
type keyed struct {
	values map[string]string
	// born numbers the keys in the order in which they came.
	born map[string]int
	next int
}

func (k *keyed) put(key, value string) {
	if k.values == nil {
		k.values, k.born = map[string]string{}, map[string]int{}
	}
	if _, ok := k.values[key]; !ok {
		k.next++
		k.born[key] = k.next
	}
	k.values[key] = value
}

func (k *keyed) remove(key string) {
	delete(k.values, key)
	delete(k.born, key)
}

func (k *keyed) clone() keyed { return keyed{maps.Clone(k.values), maps.Clone(k.born), k.next} }

const (
	// bashBuckets is how many buckets bash's hash table of an associative
	// array has until there are bashCrowd keys in it.
	bashBuckets = 1024
	bashCrowd   = 2 * bashBuckets
)

// order lists the keys as bash does: bucket by bucket of its hash table, the
// newest key of a bucket first. It is false when there are too many of them.
func (k *keyed) order() ([]string, bool) {
	keys := slices.SortedFunc(maps.Keys(k.values), func(a, b string) int {
		return cmp.Or(cmp.Compare(bucket(a), bucket(b)), cmp.Compare(k.born[b], k.born[a]))
	})
	return keys, k.next < bashCrowd
}

// bucket is bash's for a key: the FNV-1 hash of its bytes.
func bucket(key string) uint32 {
	h := uint32(2166136261)
	for i := range len(key) {
		h *= 16777619
		h ^= uint32(int8(key[i]))
	}
	return h % bashBuckets
}

// scalarText is what the variable's name alone stands for, if that is set.
func (v *variable) scalarText() (string, bool) {
	switch v.kind {
	case indexed:
		return v.list.get(0)
	case associative:
		text, ok := v.keys.values["0"]
		return text, ok
	}
	return v.text, v.set
}

// clone is a copy that shares nothing.
func (v *variable) clone() *variable {
	c := *v
	c.list, c.keys = v.list.clone(), v.keys.clone()
	return &c
}

// flags are the attributes as declare -p shows them.
func (v *variable) flags() string {
	var flags []byte
	for _, f := range []struct {
		on   bool
		flag byte
	}{
		{v.kind == indexed, 'a'}, {v.kind == associative, 'A'}, {v.integer, 'i'}, {v.lower, 'l'}, {v.reference, 'n'},
		{v.readonly, 'r'}, {v.upper, 'u'}, {v.exported, 'x'},
	} {
		if f.on {
			flags = append(flags, f.flag)
		}
	}
	return string(flags)
}

// scope holds variables: the shell's own, those of a function's call, or those
// before a command.
type scope struct {
	variables map[string]*variable
	// function says that local variables go here.
	function bool
}

func newScope(function bool) *scope {
	return &scope{variables: map[string]*variable{}, function: function}
}

func (s *scope) clone() *scope {
	c := newScope(s.function)
	for name, v := range s.variables {
		c.variables[name] = v.clone()
	}
	return c
}

func itoa[T int | int64 | uint](n T) string { return strconv.FormatInt(int64(n), 10) }
