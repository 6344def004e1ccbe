import Lab
import Testing

/// herald beside routers that others wrote, on networks of namespaces. One test after the other, so that times can be
/// trusted.
@Suite(
    .serialized,
    .enabled(
        if: Lab.isPossible, "NOT RUN: the lab makes network namespaces, which needs root; nothing of it was checked"),
    .compactMapIssues { issue in
        var issue = issue
        if let log = Speaker.latestLog { issue.comments.append(Comment(rawValue: log)) }
        return issue
    }
)
enum InteropSuite {}
