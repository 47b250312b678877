import Foundation
import Testing

/// A state directory on a file system of its own, which is filled. It is mounted in a name space of its own, so that it is
/// gone with the shell that mounted it.
@Suite(.enabled("needs the right to mount a tmpfs in a name space of its own") { try await Tool.mayMount })
struct `A full disk` {
    @Test(arguments: [0, 48, 80, 112])
    func `refuses a conversion or brings it home, and nothing is lost`(kibibytesFree free: Int) async throws {
        try await Tool.withoutHost { tool in
            let ended = try await tool.with("FREE", "\(free)").shell("\(Tool.unshare) bash -c '\(Self.script)'")
            #expect(ended.status == 0, "\(ended.err)")
            var answers: [String: String] = [:]
            for line in ended.out.split(separator: "\n") where line.contains("=") {
                let parts = line.split(separator: "=", maxSplits: 1)
                answers[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
            }
            // As long as the disk is full.
            #expect(["1", "9"].contains(answers["convert"]), "\(ended.out)")
            #expect(answers["named"] == "yes", "\(ended.out)\(ended.err)")
            #expect((answers["convert"] == "9") == (answers["place"] == "quarantine"), "\(ended.out)\(ended.err)")
            #expect(answers["next"] == "yes", "\(ended.out)\(ended.err)")
            // With room again: nothing is pending, the device is where it was, the history is whole, and all goes on.
            #expect(answers["phase"] == "available" && answers["driver"] == "accel", "\(ended.out)")
            #expect(answers["verify"] == "0" && answers["again"] == "0", "\(ended.out)")
        }
    }

    @Test func `is named by a call that finds no room for a host, and by doctor`() async throws {
        try await Tool.withoutHost { tool in
            let ended = try await tool.shell(
                """
                \(Tool.unshare) bash -c '
                mkdir disk && mount -t tmpfs -o size=64k,mode=700 tmpfs disk || exit 99
                mkdir -m 700 disk/state && export TDISPCTL_STATE_DIR="$HOME/disk/state"
                dd if=/dev/zero of=disk/fill bs=1k 2>/dev/null
                "$TDISPCTL" doctor | grep "state directory" >&2
                "$TDISPCTL" list --topology demo --output json'
                """)
            #expect(ended.status == 1, "\(ended.err)")
            #expect(ended.err.contains("fail  state directory") && ended.err.contains("disk is full"), "\(ended.err)")
            let error = try ended.items[0]
            #expect(error["message"].string?.contains("disk is full") == true, "\(ended.out)")
            #expect(error["next"].string?.contains("free space") == true, "\(ended.out)")
        }
    }

    @Test func `or one that can only be read refuses a conversion before anything is done`() async throws {
        try await Tool.withoutHost { tool in
            let ended = try await tool.shell(
                """
                \(Tool.unshare) bash -c '
                mkdir -m 700 state && export TDISPCTL_TOPOLOGY=demo
                "$TDISPCTL" convert \(Demo.vf) --domain web1 --quiet >&2 && "$TDISPCTL" release \(Demo.vf) --quiet >&2
                mount --bind state state && mount -o remount,bind,ro state || exit 99
                echo; "$TDISPCTL" convert \(Demo.vf) --domain web1 --output json'
                """)
            #expect(ended.status == 1, "\(ended.err)")
            let message = try ended.items[0]["message"].string ?? ""
            #expect(message.contains("read only") || message.contains("read-only"), "\(ended.out)")
        }
    }

    @Test func `keeps nobody from looking, and neither watch nor recover from the cut`() async throws {
        try await Tool.withoutHost { tool in
            let ended = try await tool.shell("\(Tool.unshare) bash -c '\(Self.fallen)'")
            #expect(ended.status == 0, "\(ended.err)")
            let answers = Self.answers(ended.out)
            #expect(answers["list"] == "0" && answers["show"] == "0" && answers["routes"] == "0", "\(ended.err)")
            #expect(answers["watch"] == "1" && answers["cut"] == "yes", "\(ended.out)\(ended.err)")
            #expect(answers["recover"] == "1" && answers["said"] == "yes", "\(ended.out)\(ended.err)")
            #expect(answers["again"] == "0" && answers["phase"] == "attached", "\(ended.out)\(ended.err)")
        }
    }

    @Test func `has a watcher go home once, keep closed what it could not record, and retry only the writing`()
        async throws
    {
        try await Tool.withoutHost { tool in
            let ended = try await tool.shell("\(Tool.unshare) bash -c '\(Self.watched)'")
            #expect(ended.status == 0, "\(ended.err)")
            let answers = Self.answers(ended.out)
            #expect(answers["cuts"] == "1" && answers["ladders"] == "1", "\(ended.out)\(ended.err)")
            #expect(answers["put-away"] == "yes" && answers["watch"] == "0", "\(ended.out)\(ended.err)")
        }
    }

    private static func answers(_ out: String) -> [String: String] {
        out.split(separator: "\n").reduce(into: [:]) { answers, line in
            let parts = line.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { answers[String(parts[0])] = String(parts[1]) }
        }
    }

    /// A device that falls while not a byte is left, looked at, cut, and brought home later. Prints `name=value` lines.
    private static let fallen = """
        mkdir "$HOME/disk" && mount -t tmpfs -o size=1m,mode=700 tmpfs "$HOME/disk" || exit 1
        export TDISPCTL_STATE_DIR="$HOME/disk/state" TDISPCTL_TOPOLOGY=demo
        "$TDISPCTL" emulate start >&2
        "$TDISPCTL" convert \(Demo.vf) --domain web1 --quiet >&2 || exit 1
        dd if=/dev/zero of="$HOME/disk/fill" bs=1k 2>/dev/null
        "$TDISPCTL" emulate inject "{poisoned-data: \(Demo.vf)}" >&2
        "$TDISPCTL" list >&2; echo "list=$?"
        "$TDISPCTL" show \(Demo.vf) >&2; echo "show=$?"
        "$TDISPCTL" routes \(Demo.vf) >&2; echo "routes=$?"
        "$TDISPCTL" watch --once >"$HOME/watched" 2>&2; echo "watch=$?"
        grep -q "cut .* rank 1: ok" "$HOME/watched" && grep -q "T=1 is cut" "$HOME/watched" && echo cut=yes
        "$TDISPCTL" recover \(Demo.vf) >"$HOME/said" 2>&1; echo "recover=$?"
        grep -q "T=1 is cut" "$HOME/said" && grep -q "next .*free space" "$HOME/said" && echo said=yes
        cat "$HOME/watched" "$HOME/said" >&2
        rm "$HOME/disk/fill"
        "$TDISPCTL" recover \(Demo.vf) --quiet >&2; echo "again=$?"
        "$TDISPCTL" show \(Demo.vf) --output json | grep -q "phase.*attached" && echo phase=attached
        "$TDISPCTL" emulate stop --quiet
        """

    /// A watcher that runs while the disk fills up. Prints `name=value` lines.
    private static let watched = """
        mkdir "$HOME/disk" && mount -t tmpfs -o size=1m,mode=700 tmpfs "$HOME/disk" || exit 1
        export TDISPCTL_STATE_DIR="$HOME/disk/state" TDISPCTL_TOPOLOGY=demo
        until_so() { for _ in $(seq 400); do "$@" && return; sleep 0.05; done; cat "$HOME/lines" >&2; exit 1; }
        told() { grep -q "$1" "$HOME/lines"; }
        put_away() { "$TDISPCTL" list 2>&1 | grep -q quarantined; }
        "$TDISPCTL" emulate start >&2
        "$TDISPCTL" convert \(Demo.vf) --domain web1 --quiet >&2 || exit 1
        "$TDISPCTL" watch --interval 0.05 >"$HOME/lines" & watch=$!
        trap "kill $watch 2>/dev/null" EXIT
        until_so told watching
        dd if=/dev/zero of="$HOME/disk/fill" bs=1k 2>/dev/null
        "$TDISPCTL" emulate inject "{poisoned-data: \(Demo.vf)}" >&2
        until_so told "not recorded yet"
        rm "$HOME/disk/fill"
        until_so put_away && echo put-away=yes
        kill -INT $watch; wait $watch; echo "watch=$?"
        echo "cuts=$(grep -c "  cut  " "$HOME/lines")"
        echo "ladders=$(grep -c "started   reset the function" "$HOME/lines")"
        cat "$HOME/lines" >&2
        "$TDISPCTL" emulate stop --quiet
        """

    /// Prints `name=value` lines.
    private static let script = """
        mkdir "$HOME/disk" && mount -t tmpfs -o size=1m,mode=700 tmpfs "$HOME/disk" || exit 1
        export TDISPCTL_STATE_DIR="$HOME/disk/state" TDISPCTL_TOPOLOGY=demo
        field() { "$TDISPCTL" show \(Demo.vf) --output json | grep -m 1 "\\"$1\\"" | cut -d "\\"" -f 4; }
        "$TDISPCTL" emulate start >&2
        "$TDISPCTL" convert \(Demo.vf) --domain web1 --quiet >&2 && "$TDISPCTL" release \(Demo.vf) --quiet >&2 || exit 1
        dd if=/dev/zero of="$HOME/disk/fill" bs=1k 2>/dev/null
        [ "$FREE" = 0 ] || truncate -s "-${FREE}k" "$HOME/disk/fill"
        "$TDISPCTL" convert \(Demo.vf) --domain web1 >"$HOME/said" 2>&1
        echo "convert=$?"
        grep -q "disk is full" "$HOME/said" && echo named=yes
        grep -q "^  now .* in quarantine" "$HOME/said" && echo place=quarantine
        grep -Eq "^  next .*(free space|recover)" "$HOME/said" && echo next=yes
        cat "$HOME/said" >&2
        rm "$HOME/disk/fill"
        "$TDISPCTL" recover \(Demo.vf) --quiet >&2
        echo "phase=$(field phase)"
        echo "driver=$(field hostDriver)"
        "$TDISPCTL" history --verify >&2
        echo "verify=$?"
        "$TDISPCTL" convert \(Demo.vf) --domain web1 --quiet >&2
        echo "again=$?"
        "$TDISPCTL" emulate stop --quiet
        """
}

extension Tool {
    /// The beginning of a command that runs in a name space of mounts of its own.
    fileprivate static var unshare: String { geteuid() == 0 ? "unshare -m" : "unshare -rm" }

    fileprivate static var mayMount: Bool {
        get async throws {
            try await withoutHost { tool in
                try await tool.shell("mkdir d && \(unshare) mount -t tmpfs tmpfs d").status == 0
            }
        }
    }
}
