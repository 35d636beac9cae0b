// The commands by which anybody checks this log with tools that nobody at Reelm wrote. tests/conformance/ledger/test_commands.py runs them.

export interface Tool {
  /** Key of its explanation among the messages. */
  id: "reelm" | "aics" | "go" | "hand";
  name: string;
  lines: string[];
}

/** The commands for the log at `url` (without a slash at its end) with the key `vkey`. */
export function toolsFor(url: string, vkey: string): Tool[] {
  return [
    {
      id: "aics",
      name: "aics-tlog (Python)",
      lines: [
        "pip install aics-tlog",
        `LOG=${url}/ KEY='${vkey}'`,
        `aics-tlog verify-checkpoint --log-key "$KEY" --tiles "$LOG" --save-checkpoint seen.checkpoint`,
        `aics-tlog verify-consistency --log-key "$KEY" --tiles "$LOG" --old-checkpoint seen.checkpoint`,
        `aics-tlog verify-inclusion --log-key "$KEY" --tiles "$LOG" --index 0 --entry-out entry.json`,
      ],
    },
    {
      id: "go",
      name: "golang.org/x/mod/sumdb (Go)",
      lines: [
        "apt-get install golang-go golang-golang-x-mod-dev",
        "export GO111MODULE=off GOPATH=/usr/share/gocode",
        `go run tests/conformance/ledger/outside/main.go ${url} '${vkey}'`,
      ],
    },
    {
      id: "reelm",
      name: "reelm",
      lines: [
        `reelm ledger verify ${url} --vkey '${vkey}' --save saved.checkpoint`,
        `reelm ledger verify ${url} --vkey '${vkey}' --against saved.checkpoint`,
      ],
    },
    {
      id: "hand",
      name: "curl",
      lines: [`curl ${url}/checkpoint`],
    },
  ];
}
