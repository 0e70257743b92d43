#include "cc/wordbook.h"

#include <memory>
#include <string>

#include "tools/cpp/runfiles/runfiles.h"

namespace wordbook {

using ::bazel::tools::cpp::runfiles::Runfiles;

std::string ListPath(const std::string& argv0) {
  std::string error;
  std::unique_ptr<Runfiles> runfiles(
      Runfiles::Create(argv0, BAZEL_CURRENT_REPOSITORY, &error));
  return runfiles == nullptr ? error : runfiles->Rlocation("wordbook/list.txt");
}

}  // namespace wordbook
