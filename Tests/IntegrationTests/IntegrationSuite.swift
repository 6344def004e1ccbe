import Lab
import Testing

/// The product on a real network of namespaces. One test after the other, so that times can be trusted.
@Suite(
    .serialized,
    .enabled(
        if: Lab.isPossible, "NOT RUN: the lab makes network namespaces, which needs root; nothing of it was checked"),
    .compactMapIssues { issue in
        var issue = issue
        if let log = LatestHerald.logTail { issue.comments.append(Comment(rawValue: log)) }
        return issue
    }
)
enum IntegrationSuite {}
