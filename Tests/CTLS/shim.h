#ifndef HERALD_CTLS_SHIM_H
#define HERALD_CTLS_SHIM_H

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>

// Picks h2 or http/1.1 from what the client offers; `argument` is null when only http/1.1 may be chosen.
static inline int herald_select_protocol(SSL *ssl, const unsigned char **chosen, unsigned char *length,
                                         const unsigned char *offered, unsigned int size, void *argument) {
    (void)ssl;
    static const unsigned char all[] = "\x02h2\x08http/1.1";
    const unsigned char *own = argument ? all : all + 3;
    unsigned int own_size = argument ? 12 : 9;
    unsigned char *found = 0;
    int outcome = SSL_select_next_proto(&found, length, own, own_size, offered, size);
    *chosen = found;
    return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

// Macros of OpenSSL that Swift cannot call.
static inline int herald_require_tls12(SSL_CTX *context) {
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}

static inline void herald_offer_protocols(SSL_CTX *context, int http2) {
    static int yes = 1;
    SSL_CTX_set_alpn_select_cb(context, herald_select_protocol, http2 ? &yes : 0);
}

#endif
