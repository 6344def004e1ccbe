#ifndef HERALD_CHTTP2_SHIM_H
#define HERALD_CHTTP2_SHIM_H

#include <nghttp2/nghttp2.h>

#endif
