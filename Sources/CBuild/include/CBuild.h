#ifndef CBUILD_H
#define CBUILD_H

/// The commit that this was built from, as `HERALD_COMMIT` named it to the build; empty when nothing did.
const char *herald_commit(void);

#endif
