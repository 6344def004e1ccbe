#define _GNU_SOURCE
#include "CTaskPool.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

// The binary interface of the Swift runtime for executors: <swift/ExecutorImpl.h> of the toolchain (the layout of a job,
// of which two words are the scheduler's own, and running one), and its hooks for global executors.

typedef struct Job {
    const void *metadata;
    uintptr_t references;
    struct Job *next;
    void *unused;
} Job;

typedef struct {
    void *identity;
    uintptr_t implementation;
} ExecutorRef;

#define SWIFT __attribute__((swiftcall))

extern SWIFT void swift_job_run(Job *job, ExecutorRef executor);

typedef SWIFT void (*EnqueueOriginal)(Job *);
typedef SWIFT void (*EnqueueDelayOriginal)(unsigned long long, Job *);
typedef SWIFT void (*EnqueueDeadlineOriginal)(long long, long long, long long, long long, int, Job *);

extern SWIFT void (*swift_task_enqueueGlobal_hook)(Job *, EnqueueOriginal);
extern SWIFT void (*swift_task_enqueueGlobalWithDelay_hook)(unsigned long long, Job *, EnqueueDelayOriginal);
extern SWIFT void (*swift_task_enqueueGlobalWithDeadline_hook)(
    long long, long long, long long, long long, int, Job *, EnqueueDeadlineOriginal);

enum { continuous_clock = 1, fewest_threads = 2, most_threads = 8 };

static const int64_t second = 1000000000;
// Who sleeps for longer than a hundred years sleeps for a hundred years.
static const int64_t longest_sleep = 100LL * 366 * 86400 * 1000000000;

typedef struct {
    int64_t deadline;
    uint64_t number;
    Job *job;
} Sleeper;

static struct {
    pthread_mutex_t mutex;
    pthread_cond_t work;
    Job *first, *last;
    unsigned idle;
    // A heap: the one that is due first is at the top, and of equals the one that came first.
    Sleeper *sleepers;
    size_t count, capacity;
    uint64_t numbers;
    int timer;
} pool = {.work = PTHREAD_COND_INITIALIZER, .timer = -1};

static int64_t now(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec * second + time.tv_nsec;
}

// MARK: Jobs that are ready

static void append(Job *job) {
    job->next = NULL;
    if (pool.last) pool.last->next = job; else pool.first = job;
    pool.last = job;
    if (pool.idle > 0) pthread_cond_signal(&pool.work);
}

static SWIFT void enqueue(Job *job, EnqueueOriginal original) {
    (void)original;
    pthread_mutex_lock(&pool.mutex);
    append(job);
    pthread_mutex_unlock(&pool.mutex);
}

static void *work(void *unused) {
    (void)unused;
    const ExecutorRef generic = {0};
    pthread_mutex_lock(&pool.mutex);
    for (;;) {
        while (!pool.first) {
            pool.idle += 1;
            pthread_cond_wait(&pool.work, &pool.mutex);
            pool.idle -= 1;
        }
        Job *job = pool.first;
        pool.first = job->next;
        if (!pool.first) pool.last = NULL;
        pthread_mutex_unlock(&pool.mutex);
        swift_job_run(job, generic);
        pthread_mutex_lock(&pool.mutex);
    }
    return NULL;
}

// MARK: Jobs that sleep

static bool is_before(Sleeper a, Sleeper b) {
    return a.deadline != b.deadline ? a.deadline < b.deadline : a.number < b.number;
}

static void rise(size_t place) {
    Sleeper *all = pool.sleepers, moved = all[place];
    while (place > 0 && is_before(moved, all[(place - 1) / 2])) {
        all[place] = all[(place - 1) / 2];
        place = (place - 1) / 2;
    }
    all[place] = moved;
}

static Job *take_first_sleeper(void) {
    Sleeper *all = pool.sleepers;
    Job *first = all[0].job;
    Sleeper moved = all[--pool.count];
    size_t place = 0;
    for (size_t child = 1; child < pool.count; child = 2 * place + 1) {
        if (child + 1 < pool.count && is_before(all[child + 1], all[child])) child += 1;
        if (!is_before(all[child], moved)) break;
        all[place] = all[child];
        place = child;
    }
    if (pool.count > 0) all[place] = moved;
    return first;
}

static void arm(int64_t deadline) {
    // A time of zero would disarm it.
    const int64_t time = deadline > 1 ? deadline : 1;
    const struct itimerspec setting = {.it_value = {.tv_sec = time / second, .tv_nsec = time % second}};
    timerfd_settime(pool.timer, TFD_TIMER_ABSTIME, &setting, NULL);
}

/// `delay` in nanoseconds. The clock goes on while the machine is suspended, as `ContinuousClock` does.
static void sleep_for(int64_t delay, Job *job) {
    const int64_t deadline = now(CLOCK_BOOTTIME) + (delay < longest_sleep ? delay : longest_sleep);
    pthread_mutex_lock(&pool.mutex);
    if (pool.count == pool.capacity) {
        const size_t capacity = pool.capacity ? 2 * pool.capacity : 64;
        Sleeper *larger = realloc(pool.sleepers, capacity * sizeof *larger);
        if (!larger) abort();
        (pool.sleepers = larger, pool.capacity = capacity);
    }
    pool.sleepers[pool.count] = (Sleeper){.deadline = deadline, .number = pool.numbers++, .job = job};
    rise(pool.count++);
    if (pool.sleepers[0].job == job) arm(deadline);
    pthread_mutex_unlock(&pool.mutex);
}

static SWIFT void enqueue_after(unsigned long long delay, Job *job, EnqueueDelayOriginal original) {
    (void)original;
    sleep_for(delay < (unsigned long long)longest_sleep ? (int64_t)delay : longest_sleep, job);
}

static SWIFT void enqueue_at(
    long long seconds, long long nanoseconds, long long tolerance_seconds, long long tolerance_nanoseconds, int clock,
    Job *job, EnqueueDeadlineOriginal original
) {
    (void)tolerance_seconds, (void)tolerance_nanoseconds, (void)original;
    const int64_t time = now(clock == continuous_clock ? CLOCK_BOOTTIME : CLOCK_MONOTONIC);
    int64_t deadline;
    if (__builtin_mul_overflow(seconds, second, &deadline) || __builtin_add_overflow(deadline, nanoseconds, &deadline))
        deadline = seconds < 0 ? time : INT64_MAX;
    sleep_for(deadline > time ? deadline - time : 0, job);
}

static void *wake(void *unused) {
    (void)unused;
    for (;;) {
        uint64_t expirations;
        if (read(pool.timer, &expirations, sizeof expirations) < 0 && errno != EINTR) abort();
        pthread_mutex_lock(&pool.mutex);
        const int64_t time = now(CLOCK_BOOTTIME);
        while (pool.count > 0 && pool.sleepers[0].deadline <= time) append(take_first_sleeper());
        if (pool.count > 0) arm(pool.sleepers[0].deadline);
        pthread_mutex_unlock(&pool.mutex);
    }
    return NULL;
}

// MARK: Beginning

static int start_thread(const char *name, void *(*body)(void *)) {
    pthread_t thread;
    const int error = pthread_create(&thread, NULL, body, NULL);
    if (error) return error;
    pthread_setname_np(thread, name);
    return pthread_detach(thread);
}

static int start_threads(unsigned number) {
    int error = start_thread("task timer", wake);
    for (unsigned index = 0; index < number && !error; index += 1) error = start_thread("tasks", work);
    return error;
}

int herald_task_pool_start(unsigned threads) {
    if (pool.timer >= 0) return EALREADY;
    // Threads with the real-time policy hand jobs over too: whoever keeps them waiting runs at their priority.
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
    const int refused = pthread_mutex_init(&pool.mutex, &attributes);
    pthread_mutexattr_destroy(&attributes);
    if (refused) return refused;
    const int timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC);
    if (timer < 0) return errno;
    pool.timer = timer;
    // Signals are for other threads, but for those that tell of a fault.
    sigset_t blocked, former;
    sigfillset(&blocked);
    const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP};
    for (size_t index = 0; index < sizeof faults / sizeof *faults; index += 1) sigdelset(&blocked, faults[index]);
    pthread_sigmask(SIG_SETMASK, &blocked, &former);
    const unsigned number = threads < fewest_threads ? fewest_threads : threads > most_threads ? most_threads : threads;
    const int error = start_threads(number);
    pthread_sigmask(SIG_SETMASK, &former, NULL);
    if (error) return error;
    swift_task_enqueueGlobal_hook = enqueue;
    swift_task_enqueueGlobalWithDelay_hook = enqueue_after;
    swift_task_enqueueGlobalWithDeadline_hook = enqueue_at;
    return 0;
}

unsigned herald_usable_processors(void) {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    const int count = CPU_COUNT(&set);
    return count > 0 ? (unsigned)count : 1;
}
