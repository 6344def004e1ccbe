import NetworkTypes

/// An UPDATE while its attributes are being read.
struct PartialUpdate {
    let withdrawn: PrefixList
    let announced: PrefixList
    var reach: MultiprotocolReach?
    var unreach: MultiprotocolUnreach?
    var attributes = PathAttributes()
    var faults: [UpdateFault] = []
    var ignoredFamilies: [RouteFamily] = []
    var seen = CodeSet()
    /// Whether routes came in a MP_REACH_NLRI, of whatever family.
    var hasReachableRoutes = false
    /// Whether there is an attribute besides MP_UNREACH_NLRI.
    var hasOtherAttributes = false

    init(withdrawn: PrefixList, announced: PrefixList) {
        self.withdrawn = withdrawn
        self.announced = announced
    }

    /// Whether the attributes belong to any routes.
    var announcesRoutes: Bool { !announced.isEmpty || hasReachableRoutes }

    /// A set of type codes that needs no allocation.
    struct CodeSet {
        private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

        func contains(_ code: UInt8) -> Bool {
            word(code) >> UInt64(code & 63) & 1 == 1
        }

        /// False when it was there before.
        mutating func insert(_ code: UInt8) -> Bool {
            if contains(code) { return false }
            let bit = UInt64(1) << UInt64(code & 63)
            switch code >> 6 {
            case 0: words.0 |= bit
            case 1: words.1 |= bit
            case 2: words.2 |= bit
            default: words.3 |= bit
            }
            return true
        }

        private func word(_ code: UInt8) -> UInt64 {
            switch code >> 6 {
            case 0: words.0
            case 1: words.1
            case 2: words.2
            default: words.3
            }
        }
    }
}
