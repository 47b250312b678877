#pragma once
#include <stddef.h>
#include <stdint.h>

// Runs the fuzzer with the program's arguments; what it calls for each input returns 0. Comes with -sanitize=fuzzer.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test_one_input)(const uint8_t *data, size_t size));
