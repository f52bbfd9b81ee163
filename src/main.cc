#include "cli/command.h"

int main(int argc, char** argv) { return lectern::cli::run(argc, argv); }
