#if FUZZER
    import Glibc
    import Synchronization

    /// LLVM's libFuzzer, which comes with the compiler.
    enum LibFuzzer {
        private static let target = Mutex<FuzzTarget?>(nil)

        /// Runs until the options say that it is enough; an input that breaks the target ends the process.
        static func run(_ target: FuzzTarget, arguments: [String]) -> Never {
            Self.target.withLock { $0 = target }
            var count = CInt(arguments.count)
            var texts = unsafe arguments.map { unsafe strdup($0) } + [nil]
            let status = unsafe texts.withUnsafeMutableBufferPointer { buffer in
                var list = buffer.baseAddress
                return unsafe runDriver(&count, &list) { octets, size in
                    let input = unsafe [UInt8](UnsafeBufferPointer(start: octets, count: size))
                    LibFuzzer.target.withLock { $0 }?.run(input)
                    return 0
                }
            }
            exit(status)
        }
    }

    /// `LLVMFuzzerRunDriver` of the library.
    @_silgen_name("LLVMFuzzerRunDriver")
    private func runDriver(
        _ count: UnsafeMutablePointer<CInt>,
        _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
        _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
    ) -> CInt
#endif
