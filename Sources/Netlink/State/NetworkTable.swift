/// A part of what the kernel knows that can be watched and read as a whole.
enum NetworkTable: CaseIterable, Sendable {
    case links, addresses
}
