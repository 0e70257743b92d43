// Repeated copies a docker archive and lists the topmost layer of its image
// twice; the second one's member is a symbolic link, as Docker used to write
// them:
//
//	repeated ARCHIVE.tar OUTPUT.tar
package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
)

func main() {
	if err := run(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

type manifest struct {
	Config           string
	RepoTags, Layers []string
}

// member is one of the archive's.
type member struct {
	*tar.Header
	content []byte
}

func run(from, to string) error {
	members, err := read(from)
	if err != nil {
		return err
	}
	var kept []member
	var manifests []manifest
	byName := map[string][]byte{}
	for _, m := range members {
		byName[m.Name] = m.content
	}
	if err := json.Unmarshal(byName["manifest.json"], &manifests); err != nil {
		return fmt.Errorf("%s: manifest.json: %w", from, err)
	}
	image := &manifests[0]
	config, err := repeatLast(byName[image.Config])
	if err != nil {
		return fmt.Errorf("%s: %s: %w", from, image.Config, err)
	}
	for _, m := range members {
		if m.Name != image.Config && m.Name != "manifest.json" && m.Name != "repositories" {
			kept = append(kept, m)
		}
	}
	top := image.Layers[len(image.Layers)-1]
	kept = append(kept, member{Header: &tar.Header{Typeflag: tar.TypeSymlink, Name: "again/layer.tar", Linkname: "../" + top, Mode: 0o777}})
	image.Layers = append(image.Layers, "again/layer.tar")
	image.Config = fmt.Sprintf("%x.json", sha256.Sum256(config))
	list, err := json.Marshal(manifests)
	if err != nil {
		return err
	}
	return write(to, append(kept, file(image.Config, config), file("manifest.json", list)))
}

// repeatLast is a config with its last diff ID and its last entry of history
// once more.
func repeatLast(data []byte) ([]byte, error) {
	var config map[string]any
	if err := json.Unmarshal(data, &config); err != nil {
		return nil, err
	}
	rootfs := config["rootfs"].(map[string]any)
	rootfs["diff_ids"] = again(rootfs["diff_ids"])
	config["history"] = again(config["history"])
	return json.Marshal(config)
}

func again(list any) []any {
	items := list.([]any)
	return append(items, items[len(items)-1])
}

func file(name string, content []byte) member {
	return member{Header: &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(content)), Mode: 0o644}, content: content}
}

func read(name string) ([]member, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var members []member
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if err == io.EOF {
			return members, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", name, h.Name, err)
		}
		members = append(members, member{h, content})
	}
}

func write(name string, members []member) error {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, m := range members {
		if err := w.WriteHeader(m.Header); err != nil {
			return err
		}
		if _, err := w.Write(m.content); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(name, out.Bytes(), 0o644)
}
