extension NotificationReason: CustomStringConvertible {
    /// One sentence without its full stop, followed by the two numbers.
    public var description: String { "\(sentence) (\(code)/\(subcode))" }

    private var sentence: String {
        switch code {
        case 1: headerSentence
        case 2: openSentence
        case 3: updateSentence
        case 4: "the hold timer expired: nothing was heard for the agreed hold time"
        case 5: stateMachineSentence
        case 6: ceaseSentence
        case 7: refreshSentence
        case 8: "the send hold timer expired: nothing could be sent for too long"
        default: "error of an unknown kind"
        }
    }

    private var headerSentence: String {
        switch subcode {
        case 1: "the message header has a marker that is not all ones"
        case 2: "the message header has a length that its type does not allow"
        case 3: "the message header has an unknown type"
        default: "the message header is wrong"
        }
    }

    private var openSentence: String {
        switch subcode {
        case 1: "the OPEN has a protocol version that is not supported"
        case 2: "the OPEN has an AS number other than the one configured"
        case 3: "the OPEN has an identifier that is zero or the receiver's own"
        case 4: "the OPEN has an optional parameter that is not supported"
        case 5: "the OPEN failed authentication"
        case 6: "the OPEN has a hold time that is not acceptable"
        case 7: "the OPEN lacks a required capability"
        case 8: "the OPEN has groupings that conflict"
        case 11: "the OPEN has a role that does not fit the one configured"
        default: "the OPEN is malformed"
        }
    }

    private var updateSentence: String {
        switch subcode {
        case 1: "the UPDATE has a malformed list of attributes"
        case 2: "the UPDATE has a well-known attribute that is not recognized"
        case 3: "the UPDATE lacks a well-known attribute"
        case 4: "the UPDATE has an attribute with wrong flags"
        case 5: "the UPDATE has an attribute with a wrong length"
        case 6: "the UPDATE has an invalid ORIGIN"
        case 7: "the UPDATE went round in a routing loop"
        case 8: "the UPDATE has an invalid NEXT_HOP"
        case 9: "the UPDATE has an optional attribute with a wrong value"
        case 10: "the UPDATE has a prefix that is malformed"
        case 11: "the UPDATE has a malformed AS_PATH"
        default: "the UPDATE is malformed"
        }
    }

    private var stateMachineSentence: String {
        switch subcode {
        case 1: "a message came that is not expected before the OPEN"
        case 2: "a message came that is not expected between the OPEN and the first KEEPALIVE"
        case 3: "a message came that is not expected in an established session"
        default: "an event came that the state machine does not allow"
        }
    }

    private var ceaseSentence: String {
        switch subcode {
        case 1: "ceased: more prefixes came than are allowed"
        case 2: "ceased: shut down by the administrator"
        case 3: "ceased: the peer was removed from the configuration"
        case 4: "ceased: reset by the administrator"
        case 5: "ceased: the connection was rejected"
        case 6: "ceased: the configuration changed"
        case 7: "ceased: another connection between the same peers is kept"
        case 8: "ceased: out of resources"
        case 9: "ceased: hard reset, all routes are to be dropped"
        case 10: "ceased: BFD went down"
        default: "ceased"
        }
    }

    private var refreshSentence: String {
        switch subcode {
        case 1: "the ROUTE-REFRESH has a wrong length"
        default: "the ROUTE-REFRESH is malformed"
        }
    }
}
