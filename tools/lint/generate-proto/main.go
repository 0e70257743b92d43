// Command generate-proto writes the Go code of the project's protocol buffers,
// FILE.pb.go beside each FILE.proto, or says with -check which of them are not
// up to date:
//
//	go -C tools/lint run ./generate-proto [-check] FOLDER/FILE.proto...
//
// Files are relative to the root of the repository.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/bufbuild/protocompile"
	"github.com/bufbuild/protocompile/protoutil"
	gengo "google.golang.org/protobuf/cmd/protoc-gen-go/internal_gengo"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/pluginpb"
)

func main() {
	check := flag.Bool("check", false, "write nothing: fail where a file is not up to date")
	root := flag.String("root", filepath.Join("..", ".."), "root of the repository")
	flag.Parse()
	if err := run(*root, flag.Args(), *check); err != nil {
		fmt.Fprintf(os.Stderr, "generate-proto: %v\n", err)
		os.Exit(1)
	}
}

// run generates the code of all files.
func run(root string, files []string, check bool) error {
	if len(files) == 0 {
		return errors.New("no file: name those that end in .proto")
	}
	var errs []error
	for _, file := range files {
		code, err := generate(root, file)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		out := filepath.Join(root, strings.TrimSuffix(file, ".proto")+".pb.go")
		if !check {
			if err := os.WriteFile(out, code, 0o644); err != nil {
				return err
			}
			continue
		}
		if there, err := os.ReadFile(out); err != nil || !bytes.Equal(there, code) {
			errs = append(errs, fmt.Errorf("%s is not what is generated of %s: run go -C tools/lint run ./generate-proto %s", out, file, file))
		}
	}
	return errors.Join(errs...)
}

// generate gives the Go code of one file, as protoc and protoc-gen-go make it.
func generate(root, file string) ([]byte, error) {
	compiler := protocompile.Compiler{
		Resolver:       &protocompile.SourceResolver{ImportPaths: []string{root}},
		SourceInfoMode: protocompile.SourceInfoStandard,
	}
	compiled, err := compiler.Compile(context.Background(), file)
	if err != nil {
		return nil, err
	}
	request := &pluginpb.CodeGeneratorRequest{
		FileToGenerate: []string{file},
		Parameter:      proto.String("paths=source_relative"),
		ProtoFile:      []*descriptorpb.FileDescriptorProto{protoutil.ProtoFromFileDescriptor(compiled[0])},
	}
	plugin, err := protogen.Options{}.New(request)
	if err != nil {
		return nil, err
	}
	gengo.GenerateFile(plugin, plugin.FilesByPath[file])
	response := plugin.Response()
	if response.Error != nil {
		return nil, errors.New(response.GetError())
	}
	return []byte(response.File[0].GetContent()), nil
}
