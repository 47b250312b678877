// Counts the heap allocations of a program that links this target, in any thread, on glibc.
//
// For benchmarks only: linking it replaces malloc, calloc, realloc, posix_memalign, aligned_alloc and memalign with
// wrappers that add one to a counter and call glibc.
#ifndef C_ALLOCATION_COUNTER_H
#define C_ALLOCATION_COUNTER_H

#include <stdint.h>

/// Number of allocations since the program started; a successful realloc that asks for memory counts as one.
uint64_t allocation_count(void);

#endif
