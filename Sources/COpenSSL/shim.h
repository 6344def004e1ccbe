#pragma once

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

// A context that has taken the key, for HMAC with SHA-256; null when OpenSSL cannot give one.
static inline EVP_MAC_CTX *herald_hmac_sha256(const void *key, size_t count) {
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = mac ? EVP_MAC_CTX_new(mac) : NULL;
    EVP_MAC_free(mac);
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_end(),
    };
    if (context && EVP_MAC_init(context, (const unsigned char *)key, count, parameters) == 1) return context;
    EVP_MAC_CTX_free(context);
    return NULL;
}

// Without a key: the next message under the one that the context has.
static inline int herald_hmac_restart(EVP_MAC_CTX *context) {
    return EVP_MAC_init(context, NULL, 0, NULL);
}

static inline int herald_sha256(const void *octets, size_t count, unsigned char *digest) {
    unsigned int size = 0;
    return EVP_Digest(octets, count, digest, &size, EVP_sha256(), NULL) == 1 && size == 32;
}

// A key under a password is refused, instead of asking for it on the terminal.
static inline int herald_no_password(char *buffer, int size, int writes, void *context) {
    (void)buffer;
    (void)size;
    (void)writes;
    (void)context;
    return -1;
}

static inline EVP_PKEY *herald_read_key(BIO *input) {
    return PEM_read_bio_PrivateKey(input, NULL, herald_no_password, NULL);
}

static inline X509 *herald_read_certificate(BIO *input) {
    return PEM_read_bio_X509(input, NULL, herald_no_password, NULL);
}

// What follows are macros of OpenSSL, which Swift cannot call.

static inline int herald_add_to_chain(SSL_CTX *context, X509 *certificate) {
    return SSL_CTX_add1_chain_cert(context, certificate) == 1;
}

// TLS 1.2 and 1.3 with forward secrecy alone, and nothing kept from one connection to the next.
static inline int herald_restrict(SSL_CTX *context) {
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION
                                     | SSL_OP_CIPHER_SERVER_PREFERENCE);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1
        && SSL_CTX_set_num_tickets(context, 0) == 1
        && SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1;
}
