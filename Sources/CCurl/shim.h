#pragma once

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/prctl.h>
#include <sys/socket.h>

// Swift cannot call variadic functions, so each kind of argument has a function of its own.

static inline CURLcode herald_curl_set_long(void *easy, CURLoption option, long value) {
    return curl_easy_setopt((CURL *)easy, option, value);
}

static inline CURLcode herald_curl_set_size(void *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt((CURL *)easy, option, value);
}

static inline CURLcode herald_curl_set_string(void *easy, CURLoption option, const char *value) {
    return curl_easy_setopt((CURL *)easy, option, value);
}

static inline CURLcode herald_curl_set_pointer(void *easy, CURLoption option, const void *value) {
    return curl_easy_setopt((CURL *)easy, option, value);
}

// libcurl copies the octets.
static inline CURLcode herald_curl_set_blob(void *easy, CURLoption option, const void *octets, size_t count) {
    struct curl_blob blob = {.data = (void *)octets, .len = count, .flags = CURL_BLOB_COPY};
    return curl_easy_setopt((CURL *)easy, option, &blob);
}

typedef size_t (*herald_curl_data_callback)(char *octets, size_t size, size_t count, void *context);

static inline CURLcode herald_curl_set_data_callback(void *easy, CURLoption option, herald_curl_data_callback value) {
    return curl_easy_setopt((CURL *)easy, option, value);
}

static inline CURLcode herald_curl_get_size(void *easy, CURLINFO info, curl_off_t *value) {
    return curl_easy_getinfo((CURL *)easy, info, value);
}

static inline CURLMcode herald_curl_multi_set_long(void *multi, CURLMoption option, long value) {
    return curl_multi_setopt((CURLM *)multi, option, value);
}

// A peer that acknowledges nothing for this long is given up by the kernel; harmless on a Unix domain socket.
#define HERALD_CURL_UNACKNOWLEDGED_MILLISECONDS 20000
#define HERALD_CURL_KEEPALIVE_PROBES 3

static inline void herald_curl_prepare_socket(curl_socket_t socket) {
    unsigned int unacknowledged = HERALD_CURL_UNACKNOWLEDGED_MILLISECONDS;
    int probes = HERALD_CURL_KEEPALIVE_PROBES;
    (void)setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged, sizeof unacknowledged);
    (void)setsockopt(socket, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
}

typedef int (*herald_curl_opened_callback)(void *context, curl_socket_t socket, curlsocktype purpose);

static inline CURLcode herald_curl_set_opened_callback(void *easy, herald_curl_opened_callback value) {
    return curl_easy_setopt((CURL *)easy, CURLOPT_SOCKOPTFUNCTION, value);
}

typedef int (*herald_curl_closed_callback)(void *context, curl_socket_t socket);

static inline CURLcode herald_curl_set_closed_callback(void *easy, herald_curl_closed_callback value) {
    return curl_easy_setopt((CURL *)easy, CURLOPT_CLOSESOCKETFUNCTION, value);
}

// Names the calling thread, for debuggers and `top`.
static inline void herald_curl_name_thread(const char *name) {
    (void)prctl(PR_SET_NAME, (unsigned long)name, 0, 0, 0);
}
