package scriptfs

import "path"

// Walk calls visit for what is at root and for everything in it that is part
// of the image: a directory before what is in it, names sorted by bytes. Paths
// are absolute. visit may use the file system, and what it changes in a
// directory that was visited is not seen.
func (f *FS) Walk(root string, visit func(path string, info Info) error) error {
	info, err := f.Lstat(root)
	if err != nil {
		return err
	}
	return f.walk(root, info, visit)
}

func (f *FS) walk(at string, info Info, visit func(path string, info Info) error) error {
	if err := visit(at, info); err != nil || info.Type != Directory {
		return err
	}
	list, err := f.members(at)
	if err != nil {
		return err
	}
	for _, info := range list {
		if err := f.walk(path.Join(at, info.Name), info, visit); err != nil {
			return err
		}
	}
	return nil
}

// members is what is in a directory and part of the image.
func (f *FS) members(at string) ([]Info, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p, err := f.exists(at, stay)
	if err != nil {
		return nil, errno("open", at, err)
	}
	var list []Info
	for _, name := range p.node.names() {
		if n := p.node.children[name]; !n.has(apart) && !n.has(bare) {
			list = append(list, n.info(name))
		}
	}
	return list, nil
}
