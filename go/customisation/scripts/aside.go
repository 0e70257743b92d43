package scripts

import (
	"fmt"
	"path"
)

// asideDir holds what Aside has put away.
const asideDir = scratch + "/aside"

// covered are the directories of the image's tree that a view hides.
func (b *Build) covered() []string {
	return []string{scratch, devices, processes, system, b.storeDir}
}

// Aside takes what Tree has in the directories that a script cannot see out of
// it, until Back: files of the image that are only hidden.
func (b *Build) Aside() error {
	for i, dir := range b.covered() {
		at := path.Join(Tree, dir)
		if _, err := b.FS.Lstat(at); err != nil {
			continue
		}
		if _, err := b.FS.Lstat(asideDir); err != nil {
			if err := b.FS.Mkdir(asideDir, scratchMode); err != nil {
				return err
			}
		}
		if err := b.FS.Rename(at, aside(i)); err != nil {
			return err
		}
	}
	return nil
}

// Back puts what Aside took back into Tree, unless its place is gone.
func (b *Build) Back() error {
	for i, dir := range b.covered() {
		if _, err := b.FS.Lstat(aside(i)); err != nil {
			continue
		}
		at := path.Join(Tree, dir)
		if info, err := b.FS.Stat(path.Dir(at)); err != nil || info.ReadOnly {
			continue
		}
		if err := b.FS.Rename(aside(i), at); err != nil {
			return fmt.Errorf("put %s back into the layer: %w", dir, err)
		}
	}
	return nil
}

func aside(i int) string { return fmt.Sprintf("%s/%d", asideDir, i) }
