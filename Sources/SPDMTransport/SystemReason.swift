internal import Foundation

/// What the system said, in its own words ("no such file or directory"), in an error that came through Foundation.
public func systemReason(of error: any Error) -> String {
    let cause = ((error as? CocoaError)?.underlying ?? error) as NSError
    let words = cause.localizedFailureReason ?? cause.localizedDescription
    return words.prefix(1).lowercased() + words.dropFirst()
}
