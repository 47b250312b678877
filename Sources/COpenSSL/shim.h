// The part of OpenSSL 3 that OpenSSLCrypto uses. Functions with a C signature import as they are; a macro that Swift
// cannot import gets a `static inline` function here, one per macro, with a comment why it is needed.
#ifndef COPENSSL_SHIM_H
#define COPENSSL_SHIM_H

#define OPENSSL_API_COMPAT 30000
#define OPENSSL_NO_DEPRECATED

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/dh.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

// XN_FLAG_RFC2253 is an expression over other macros.
static const unsigned long COPENSSL_XN_FLAG_RFC2253 = XN_FLAG_RFC2253;

#endif
