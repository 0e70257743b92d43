package main

import (
	"math/rand/v2"
	"slices"
)

// blockSize is how much of one kind of content follows at once, in bytes.
const blockSize = 1 << 20

// needle is a word that text has now and then.
const needle = "needle"

// content is an endless file, half lines of words and half random bytes, in
// turns. It is the same every time.
type content struct {
	random *rand.ChaCha8
	// words choose words.
	chosen *rand.Rand
	words  [1 << 10]string
	block  []byte
	// held is the part of block that has not been read.
	held []byte
	// text says of which kind the next block is.
	text bool
}

func newContent() *content {
	c := &content{random: rand.NewChaCha8([32]byte{1}), chosen: rand.New(rand.NewPCG(1, 2)), block: make([]byte, 0, blockSize), text: true}
	for i := range c.words {
		word := make([]byte, 2+c.chosen.IntN(8))
		for j := range word {
			word[j] = 'a' + byte(c.chosen.IntN(26))
		}
		c.words[i] = string(word)
	}
	c.words[0] = needle
	return c
}

// Read never fails.
func (c *content) Read(p []byte) (int, error) {
	if len(c.held) == 0 {
		c.next()
	}
	n := copy(p, c.held)
	c.held = c.held[n:]
	return n, nil
}

// next makes the next block.
func (c *content) next() {
	if c.text {
		c.appendText()
	} else {
		c.block = slices.Grow(c.block[:0], blockSize)[:blockSize]
		// This source of random bytes never fails.
		_, _ = c.random.Read(c.block)
	}
	c.held, c.text = c.block, !c.text
}

// appendText fills the block with lines of ten words.
func (c *content) appendText() {
	c.block = c.block[:0]
	for n := 1; len(c.block) < blockSize-16; n++ {
		c.block = append(c.block, c.words[c.chosen.Uint32()%uint32(len(c.words))]...)
		if n%10 == 0 {
			c.block = append(c.block, '\n')
		} else {
			c.block = append(c.block, ' ')
		}
	}
	for len(c.block) < blockSize {
		c.block = append(c.block, '\n')
	}
}
