# Reports the sizes of files and functions: medians, and what is over the limits.
# usage: awk -f sizes.awk -v file_limit=400 -v test_limit=600 -v function_limit=60 FILE.swift...
# Exits 1 if a file is over its limit; a long function is shown for review.

FNR == 1 { end_file(); file = FILENAME; in_function = 0 }

{ lines = FNR }

!in_function && /^[ \t]*(@[A-Za-z_]+(\([^)]*\))?[ \t]+|[a-z]+(\([a-z]+\))?[ \t]+)*(func[ \t]|(init|subscript)[?!]?[(<]|deinit[ \t])/ {
    in_function = 1
    start = FNR
    depth = 0
    name = $0
    sub(/^[ \t]+/, "", name)
    sub(/[ \t]*\{.*$/, "", name)
}

in_function {
    code = $0
    gsub(/`[^`]*`/, "``", code)
    gsub(/"([^"\\]|\\.)*"/, "\"\"", code)
    sub(/\/\/.*/, "", code)
    # A requirement of a protocol has no body: the next declaration, a blank line or the protocol's end comes first.
    if (depth == 0 && FNR > start && code ~ /^[ \t]*(\}.*|func .*|var .*|init.*)?$/) { in_function = 0; next }
    opened = gsub(/\{/, "{", code)
    depth += opened - gsub(/\}/, "}", code)
    if (opened > 0) has_body = 1
    if (has_body && depth <= 0) { end_function(FNR - start + 1); in_function = 0; has_body = 0 }
}

END {
    end_file()
    printf "Files: %d, median %d lines. Functions: %d, median %d lines.\n", files, median(of_files, files),
        functions, median(of_functions, functions)
    printf "%s", long_functions long_files
    exit long_files != ""
}

function end_function(size) {
    functions++
    of_functions[size]++
    if (size > function_limit)
        long_functions = long_functions sprintf("%s:%d: %d lines, over %d: %s\n", FILENAME, start, size, function_limit, name)
}

function end_file(    limit) {
    if (file == "") return
    files++
    of_files[lines]++
    limit = file ~ /^Tests\// ? test_limit : file_limit
    if (lines > limit) long_files = long_files sprintf("%s: %d lines, the limit is %d\n", file, lines, limit)
}

# The median of sizes that are counted by value.
function median(counts, total,    size, seen) {
    while (seen * 2 < total) seen += counts[++size]
    return size
}
