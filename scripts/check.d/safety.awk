# Finds unsafe code without its reason: `unsafe`, `@unchecked Sendable` and `nonisolated(unsafe)` need a comment with
# `SAFETY:` on the same line or above it, in the same run of lines without a blank one.
# usage: awk -f safety.awk FILE.swift...
# Prints one line per violation; exits 1 if there is one.

FNR == 1 || /^[ \t]*$/ { has_reason = 0 }

/\/\/.*SAFETY:/ { has_reason = 1 }

{
    code = $0
    gsub(/"([^"\\]|\\.)*"/, "\"\"", code)
    gsub(/`[^`]*`/, "``", code)
    sub(/\/\/.*/, "", code)
    if (!has_reason && match(code, /(^|[^A-Za-z0-9_])unsafe([^A-Za-z0-9_]|$)|@unchecked[ \t]+Sendable/)) {
        print FILENAME ":" FNR ": unsafe code outside the C adapters needs a comment 'SAFETY: why it is sound'"
        failed = 1
    }
}

END { exit failed }
