// Writes to whom the argument names.
#include <iostream>

#include "cpp/salutation.h"

int main(int argc, char** argv) {
  std::cout << Salutation(argc > 1 ? argv[1] : "all") << "\n";
}
