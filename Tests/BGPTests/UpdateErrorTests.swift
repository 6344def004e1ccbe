import BGP
import NetworkTypes
import Testing

/// The table of RFC 7606: what each error in an UPDATE leads to.
@Suite("Errors in an UPDATE")
struct UpdateErrorTests {
    enum Outcome: Hashable, Sendable {
        case accepted
        case discarded
        case withdrawn
        case disabled
        case reset(UInt8)
    }

    struct Row: CustomTestStringConvertible, Sendable {
        let what: String
        /// Attributes in hexadecimal, to stand beside those that every route needs.
        let attributes: String
        let outcome: Outcome
        var isInternal = true
        var octetsPerNumber = 4
        /// What of the usual attributes to leave out.
        var without: Set<String> = []

        var testDescription: String { what }
    }

    static let usual: [(String, String)] = [
        ("origin", "400101 00"), ("path", "40020a 0202 0000fc00 0000fc01"), ("hop", "400304 c0000201"),
    ]
    static let usualTwoOctets: [(String, String)] = [
        ("origin", "400101 00"), ("path", "400206 0202 fc00fc01"), ("hop", "400304 c0000201"),
    ]
    static let reach =
        "800e 26 0002 01 10 20010db8000000000000000000000001 00 80 20010db8000000000000000000000010"

    static let rows: [Row] =
        origin + paths + numbers + aggregates + lists + fourOctets + duplicates + unknown + missing
        + overruns

    static let origin = [
        Row(
            what: "ORIGIN of two octets", attributes: "400102 0000", outcome: .withdrawn,
            without: ["origin"]),
        Row(
            what: "ORIGIN of no octets", attributes: "400100", outcome: .withdrawn, without: ["origin"]),
        Row(what: "ORIGIN 3", attributes: "400101 03", outcome: .withdrawn, without: ["origin"]),
        Row(what: "ORIGIN optional", attributes: "c00101 00", outcome: .withdrawn, without: ["origin"]),
        Row(
            what: "ORIGIN not transitive", attributes: "000101 00", outcome: .withdrawn,
            without: ["origin"]),
        Row(
            what: "ORIGIN partial with low flag bits", attributes: "6f0101 00", outcome: .accepted,
            without: ["origin"]),
        Row(
            what: "ORIGIN with low flag bits", attributes: "470101 00", outcome: .accepted,
            without: ["origin"]),
        Row(
            what: "ORIGIN with a long length", attributes: "50010001 00", outcome: .accepted,
            without: ["origin"]),
    ]
    static let paths = [
        Row(what: "AS_PATH empty", attributes: "400200", outcome: .accepted, without: ["path"]),
        Row(
            what: "AS_PATH runs over", attributes: "400206 0202 0000fc00", outcome: .withdrawn,
            without: ["path"]),
        Row(
            what: "AS_PATH one octet left", attributes: "400207 0201 0000fc00 02", outcome: .withdrawn,
            without: ["path"]),
        Row(
            what: "AS_PATH segment of none", attributes: "400202 0200", outcome: .withdrawn,
            without: ["path"]),
        Row(
            what: "AS_PATH segment type 0", attributes: "400206 0001 0000fc00", outcome: .withdrawn,
            without: ["path"]),
        Row(
            what: "AS_PATH segment type 5", attributes: "400206 0501 0000fc00", outcome: .withdrawn,
            without: ["path"]),
        Row(
            what: "AS_PATH with AS 0", attributes: "400206 0201 00000000", outcome: .withdrawn,
            without: ["path"]),
        Row(
            what: "AS_PATH with a set", attributes: "400206 0101 0000fc00", outcome: .withdrawn,
            without: ["path"]),
        Row(
            what: "AS_PATH of a confederation", attributes: "400206 0301 0000fc00", outcome: .withdrawn,
            without: ["path"]),
        Row(
            what: "AS_PATH optional", attributes: "c00206 0201 0000fc00", outcome: .withdrawn,
            without: ["path"]),
    ]
    static let numbers = [
        Row(
            what: "NEXT_HOP of three octets", attributes: "400303 c00002", outcome: .withdrawn,
            without: ["hop"]),
        Row(
            what: "NEXT_HOP of sixteen octets", attributes: "400310 20010db8000000000000000000000001",
            outcome: .withdrawn, without: ["hop"]),
        Row(
            what: "NEXT_HOP 0.0.0.0", attributes: "400304 00000000", outcome: .withdrawn, without: ["hop"]
        ),
        Row(
            what: "NEXT_HOP 127.0.0.1", attributes: "400304 7f000001", outcome: .withdrawn,
            without: ["hop"]),
        Row(
            what: "NEXT_HOP 224.0.0.1", attributes: "400304 e0000001", outcome: .withdrawn,
            without: ["hop"]),
        Row(
            what: "NEXT_HOP optional", attributes: "c00304 c0000201", outcome: .withdrawn,
            without: ["hop"]),
        Row(what: "MULTI_EXIT_DISC of three octets", attributes: "800403 000001", outcome: .withdrawn),
        Row(what: "MULTI_EXIT_DISC of no octets", attributes: "800400", outcome: .withdrawn),
        Row(what: "MULTI_EXIT_DISC well-known", attributes: "400404 00000001", outcome: .withdrawn),
        Row(what: "MULTI_EXIT_DISC", attributes: "800404 00000001", outcome: .accepted),
        Row(what: "LOCAL_PREF of five octets", attributes: "400505 0000000001", outcome: .withdrawn),
        Row(what: "LOCAL_PREF optional", attributes: "c00504 00000001", outcome: .withdrawn),
        Row(
            what: "LOCAL_PREF from outside", attributes: "400504 00000001", outcome: .discarded,
            isInternal: false),
        Row(
            what: "LOCAL_PREF malformed from outside", attributes: "c00503 000001", outcome: .discarded,
            isInternal: false),
        Row(what: "ORIGINATOR_ID of three octets", attributes: "800903 000001", outcome: .withdrawn),
        Row(what: "ORIGINATOR_ID well-known", attributes: "400904 00000001", outcome: .withdrawn),
        Row(
            what: "ORIGINATOR_ID from outside", attributes: "800904 00000001", outcome: .discarded,
            isInternal: false),
        Row(what: "ONLY_TO_CUSTOMER of three octets", attributes: "c02303 000001", outcome: .withdrawn),
        Row(
            what: "ONLY_TO_CUSTOMER not transitive", attributes: "802304 00000001", outcome: .withdrawn),
    ]
    static let aggregates = [
        Row(what: "ATOMIC_AGGREGATE of one octet", attributes: "400601 00", outcome: .discarded),
        Row(what: "ATOMIC_AGGREGATE", attributes: "400600", outcome: .accepted),
        Row(what: "ATOMIC_AGGREGATE optional", attributes: "c00600", outcome: .withdrawn),
        Row(what: "AGGREGATOR of six octets", attributes: "c00706 fc00c0000201", outcome: .discarded),
        Row(what: "AGGREGATOR of AS 0", attributes: "c00708 00000000c0000201", outcome: .discarded),
        Row(what: "AGGREGATOR well-known", attributes: "400708 0000fc00c0000201", outcome: .withdrawn),
        Row(what: "AGGREGATOR", attributes: "c00708 0000fc00c0000201", outcome: .accepted),
        Row(
            what: "AGGREGATOR of eight octets from an old speaker", attributes: "c00708 0000fc00c0000201",
            outcome: .discarded, octetsPerNumber: 2),
        Row(
            what: "AGGREGATOR of six octets from an old speaker", attributes: "c00706 fc00c0000201",
            outcome: .accepted, octetsPerNumber: 2),
    ]
    static let lists = [
        Row(what: "COMMUNITIES of five octets", attributes: "c00805 fc00000100", outcome: .withdrawn),
        Row(what: "COMMUNITIES of no octets", attributes: "c00800", outcome: .withdrawn),
        Row(what: "COMMUNITIES not transitive", attributes: "800804 fc000001", outcome: .withdrawn),
        Row(what: "COMMUNITIES partial", attributes: "e00804 fc000001", outcome: .accepted),
        Row(what: "CLUSTER_LIST of six octets", attributes: "800a06 c0000201c000", outcome: .withdrawn),
        Row(what: "CLUSTER_LIST of no octets", attributes: "800a00", outcome: .withdrawn),
        Row(
            what: "CLUSTER_LIST from outside", attributes: "800a03 c00002", outcome: .discarded,
            isInternal: false),
        Row(
            what: "EXTENDED COMMUNITIES of seven octets", attributes: "c01007 0002fc00000000",
            outcome: .withdrawn),
        Row(what: "EXTENDED COMMUNITIES of no octets", attributes: "c01000", outcome: .withdrawn),
        Row(
            what: "EXTENDED COMMUNITIES well-known", attributes: "401008 0002fc0000000005",
            outcome: .withdrawn),
        Row(
            what: "LARGE_COMMUNITY of eleven octets", attributes: "c0200b 0000fc0000000001000000",
            outcome: .withdrawn),
        Row(what: "LARGE_COMMUNITY of no octets", attributes: "c02000", outcome: .withdrawn),
        Row(
            what: "LARGE_COMMUNITY not transitive", attributes: "80200c 0000fc000000000100000002",
            outcome: .withdrawn),
    ]
    static let fourOctets = [
        Row(
            what: "AS4_PATH from a new speaker", attributes: "c01106 0201 fa56ea01", outcome: .discarded),
        Row(
            what: "AS4_AGGREGATOR from a new speaker", attributes: "c01208 fa56ea01c0000201",
            outcome: .discarded),
        Row(
            what: "AS4_PATH", attributes: "c01106 0201 fa56ea01", outcome: .accepted, octetsPerNumber: 2),
        Row(
            what: "AS4_PATH runs over", attributes: "c01106 0202 fa56ea01", outcome: .discarded,
            octetsPerNumber: 2),
        Row(
            what: "AS4_PATH of no octets", attributes: "c01100", outcome: .discarded, octetsPerNumber: 2),
        Row(
            what: "AS4_PATH with a set", attributes: "c01106 0101 fa56ea01", outcome: .withdrawn,
            octetsPerNumber: 2),
        Row(
            what: "AS4_PATH with a set of a confederation", attributes: "c01106 0401 fa56ea01",
            outcome: .withdrawn, octetsPerNumber: 2),
        Row(
            what: "AS4_PATH with a sequence of a confederation", attributes: "c0110c 0301 fa56ea01 0201 fa56ea02",
            outcome: .accepted, octetsPerNumber: 2),
        Row(
            what: "AS4_PATH with AS 0", attributes: "c01106 0201 00000000", outcome: .discarded,
            octetsPerNumber: 2),
        Row(
            what: "AS4_PATH well-known", attributes: "401106 0201 fa56ea01", outcome: .discarded,
            octetsPerNumber: 2),
        Row(
            what: "AS4_AGGREGATOR of six octets", attributes: "c01206 fa56ea01c000", outcome: .discarded,
            octetsPerNumber: 2),
    ]
    static let duplicates = [
        Row(what: "ORIGIN twice", attributes: "400101 01", outcome: .discarded),
        Row(what: "ORIGIN twice, the second malformed", attributes: "400101 09", outcome: .discarded),
        Row(
            what: "COMMUNITIES twice", attributes: "c00804 fc000001 c00804 fc000002", outcome: .discarded),
        Row(what: "an unknown attribute twice", attributes: "c0fe01 01 c0fe01 02", outcome: .discarded),
        Row(what: "MP_REACH_NLRI twice", attributes: reach + reach, outcome: .reset(1)),
        Row(
            what: "MP_UNREACH_NLRI twice", attributes: "800f03 000201 800f03 000201", outcome: .reset(1)),
    ]
    static let unknown = [
        Row(what: "an unknown optional attribute", attributes: "80fe01 01", outcome: .accepted),
        Row(what: "an unknown well-known attribute", attributes: "40fe01 01", outcome: .reset(2)),
        Row(what: "an unknown attribute without flags", attributes: "00fe00", outcome: .reset(2)),
    ]
    static let missing = [
        Row(what: "no ORIGIN", attributes: "", outcome: .withdrawn, without: ["origin"]),
        Row(what: "no AS_PATH", attributes: "", outcome: .withdrawn, without: ["path"]),
        Row(what: "no NEXT_HOP", attributes: "", outcome: .withdrawn, without: ["hop"]),
        Row(
            what: "nothing at all", attributes: "", outcome: .withdrawn,
            without: ["origin", "path", "hop"]),
    ]
    static let overruns = [
        Row(what: "the last attribute runs over", attributes: "c00808 fc000001", outcome: .withdrawn),
        Row(what: "one octet left", attributes: "c0", outcome: .withdrawn),
        Row(what: "two octets left", attributes: "c008", outcome: .withdrawn),
        Row(what: "three octets left of a long attribute", attributes: "d00800", outcome: .withdrawn),
        Row(what: "MP_REACH_NLRI runs over", attributes: "800e30 000201", outcome: .reset(1)),
        Row(what: "MP_UNREACH_NLRI runs over", attributes: "800f30 000201", outcome: .reset(1)),
        Row(
            what: "discard and withdrawal together", attributes: "400601 00 c00800", outcome: .withdrawn),
        Row(what: "withdrawal and reset together", attributes: "c00800 40fe01 01", outcome: .reset(2)),
    ]

    static func body(_ row: Row, routes: [UInt8]) -> [UInt8] {
        let usual = row.octetsPerNumber == 4 ? Self.usual : usualTwoOctets
        let needed = usual.filter { !row.without.contains($0.0) }.map(\.1).joined()
        let attributes = [UInt8](hex: needed + row.attributes)
        return [0, 0, UInt8(attributes.count >> 8), UInt8(attributes.count & 0xFF)] + attributes
            + routes
    }

    static func outcome(
        _ body: [UInt8], isInternal: Bool = true, octetsPerNumber: Int = 4,
        multiprotocolErrors: UpdateTerms.MultiprotocolErrorHandling = .disableFamily
    ) -> (Outcome, ReceivedUpdate?) {
        var reader = UpdateReader(
            terms: UpdateTerms(
                isInternal: isInternal, peerASN: ASN(64512), octetsPerNumber: octetsPerNumber,
                multiprotocolErrors: multiprotocolErrors))
        do throws(NotificationMessage) {
            let received = try reader.read(RawMessage(type: .update, body: body[...]))
            switch received.faults.map(\.handling).max() {
            case nil: return (.accepted, received)
            case .attributeDiscard: return (.discarded, received)
            case .treatAsWithdraw: return (.withdrawn, received)
            case .familyDisable: return (.disabled, received)
            }
        } catch {
            #expect(error.reason.code == 3)
            return (.reset(error.reason.subcode), nil)
        }
    }

    static let route: [UInt8] = [32, 203, 0, 113, 7]

    @Test("with routes: the session stays up where RFC 7606 says so", arguments: rows)
    func withRoutes(row: Row) {
        let (outcome, received) = Self.outcome(
            Self.body(row, routes: Self.route), isInternal: row.isInternal,
            octetsPerNumber: row.octetsPerNumber)
        #expect(outcome == row.outcome)
        switch outcome {
        case .accepted, .discarded: #expect((received?.announcedCount ?? 0) >= 1)
        case .withdrawn:
            #expect(received?.announcedCount == 0)
            #expect(received?.withdrawnCount == 1)
        case .disabled, .reset: break
        }
    }

    @Test("without routes: what would withdraw them ends the session (section 5.2)", arguments: rows)
    func withoutRoutes(row: Row) {
        let (outcome, _) = Self.outcome(
            Self.body(row, routes: []), isInternal: row.isInternal, octetsPerNumber: row.octetsPerNumber)
        switch row.outcome {
        case .withdrawn where row.attributes.isEmpty: #expect(outcome == .accepted)
        case .withdrawn:
            guard case .reset = outcome else {
                Issue.record("\(outcome)")
                return
            }
        case .accepted, .discarded, .disabled, .reset: #expect(outcome == row.outcome)
        }
    }
}
