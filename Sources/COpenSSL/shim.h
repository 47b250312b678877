// The part of OpenSSL 3 that OpenSSLCrypto uses. Functions with a C signature import as they are; a macro that Swift
// cannot import gets a `static inline` function here, one per macro, with a comment why it is needed. So far none is.
#ifndef COPENSSL_SHIM_H
#define COPENSSL_SHIM_H

#define OPENSSL_API_COMPAT 30000
#define OPENSSL_NO_DEPRECATED

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#endif
