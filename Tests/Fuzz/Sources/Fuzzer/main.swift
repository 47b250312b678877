import CLibFuzzer
import Foundation
import FuzzEntries

// usage: Fuzzer                                  the names of all targets
//        Fuzzer --target=NAME --recorded=FOLDER  write the inputs of one that recorded runs give
//        Fuzzer --target=NAME [ARGUMENT...]      fuzz one; the arguments are libFuzzer's

guard CommandLine.arguments.count > 1 else {
    print(FuzzTarget.allCases.map(\.rawValue).joined(separator: "\n"))
    exit(0)
}
if let folder = value(ofOption: "--recorded=") {
    try writeRecordedInputs(to: URL(filePath: folder))
    exit(0)
}

var count = CommandLine.argc
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
exit(
    LLVMFuzzerRunDriver(&count, &arguments) { data, size in
        do {
            try chosenTarget.run(Array(UnsafeBufferPointer(start: data, count: size)))
            return 0
        } catch {
            // libFuzzer writes the input to a file when the process traps.
            fatalError("broken invariant: \(error)")
        }
    })
