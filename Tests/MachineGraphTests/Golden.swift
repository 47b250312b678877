/// What is expected of the connection machine, letter by letter.
enum Golden {
    static let connectionDOT = #"""
        digraph machine {
            graph [label="Connection machine: one per DSM", labelloc=t, fontname=Helvetica, fontsize=18];
            node [shape=box, style="rounded,filled", fontname=Helvetica, fontsize=12];
            edge [fontname=Helvetica, fontsize=10];
            start [shape=point, width=0.15, label=""];
            "none" [label="none\nT=1 cannot pass", fillcolor="#f1f1ef", color="#1f2933", penwidth=2.5];
            "connecting" [label="connecting\nT=1 cannot pass\nconnect", fillcolor="#f1f1ef", color="#7b8794", penwidth=1.2];
            "connected" [label="connected\nstream Secure: T=1 can pass", fillcolor="#d3efd9", color="#1f2933", penwidth=2.5];
            "disconnecting" [label="disconnecting\nT=1 cannot pass\ndisconnect", fillcolor="#f1f1ef", color="#7b8794", penwidth=1.2];
            "lost" [label="lost\nT=1 cannot pass", fillcolor="#f1f1ef", color="#c62828", penwidth=1.8];
            "refreshing" [label="refreshing\nstream Secure: T=1 can pass\nrefresh-keys", fillcolor="#d3efd9", color="#7b8794", penwidth=1.2];
            start -> "none";
            "none" -> "connecting" [label="require\n/ connect", color="#1553b7", fontcolor="#0f3f8c", penwidth=3.2, tooltip="require", weight=10];
            "none" -> "disconnecting" [label="restarted, alive\n/ disconnect", color="#d64545", fontcolor="#b02a2a", penwidth=1.5, tooltip="restarted, alive"];
            "connecting" -> "none" [label="connect failed\n/ announce unavailable or rekey failed", color="#d64545", fontcolor="#b02a2a", penwidth=1.5, tooltip="connect failed"];
            "connecting" -> "connected" [label="connect done\n/ announce ready or rekeyed", color="#1553b7", fontcolor="#0f3f8c", penwidth=3.2, tooltip="connect done", weight=10];
            "connecting" -> "disconnecting" [label="disconnect by force\n/ disconnect", color="#52606d", fontcolor="#3e4c59", penwidth=1.5, tooltip="disconnect by force"];
            "connecting" -> "disconnecting" [label="trouble (2)\n/ disconnect", color="#d64545", fontcolor="#b02a2a", penwidth=1.5, tooltip="restarted, alive\nrestarted, not alive"];
            "connecting" -> "lost" [label="trouble (5)\n/ announce lost", color="#d64545", fontcolor="#b02a2a", penwidth=1.5, tooltip="connect outcome unknown\nsession-lost\nstream-insecure\ndevice-reset\noutcome-unknown"];
            "connected" -> "disconnecting" [label="disconnect or by force\n/ disconnect", color="#52606d", fontcolor="#3e4c59", penwidth=1.5, tooltip="disconnect\ndisconnect by force"];
            "connected" -> "lost" [label="trouble (5)\n/ announce lost", color="#d64545", fontcolor="#b02a2a", penwidth=1.5, tooltip="session-lost\nstream-insecure\ndevice-reset\noutcome-unknown\nrestarted, not alive"];
            "connected" -> "refreshing" [label="rekey\n/ refresh-keys", color="#52606d", fontcolor="#3e4c59", penwidth=1.5, tooltip="rekey"];
            "disconnecting" -> "none" [label="disconnect done\n/ announce ended", color="#52606d", fontcolor="#3e4c59", penwidth=1.5, tooltip="disconnect done"];
            "disconnecting" -> "connecting" [label="disconnect done\n/ connect", color="#52606d", fontcolor="#3e4c59", penwidth=1.5, tooltip="disconnect done"];
            "disconnecting" -> "lost" [label="trouble (2)\n/ announce unavailable or rekey failed", color="#d64545", fontcolor="#b02a2a", penwidth=1.5, tooltip="disconnect failed\ndisconnect outcome unknown"];
            "lost" -> "disconnecting" [label="require or 3 others\n/ disconnect", color="#52606d", fontcolor="#3e4c59", penwidth=1.5, tooltip="require\nrekey\ndisconnect\ndisconnect by force"];
            "refreshing" -> "connected" [label="refresh-keys done\n/ announce rekeyed", color="#52606d", fontcolor="#3e4c59", penwidth=1.5, tooltip="refresh-keys done"];
            "refreshing" -> "connected" [label="refresh-keys failed\n/ announce rekey failed", color="#d64545", fontcolor="#b02a2a", penwidth=1.5, tooltip="refresh-keys failed"];
            "refreshing" -> "disconnecting" [label="disconnect by force\n/ disconnect", color="#52606d", fontcolor="#3e4c59", penwidth=1.5, tooltip="disconnect by force"];
            "refreshing" -> "disconnecting" [label="refresh-keys failed\n/ disconnect", color="#d64545", fontcolor="#b02a2a", penwidth=1.5, tooltip="refresh-keys failed"];
            "refreshing" -> "lost" [label="trouble (7)\n/ announce lost", color="#d64545", fontcolor="#b02a2a", penwidth=1.5, tooltip="refresh-keys outcome unknown\nsession-lost\nstream-insecure\ndevice-reset\noutcome-unknown\nrestarted, alive\nrestarted, not alive"];
        }
        """# + "\n"

    static let connectionMermaid = #"""
        ---
        title: "Connection machine: one per DSM"
        ---
        stateDiagram-v2
            state "none<br/>T=1 cannot pass" as none
            state "connecting<br/>T=1 cannot pass" as connecting
            state "connected<br/>stream Secure#58; T=1 can pass" as connected
            state "disconnecting<br/>T=1 cannot pass" as disconnecting
            state "lost<br/>T=1 cannot pass" as lost
            state "refreshing<br/>stream Secure#58; T=1 can pass" as refreshing
            [*] --> none
            none --> connecting : require / connect
            none --> disconnecting : restarted, alive / disconnect
            connecting --> none : connect failed / announce unavailable or rekey failed
            connecting --> connected : connect done / announce ready or rekeyed
            connecting --> disconnecting : disconnect by force / disconnect
            connecting --> disconnecting : trouble (2) / disconnect
            connecting --> lost : trouble (5) / announce lost
            connected --> disconnecting : disconnect or by force / disconnect
            connected --> lost : trouble (5) / announce lost
            connected --> refreshing : rekey / refresh-keys
            disconnecting --> none : disconnect done / announce ended
            disconnecting --> connecting : disconnect done / connect
            disconnecting --> lost : trouble (2) / announce unavailable or rekey failed
            lost --> disconnecting : require or 3 others / disconnect
            refreshing --> connected : refresh-keys done / announce rekeyed
            refreshing --> connected : refresh-keys failed / announce rekey failed
            refreshing --> disconnecting : disconnect by force / disconnect
            refreshing --> disconnecting : refresh-keys failed / disconnect
            refreshing --> lost : trouble (7) / announce lost
            classDef dma_privatePages fill:#d3efd9
            class connected,refreshing dma_privatePages
            classDef dma_none fill:#f1f1ef
            class none,connecting,disconnecting,lost dma_none
            classDef trouble stroke:#c62828,stroke-width:2px
            class lost trouble
        """# + "\n"
}
