// Prints what it finds, by every way that there is.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "cc/quote.h"
#include "cc/wordbook.h"
#include "tools/cpp/runfiles/runfiles.h"

namespace {

namespace fs = std::filesystem;
using ::bazel::tools::cpp::runfiles::Runfiles;

std::string Read(const fs::path& path) {
  std::ifstream in(path);
  if (!in) {
    std::cerr << "show: cannot read " << path << "\n";
    std::exit(1);
  }
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void ShowTree(const fs::path& root) {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.is_regular_file()) {
      std::string text = Read(entry.path());
      text.erase(text.find_last_not_of('\n') + 1);
      found.push_back(entry.path().lexically_relative(root).string() + "=" + text);
    }
  }
  std::sort(found.begin(), found.end());
  std::cout << "tree:";
  for (const auto& line : found) std::cout << " " << line;
  std::cout << "\n";
}

}  // namespace

int main(int argc, char** argv) {
  std::cout << "arguments:";
  for (int i = 1; i < argc; i++) std::cout << " " << Quote(argv[i]);
  std::cout << "\nenvironment: " << Variable("GREETING") << "; "
            << Variable("OWN") << "\nworking directory: " << Read("cc/own.txt");
  std::string error;
  std::unique_ptr<Runfiles> runfiles(
      Runfiles::Create(argv[0], BAZEL_CURRENT_REPOSITORY, &error));
  if (runfiles == nullptr) {
    std::cerr << "show: " << error << "\n";
    return 1;
  }
  for (const char* name :
       {"languages/cc/own.txt", "languages/shared/shared.txt", "words/list.txt",
        "_main/linked/inside.txt", "beside/rooted.txt"}) {
    std::cout << name << ": " << Read(runfiles->Rlocation(name));
  }
  std::cout << "found by the module itself: "
            << Read(wordbook::ListPath(argv[0]));
  ShowTree(runfiles->Rlocation("languages/shared/tree"));
  std::cout << "the shared library: "
            << fs::path(LibraryPath()).filename().string() << "\n";
}
