/// Text of unknown content between single quotes, fit for one line of a message: cut after 60 characters, with control
/// characters and everything else that could mislead a terminal escaped.
public func quoted(_ text: String) -> String {
    let most = 60
    var result = "'"
    for scalar in text.unicodeScalars.prefix(most) {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
            result += "\\u{\(String(scalar.value, radix: 16))}"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + (text.unicodeScalars.count > most ? "…'" : "'")
}
