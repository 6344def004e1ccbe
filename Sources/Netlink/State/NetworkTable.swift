/// A part of what the kernel knows that can be watched and read as a whole.
public enum NetworkTable: Int, Sendable, CaseIterable {
    case links, addresses, neighbours, routes
}
