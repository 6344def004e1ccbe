// What Netlink calls of libnl and of the kernel's headers.
#ifndef HERALD_CNETLINK_H
#define HERALD_CNETLINK_H

#include <errno.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sys/socket.h>

/// Receives one datagram without waiting and says which port sent it (0 is the kernel).
/// Returns the length of the whole datagram, even where it exceeds `capacity`, or -errno.
static inline long herald_netlink_receive(int socket, void *buffer, unsigned long capacity, unsigned int *sender) {
    struct sockaddr_nl from = {0};
    socklen_t length = sizeof from;
    long count;
    do {
        count = recvfrom(socket, buffer, capacity, MSG_DONTWAIT | MSG_TRUNC, (struct sockaddr *)&from, &length);
    } while (count < 0 && errno == EINTR);
    if (count < 0) return -errno;
    *sender = from.nl_pid;
    return count;
}

/// Sends to the kernel; returns 0 or -errno.
static inline int herald_netlink_send(struct nl_sock *socket, const void *bytes, unsigned long count) {
    int result = nl_sendto(socket, (void *)bytes, count);
    return result < 0 ? -errno : 0;
}

/// Sets a receive buffer of `size` octets, beyond the system's limit where the process may; returns 0 or -errno.
static inline int herald_set_receive_buffer(int socket, int size) {
    if (setsockopt(socket, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) == 0) return 0;
    return setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &size, sizeof size) == 0 ? 0 : -errno;
}

/// Sets a netlink socket option that is on or off; returns 0 or -errno.
static inline int herald_netlink_enable(int socket, int option) {
    int on = 1;
    return setsockopt(socket, SOL_NETLINK, option, &on, sizeof on) == 0 ? 0 : -errno;
}

/// Lets a classic BPF program choose what the socket receives; returns 0 or -errno.
static inline int herald_attach_filter(int socket, struct sock_filter *instructions, unsigned short count) {
    struct sock_fprog program = {.len = count, .filter = instructions};
    return setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0 ? 0 : -errno;
}

#endif
