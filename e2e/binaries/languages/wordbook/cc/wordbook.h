#ifndef WORDBOOK_CC_WORDBOOK_H_
#define WORDBOOK_CC_WORDBOOK_H_

#include <string>

namespace wordbook {

// The path of the list of words, found by the name that this module has for
// itself.
std::string ListPath(const std::string& argv0);

}  // namespace wordbook

#endif  // WORDBOOK_CC_WORDBOOK_H_
