#include "cpp/salutation.h"

std::string Salutation(const std::string& name) { return "Dear " + name + ","; }
