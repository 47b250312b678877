# Turns the JSON of `swift package dump-package` into one line per target: name, type, folder, dependencies,
# separated by tabs; the dependencies (targets and library products) by spaces.

# Follows the JSON token by token, keeping the path to the current value in key[1...depth].
{
    line = $0
    while (match(line, /"([^"\\]|\\.)*"|[][{}:,]|[^][{}:," \t]+/)) {
        token(substr(line, RSTART, RLENGTH))
        line = substr(line, RSTART + RLENGTH)
    }
}

function token(text) {
    if (text == "{" || text == "[") {
        depth++
        is_object[depth] = text == "{"
        key[depth] = 0
        expects_key = is_object[depth]
    } else if (text == "}" || text == "]") {
        depth--
        expects_key = 0
    } else if (text == ",") {
        if (is_object[depth]) expects_key = 1; else key[depth]++
    } else if (text == ":") {
        expects_key = 0
    } else {
        if (text ~ /^"/) text = substr(text, 2, length(text) - 2)
        if (expects_key) key[depth] = text; else value(text)
    }
}

# A target is at /targets/N; a dependency names what it needs first: /targets/N/dependencies/M/KIND/0.
function value(text) {
    if (key[1] != "targets") return
    if (depth == 3 && key[3] == "name") { name[key[2]] = text; count = key[2] + 1 }
    if (depth == 3 && key[3] == "type") type[key[2]] = text
    if (depth == 3 && key[3] == "path") path[key[2]] = text
    if (depth == 6 && key[3] == "dependencies" && key[6] == 0) needs[key[2]] = needs[key[2]] " " text
}

END {
    for (target = 0; target < count; target++) {
        folder = path[target]
        if (folder == "") folder = (type[target] == "test" ? "Tests/" : "Sources/") name[target]
        printf "%s\t%s\t%s\t%s\n", name[target], type[target], folder, substr(needs[target], 2)
    }
}
