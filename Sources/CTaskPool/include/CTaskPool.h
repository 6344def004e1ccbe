#ifndef CTASKPOOL_H
#define CTASKPOOL_H

/// Has the Swift runtime run tasks on threads of our own from now on, in the order in which they become ready.
///
/// The runtime's own choice are the queues of libdispatch, whose monitor opens a file in /proc for each of its threads
/// when work waits for one, and ends the process when there is no descriptor for that.
///
/// `threads` is brought into 2 ... 8. To be called once, before much is under way; tasks that wait already go on where
/// they are. Returns 0, or the error number of what could not be made: the runtime's choice then stays.
int herald_task_pool_start(unsigned threads);

/// The processors that this thread may run on, at least 1.
unsigned herald_usable_processors(void);

#endif
