#include "cc/quote.h"

#include <dlfcn.h>

#include <string>

std::string Quote(const std::string& text) { return "\"" + text + "\""; }

std::string LibraryPath() {
  Dl_info info;
  return dladdr(reinterpret_cast<void*>(&Quote), &info) ? info.dli_fname : "";
}
