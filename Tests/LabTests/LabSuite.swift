import Lab
import Testing

/// Everything that makes namespaces. One test after the other, so that times can be trusted.
@Suite(
    .serialized,
    .enabled(
        if: Lab.isPossible, "NOT RUN: the lab makes network namespaces, which needs root; nothing of it was checked")
)
enum LabSuite {}
