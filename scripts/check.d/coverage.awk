# Finds what a document names between backticks and what does not exist: tests (a name with a blank in it, unless it is a
# command line), types (`Type`, `Type.member`), and in parentheses Swift files, by paths from the root, from Sources or from
# Sources/TDISP.
# usage: awk -f coverage.awk RS= DOCUMENT.md RS='\n' FILE.swift...
# Exits 1 if there is one.

# A name may go on in the next line, so a document is read by paragraphs.
FILENAME ~ /\.md$/ {
    gsub(/\n/, " ")
    pieces = split($0, piece, "`")
    for (i = 2; i <= pieces; i += 2) {
        if (piece[i] ~ / / && piece[i] !~ /^tdispctl /) named[piece[i]] = FILENAME
        if (piece[i] ~ /^[A-Z][a-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)?$/) {
            sub(/\..*/, "", piece[i])
            types[piece[i]] = FILENAME
        }
    }
    rest = $0
    while (match(rest, /\(([A-Za-z]+\/)+[A-Za-z+]+\.swift\)/)) {
        paths[substr(rest, RSTART + 1, RLENGTH - 2)] = FILENAME
        rest = substr(rest, RSTART + RLENGTH)
    }
    next
}

FNR == 1 { files[FILENAME] = 1 }

match($0, /func `[^`]+`/) { exists[substr($0, RSTART + 6, RLENGTH - 7)] = 1 }

match($0, /(struct|enum|class|actor|protocol|typealias) [A-Z][A-Za-z0-9]*/) {
    split(substr($0, RSTART, RLENGTH), words, " ")
    declared[words[2]] = 1
}

function report(document, what, name) {
    printf "%s names a %s that does not exist: %s\n", document, what, name
    missing = 1
}

END {
    for (name in named) if (!(name in exists)) report(named[name], "test", name)
    for (name in types) if (!(name in declared)) report(types[name], "type", name)
    for (path in paths)
        if (!(path in files) && !("Sources/" path in files) && !("Sources/TDISP/" path in files))
            report(paths[path], "file", path)
    exit missing
}
