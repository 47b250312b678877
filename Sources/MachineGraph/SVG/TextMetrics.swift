/// How wide text is in Helvetica, and in the fonts that were made to its measure (Arial, Liberation Sans).
enum TextMetrics {
    /// The fonts that the picture asks for.
    static let family = "Helvetica, Arial, 'Liberation Sans', 'Nimbus Sans', sans-serif"

    /// Width in pixels. A little is added, because bold letters and other fonts are wider.
    static func width(_ text: String, size: Int, isBold: Bool = false) -> Int {
        let advances = text.unicodeScalars.reduce(0) { $0 + Self.advance(of: $1) }
        return advances * size * (isBold ? 108 : 103) / 100_000 + 1
    }

    /// Breaks words, which stay whole, into lines that are no wider than this.
    static func lines(of words: [String], separator: String, size: Int, width limit: Int) -> [String] {
        var lines: [String] = []
        for (index, word) in words.enumerated() {
            let text = index < words.count - 1 ? word + separator : word
            if let last = lines.last, width("\(last) \(text)", size: size) <= limit {
                lines[lines.count - 1] = "\(last) \(text)"
            } else {
                lines.append(text)
            }
        }
        return lines
    }

    private static func advance(of scalar: Unicode.Scalar) -> Int {
        let index = Int(scalar.value) - 0x20
        return advances.indices.contains(index) ? advances[index] : 722
    }

    /// Advance widths of U+0020 to U+007E in thousandths of the font size (Adobe Core 14 font metrics, Helvetica).
    private static let advances = [
        278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556,
        556,
        556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556,
        833,
        722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500,
        556,
        556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500,
        334,
        260, 334, 584,
    ]
}
