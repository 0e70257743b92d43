# shellcheck shell=bash
# list_path prints the path of the list of words, found by the name that this
# module has for itself.
list_path() {
  rlocation wordbook/list.txt
}
