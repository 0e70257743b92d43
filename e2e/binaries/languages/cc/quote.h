#ifndef LANGUAGES_CC_QUOTE_H_
#define LANGUAGES_CC_QUOTE_H_

#include <string>

std::string Quote(const std::string& text);

// The path of the file that this function is in: the shared library.
std::string LibraryPath();

#endif  // LANGUAGES_CC_QUOTE_H_
