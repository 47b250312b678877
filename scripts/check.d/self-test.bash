# shellcheck shell=bash disable=SC2154  # root and work come from scripts/check
# The self-test of scripts/check, which sources this file: each rule is broken once in a copy of the package that holds
# nothing but a few small files, and must be found.

planted=0

# Plants a file ($1, its text on standard input) and runs all checks; the result is in $status and $work/output.
check_with() {
    mkdir -p "$(dirname "$1")"
    cat >"$1"
    status=0
    check_package "$work/targets.tsv" >"$work/output" 2>&1 || status=$?
    rm "$1"
    planted=$((planted + 1))
}

fail() {
    echo "self-test: $1; the checks said:" >&2
    cat "$work/output" >&2
    exit 1
}

# Expects the planted file $1 to be refused with a message that contains $2.
refused() {
    check_with "$1"
    [[ $status -ne 0 ]] || fail "$1 passed, expected '$2'"
    grep -qF -- "$2" "$work/output" || fail "$1 was refused without '$2'"
}

# Expects the planted file $1 to pass, with $2 in the output.
accepted() {
    check_with "$1"
    [[ $status -eq 0 ]] || fail "$1 was refused"
    grep -qF -- "$2" "$work/output" || fail "$1 passed without '$2'"
}

# Writes a file of $1 lines.
lines() { for ((i = 1; i <= $1; i++)); do echo "// $i"; done; }

# Writes a function of $1 lines.
function_of() {
    echo 'func long() {'
    for ((i = 2; i < $1; i++)); do echo "    // $i"; done
    echo '}'
}

self_test() {
    mkdir -p "$work/copy/Sources/WireBytes" "$work/copy/Tests/WireBytesTests" "$work/copy/Docs"
    cp "$root/Package.swift" "$root/.swift-format" "$work/copy"
    cd "$work/copy" || exit
    swift format --in-place Package.swift
    : >Docs/SpecCoverage.md
    echo 'let zero: UInt8 = 0' >Sources/WireBytes/Zero.swift
    printf 'import Foundation\nimport Testing\nimport WireBytes\n' >Tests/WireBytesTests/ZeroTests.swift
    write_targets . "$work/targets.tsv"

    test_format_and_imports
    test_purity_and_safety
    test_sizes
    test_coverage
    echo "scripts/check finds what it should: $planted planted files."
}

test_format_and_imports() {
    accepted Sources/TDISP/A.swift 'Files: 3' <<<'public import PCIe'
    refused Sources/TDISP/A.swift '[Indentation]' <<<$'func f() {\n  g()\n}'
    refused Sources/TDISP/A.swift 'the pure target TDISP imports Foundation' <<<'import Foundation'
    refused Sources/TDISP/A.swift 'the pure target TDISP imports Logging' <<<'public import struct Logging.Logger'
    refused Sources/PCIe/A.swift 'PCIe imports TDISP, which Package.swift does not give it' <<<'@testable import TDISP'
    refused Sources/Emulator/A.swift 'Emulator imports Logging, which Package.swift' <<<'internal import Logging'
    refused Tests/TDISPTests/A.swift 'TDISPTests imports IOMMU, which Package.swift' <<<'import IOMMU'
    refused Sources/Journal/A.swift 'only OpenSSLCrypto imports COpenSSL' <<<'import COpenSSL'
    refused Sources/Emulator/A.swift 'only Libvirt imports CLibvirt' <<<'private import CLibvirt'
    refused Sources/ScenarioReplay/A.swift 'only StrictYAML imports Yams' <<<'import Yams'
    refused Sources/AssignmentService/A.swift 'only Journal imports GRDB' <<<'import GRDB'
    accepted Tests/JournalTests/A.swift 'Files: 3' <<<'import GRDB'
    refused Sources/Stray/A.swift 'belongs to no target' <<<'let stray = 0'

    sed -i $'s/^WireBytes\t.*/&Journal/' "$work/targets.tsv"
    refused Sources/PCIe/A.swift 'the pure target WireBytes depends on Journal, which is not' <<<'let a = 0'
    sed -i '/^SPDM\t/d' "$work/targets.tsv"
    refused Sources/PCIe/A.swift 'the pure target SPDM is not in Package.swift' <<<'let a = 0'
    write_targets . "$work/targets.tsv"
}

test_purity_and_safety() {
    local word
    for word in 'ContinuousClock()' 'Date()' 'SystemRandomNumberGenerator()' 'Int.random(in: 0...1)' '[1].shuffled()' \
        'print(1)'; do
        refused Sources/PCIe/A.swift 'the pure target PCIe uses' <<<"let a = $word"
        accepted Sources/Emulator/A.swift 'Files: 3' <<<"let a = $word"
    done
    accepted Sources/PCIe/A.swift 'Files: 3' <<<$'// Date() is not for us.\nlet a = "print(1)"\nlet b = update(1)'

    for word in 'let a = unsafe f()' 'struct A: @unchecked Sendable {}' 'nonisolated(unsafe) var a = 0'; do
        refused Sources/Emulator/A.swift 'needs a comment' <<<"$word"
        refused Sources/Emulator/A.swift 'needs a comment' <<<$'// SAFETY: far away\n\n'"$word"
        accepted Sources/Emulator/A.swift 'Files: 3' <<<$'// SAFETY: nobody else has it.\n'"$word"
        accepted Sources/Libvirt/A.swift 'Files: 3' <<<"$word"
    done
}

test_sizes() {
    accepted Sources/PCIe/A.swift 'Files: 3, median 3 lines' < <(lines 400)
    refused Sources/PCIe/A.swift 'Sources/PCIe/A.swift: 401 lines, the limit is 400' < <(lines 401)
    accepted Tests/PCIeTests/A.swift 'Files: 3' < <(lines 600)
    refused Tests/PCIeTests/A.swift 'Tests/PCIeTests/A.swift: 601 lines, the limit is 600' < <(lines 601)
    accepted Sources/PCIe/A.swift 'Functions: 1, median 60 lines.' < <(function_of 60)
    accepted Sources/PCIe/A.swift 'Sources/PCIe/A.swift:1: 61 lines, over 60: func long()' < <(function_of 61)
}

# Plants the document that the other tests have empty, so it comes last.
# shellcheck disable=SC2016  # the backticks are Markdown's and Swift's
test_coverage() {
    printf 'struct Type {\n    @Test func `the name of a test`() {}\n}\n' >Tests/WireBytesTests/NamedTests.swift
    accepted Docs/SpecCoverage.md 'Files: 3' <<<$'| `Type`, `tdispctl doctor --rules` | `the name of\na test` |'
    accepted Docs/SpecCoverage.md 'Files: 3' <<<'`Type.member` (WireBytes/Zero.swift)'
    refused Docs/SpecCoverage.md 'names a type that does not exist: Gone' <<<'`Gone.member`'
    refused Docs/SpecCoverage.md 'names a file that does not exist: WireBytes/Gone.swift' <<<'`Type` (WireBytes/Gone.swift)'
    refused Docs/SpecCoverage.md 'names a test that does not exist: a test that is gone' <<<'`Type`: `a test that is gone`'
}
