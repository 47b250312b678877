# Finds tests that a document names and that do not exist: what stands between backticks and has a blank in it is the name
# of a test, unless it is a command line.
# usage: awk -f coverage.awk RS= DOCUMENT.md RS='\n' TEST.swift...
# Exits 1 if there is one.

# A name may go on in the next line, so a document is read by paragraphs.
FILENAME ~ /\.md$/ {
    gsub(/\n/, " ")
    pieces = split($0, piece, "`")
    for (i = 2; i <= pieces; i += 2)
        if (piece[i] ~ / / && piece[i] !~ /^tdispctl /) named[piece[i]] = FILENAME
    next
}

match($0, /func `[^`]+`/) { exists[substr($0, RSTART + 6, RLENGTH - 7)] = 1 }

END {
    for (name in named)
        if (!(name in exists)) {
            printf "%s names a test that does not exist: %s\n", named[name], name
            missing = 1
        }
    exit missing
}
