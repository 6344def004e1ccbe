import ClusterLab
import Lab
import Testing

/// herald, its API server and a network: the whole path. One test after the other.
@Suite(
    .serialized,
    .enabled(
        if: Lab.isPossible, "NOT RUN: the lab makes network namespaces, which needs root; nothing of it was checked"),
    .compactMapIssues { issue in
        var issue = issue
        if let log = LatestHeralds.logTail { issue.comments.append(Comment(rawValue: log)) }
        return issue
    }
)
enum EndToEndSuite {}
