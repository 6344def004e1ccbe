extension Unicode.Scalar {
    /// Whether a terminal shows the character and nothing else happens: not so for what steers it, or turns the direction
    /// in which it writes.
    public var isPlain: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
