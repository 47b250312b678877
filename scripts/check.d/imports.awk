# Checks what each target imports, and that the pure ones use no clock and no randomness.
# usage: awk -f imports.awk -v pure="A B" -v owners="Module=Target ..." targets.tsv FILE.swift...
# Prints one line per violation; exits 1 if there is one.

BEGIN {
    FS = "\t"
    count = split(pure, list, " ")
    for (i = 1; i <= count; i++) is_pure[list[i]] = 1
    count = split(owners, list, " ")
    for (i = 1; i <= count; i++) { split(list[i], pair, "="); owner[pair[1]] = pair[2] }
    count = split("Dispatch Foundation FoundationXML Glibc Observation RegexBuilder Synchronization Testing", list, " ")
    for (i = 1; i <= count; i++) is_toolchain[list[i]] = 1
}

FILENAME == ARGV[1] {
    target_in[$3] = $1
    exists[$1] = 1
    count = split($4, list, " ")
    for (i = 1; i <= count; i++) { needs[$1, list[i]] = 1; edge[++edges] = $1 " " list[i] }
    next
}

FNR == 1 { target = target_of(FILENAME) }

/^[ \t]*(@[A-Za-z_]+(\([^)]*\))?[ \t]+)*((public|package|internal|fileprivate|private)[ \t]+)?import[ \t]/ {
    check_import(imported($0))
}

target in is_pure {
    code = $0
    gsub(/"([^"\\]|\\.)*"/, "\"\"", code)
    sub(/\/\/.*/, "", code)
    if (match(code, /(ContinuousClock|SuspendingClock|SystemRandomNumberGenerator|Task\.sleep)/) ||
        match(code, /\.(random|randomElement|shuffle|shuffled)\(/) ||
        match(code, /(^|[^A-Za-z0-9_.])(Date|print|debugPrint|dump|readLine)\(/))
        report("the pure target " target " uses '" substr(code, RSTART, RLENGTH) \
            "': time, randomness and output come in and go out as values")
}

END {
    for (name in is_pure) if (!(name in exists)) complain("the pure target " name " is not in Package.swift")
    for (i = 1; i <= edges; i++) {
        split(edge[i], pair, " ")
        if (pair[1] in is_pure && !(pair[2] in is_pure))
            complain("Package.swift: the pure target " pair[1] " depends on " pair[2] ", which is not")
    }
    exit failed
}

# Sources/Benchmarks/A/B.swift belongs to the target whose folder is Sources/Benchmarks.
function target_of(file,    folder) {
    folder = file
    while (sub(/\/[^\/]*$/, "", folder)) if (folder in target_in) return target_in[folder]
    complain(file ": belongs to no target")
    return ""
}

# The module of an import line: attributes, access level and kind of declaration taken away.
function imported(line) {
    sub(/^.*import[ \t]+/, "", line)
    sub(/^(struct|class|enum|protocol|typealias|func|var|let)[ \t]+/, "", line)
    match(line, /^[A-Za-z0-9_]+/)
    return substr(line, 1, RLENGTH)
}

function check_import(module) {
    if (module in owner && target != owner[module] && target != owner[module] "Tests")
        report("only " owner[module] " imports " module)
    else if (target in is_pure && !(module in is_pure))
        report("the pure target " target " imports " module)
    else if (!((target, module) in needs) && !(module in is_toolchain) && module != target)
        report(target " imports " module ", which Package.swift does not give it")
}

function report(text) { complain(FILENAME ":" FNR ": " text) }

function complain(text) { print text; failed = 1 }
