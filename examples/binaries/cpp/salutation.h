#ifndef BINARIES_CPP_SALUTATION_H_
#define BINARIES_CPP_SALUTATION_H_

#include <string>

std::string Salutation(const std::string& name);

#endif  // BINARIES_CPP_SALUTATION_H_
