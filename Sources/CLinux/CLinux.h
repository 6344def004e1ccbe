// What Swift's Glibc module cannot reach: kernel headers, GNU extensions, variadic calls, function-like macros.
#ifndef HERALD_CLINUX_H
#define HERALD_CLINUX_H

#include <errno.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <malloc.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/auxv.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

// GNU extensions, declared here since Swift builds its C modules without _GNU_SOURCE.

extern const char *strerrordesc_np(int code);
extern int unshare(int flags);

enum {
    herald_clone_newnet = 0x40000000,
    herald_sched_reset_on_fork = 0x40000000,
};

struct herald_mmsghdr {
    struct msghdr header;
    unsigned int length;
};

static inline int herald_recvmmsg(int descriptor, struct herald_mmsghdr *messages, unsigned int count, int flags) {
    return (int)syscall(SYS_recvmmsg, descriptor, messages, count, flags, (void *)0);
}

static inline int herald_accept4(int descriptor, struct sockaddr *address, socklen_t *length, int flags) {
    return (int)syscall(SYS_accept4, descriptor, address, length, flags);
}

// Control messages.

static inline struct cmsghdr *herald_cmsg_first(struct msghdr *message) {
    return CMSG_FIRSTHDR(message);
}

static inline struct cmsghdr *herald_cmsg_next(struct msghdr *message, struct cmsghdr *control) {
    return CMSG_NXTHDR(message, control);
}

static inline void *herald_cmsg_data(struct cmsghdr *control) {
    return CMSG_DATA(control);
}

/// The octets of data in a control message, without its header.
static inline size_t herald_cmsg_data_length(const struct cmsghdr *control) {
    return control->cmsg_len < CMSG_LEN(0) ? 0 : control->cmsg_len - CMSG_LEN(0);
}

// Threads.

/// Starts a detached thread that takes no signals. Returns 0 or an error number.
static inline int herald_thread_start(void *(*body)(void *), void *context) {
    pthread_attr_t attributes;
    int result = pthread_attr_init(&attributes);
    if (result != 0) return result;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    sigset_t every, before;
    sigfillset(&every);
    pthread_sigmask(SIG_SETMASK, &every, &before);
    pthread_t thread;
    result = pthread_create(&thread, &attributes, body, context);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return result;
}

/// Names the calling thread; the kernel keeps the first 15 octets.
static inline int herald_thread_set_name(const char *name) {
    return prctl(PR_SET_NAME, name, 0, 0, 0);
}

/// Asks the fair scheduler for short turns, and so an early one after a wake-up (Linux 6.12; older kernels ignore it).
static inline int herald_thread_set_slice(uint64_t nanoseconds) {
    struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime, deadline, period;
    } attributes = {.size = 48, .nice = getpriority(PRIO_PROCESS, 0), .runtime = nanoseconds};
    return (int)syscall(SYS_sched_setattr, 0, &attributes, 0);
}

// Devices.

/// Makes a TUN device without packet information on an open /dev/net/tun; fails with EBUSY when the name exists.
static inline int herald_tun_create(int descriptor, const char *name) {
    struct ifreq request;
    memset(&request, 0, sizeof request);
    strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    request.ifr_flags = (short)(IFF_TUN | IFF_NO_PI | IFF_TUN_EXCL);
    return ioctl(descriptor, TUNSETIFF, &request);
}

// Memory.

/// Keeps the heap small, to be called before the second thread is started.
///
/// All threads share one: by default the C library keeps one for each, and what one thread has freed is of no use to the
/// others. Large blocks go back to the kernel when they are freed: by default the first one that is freed puts an end to
/// that for all that are not larger, and tables that outgrow theirs leave holes.
static inline void herald_keep_heap_small(void) {
#ifdef M_ARENA_MAX
    (void)mallopt(M_ARENA_MAX, 1);
#endif
#ifdef M_MMAP_THRESHOLD
    (void)mallopt(M_MMAP_THRESHOLD, 256 * 1024);
#endif
}

/// Gives all whole pages that are free back to the kernel. Others that allocate meanwhile wait: some milliseconds.
static inline void herald_give_back_memory(void) {
#ifdef __GLIBC__
    (void)malloc_trim(0);
#endif
}

/// Unmaps the program's own code and constants, so that only what is used from now on is resident. All of it stays in the
/// page cache, from where a page comes back when it is used, in about a microsecond.
static inline void herald_unmap_idle_code(void) {
    const ElfW(Phdr) *headers = (const ElfW(Phdr) *)getauxval(AT_PHDR);
    unsigned long count = headers == NULL ? 0 : getauxval(AT_PHNUM);
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t base = 0;
    for (unsigned long place = 0; place < count; place++) {
        if (headers[place].p_type == PT_PHDR) base = (uintptr_t)headers - headers[place].p_vaddr;
    }
    if (base == 0) return;
    for (unsigned long place = 0; place < count; place++) {
        if (headers[place].p_type != PT_LOAD || (headers[place].p_flags & PF_W) != 0) continue;
        uintptr_t start = (base + headers[place].p_vaddr) & ~(page - 1);
        uintptr_t end = base + headers[place].p_vaddr + headers[place].p_memsz;
        (void)madvise((void *)start, end - start, MADV_DONTNEED);
    }
}

// Files.

/// Sets the disk to work on what was written to a file, without waiting; a mere hint, which may fail.
static inline void herald_begin_writing(int descriptor) {
#ifdef SYS_sync_file_range
    (void)syscall(SYS_sync_file_range, descriptor, (long)0, (long)0, 2 /* SYNC_FILE_RANGE_WRITE */);
#else
    (void)descriptor;
#endif
}

#endif
