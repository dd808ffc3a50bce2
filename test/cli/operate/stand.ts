/**
 * A desk in front of an emulated cloud, with an ssh and a pulumi that are scripts: for what the
 * commands refuse. That they do what they say is tried in the lab.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Status } from "../../../agent/status/status.ts";
import type { Call } from "../../../lab/model/exoscale/request.ts";
import { peer } from "../../agent/status/sample.ts";
import { ids, world } from "../../lab/world.ts";
import { answers } from "../../operate/scene.ts";
import { labelsOf, startZone } from "../../operate/zone.ts";
import { folderWith, main, type Result, root } from "../command.ts";

/** Answers as the file that is named by the address says; logs what it was asked, and obeys. */
const ssh = (folder: string): string => `#!/bin/sh
for word; do ip="$last"; last="$word"; done
echo "$ip $last" >> ${folder}/asked
for order in on:true off:false; do
  case "$last" in *"maintenance \${order%:*}")
    # Long enough for a Ctrl-C to find it at work.
    sleep 0.2
    exec sed -i 's/"maintenance":[a-z]*/"maintenance":'\${order#*:}/ "${folder}/$ip" ;;
  esac
done
[ -s "${folder}/$ip" ] && exec cat "${folder}/$ip"
echo "ssh: connect to host $ip port 22: Connection timed out" >&2
exit 255
`;

/** Says what its files hold. */
const pulumi = (folder: string): string => `#!/bin/sh
echo "pulumi $*" >> ${folder}/asked
case "$*" in
  "config get"*) echo ${folder}/stack.yaml ;;
  "config --json"*) cat ${folder}/config ;;
  preview*)
    grep -q endless ${folder}/preview && exec sleep 20
    cat ${folder}/preview
    ! grep -q diagnostics ${folder}/preview ;;
esac
`;

export type Stand = {
  readonly baton: (...args: readonly string[]) => Promise<Result>;
  /** The same, where nobody reads what it says of its steps. */
  readonly unheard: (...args: readonly string[]) => Promise<Result>;
  /**
   * Sends Ctrl-C as soon as something was touched that the words are in; as a terminal does, to the
   * command and to all that it has started in its group.
   */
  readonly interrupted: (words: string, ...args: readonly string[]) => Promise<Result>;
  /** Ctrl-C at a moment. */
  readonly interruptedAt: (moment: Promise<unknown>, ...args: readonly string[]) => Promise<Result>;
  /** The same with SIGKILL, of which it hears nothing. */
  readonly killed: (words: string, ...args: readonly string[]) => Promise<Result>;
  /** Does something as soon as something was touched that the words are in; then as `killed`. */
  readonly during: (
    words: string,
    args: readonly string[],
    work: (pid: number) => Promise<void>,
  ) => Promise<void>;
  /** What the engine says: its config, and what an update would change, or never anything. */
  readonly engine: (says: {
    readonly config?: object;
    readonly preview?: object | "endless";
  }) => void;
  /** Makes a folder where the desk keeps what it has to know the next time. */
  readonly state: (path: string) => void;
  /** From now on the cloud answers a call so. */
  readonly fault: (call: Call, status: number, message?: string) => void;
  /** A file is where the desk would keep it. */
  readonly noState: () => void;
  /** What an agent says; undefined where SSH does not reach its host. */
  readonly agent: (node: "lb1" | "lb2", says: Partial<Status> | string | undefined) => void;
  /** All that could have changed something: requests, and words to hosts and engine. */
  readonly touched: () => readonly string[];
};

type Options = {
  /** Of the stack; the cloud has shop alone. */
  readonly name?: string;
  readonly nodes?: number;
  /** The command is typed where the machine's own Node is too old for it. */
  readonly onOldNode?: boolean;
  /** The desk is that of a lab of this stack, whose file is elsewhere. */
  readonly lab?: string;
};

/** Where the stack file of that lab is. */
export const labsFile = "/srv/lab.yaml";

/** Makes a process take its Node for Debian 12's. */
const aged =
  'data:text/javascript,Object.defineProperty(process,"versions",{value:{node:"18.20.4"}})';

/** lb1 holds the address, and both are well. */
export async function standUp(
  context: TestContext,
  { name = "shop", nodes = 2, onOldNode = false, lab }: Options = {},
): Promise<Stand> {
  const own = (host: "lb1" | "lb2") => [
    ids[host],
    { ...world.instances?.[ids[host]], name: `shop-${host}`, labels: labelsOf(host) },
  ];
  const instances = { ...world.instances, ...Object.fromEntries([own("lb1"), own("lb2")]) };
  const { emulator, env: zone } = await startZone(context, { world: { ...world, instances } });
  const stack = `name: ${name}
cloud: { provider: exoscale }
addresses: { web: { ip: 203.0.113.7 } }
services: { web: { port: 80 } }
access: { ssh-from: [192.0.2.0/24] }
nodes: ${nodes}
agent: { delivery: url, url: "https://downloads.example.com/baton-agent.js" }
`;
  const folder = folderWith(context, {
    "stack.yaml": stack,
    asked: "",
    config: "{}",
    preview: '{"steps":[]}',
  });
  mkdirSync(join(folder, "bin"));
  for (const [name, text] of Object.entries({ ssh: ssh(folder), pulumi: pulumi(folder) })) {
    writeFileSync(join(folder, "bin", name), text);
    chmodSync(join(folder, "bin", name), 0o755);
  }
  const agent: Stand["agent"] = (node, says) => {
    const file = join(folder, world.instances?.[ids[node]]?.publicIp ?? "");
    const other = node === "lb1" ? "lb2" : "lb1";
    const peers = [peer({ id: ids[other], name: `shop-${other}` })];
    const said = answers(node, { peers, ...(typeof says === "object" && says) });
    if (says === undefined) writeFileSync(file, "");
    else if (typeof says === "string") writeFileSync(file, says);
    else if (said.kind === "answers") writeFileSync(file, JSON.stringify(said.status));
  };
  agent("lb1", {});
  agent("lb2", {});
  const env = {
    PATH: `${join(folder, "bin")}:${process.env.PATH}`,
    HOME: folder,
    XDG_STATE_HOME: join(folder, "state"),
    ...zone,
    ...(lab !== undefined && { BATON_LAB_STACK: lab, BATON_LAB_STACK_FILE: labsFile }),
  };
  const begin = (command = "", ...rest: readonly string[]) => {
    const program = onOldNode ? ["--import", aged, join(root, "cli/baton.js")] : [main];
    // A group of its own, as a shell gives to each command.
    const child = spawn(process.execPath, [...program, command, "stack.yaml", ...rest], {
      cwd: folder,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const said = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const)
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        said[stream] += text;
      });
    const ended = once(child, "close").then(([status]): Result => ({ status, ...said }));
    return { child, ended };
  };
  const touched = (): readonly string[] => [
    ...emulator.requests.flatMap(({ method, target }) =>
      method === "GET" ? [] : [`${method} ${target}`],
    ),
    ...readFileSync(join(folder, "asked"), "utf8")
      .split("\n")
      .filter((line) =>
        /maintenance|handover|claim|release|pulumi (up|config (set|rm))/.test(line),
      ),
  ];
  const ended = async (
    words: string,
    args: readonly string[],
    end: (child: ChildProcess) => void,
  ): Promise<Result> => {
    const { child, ended: result } = begin(...args);
    const timer = setInterval(() => {
      if (!touched().some((line) => line.includes(words))) return;
      clearInterval(timer);
      end(child);
    }, 50);
    return result.finally(() => clearInterval(timer));
  };
  const during: Stand["during"] = async (words, args, work) => {
    const { child, ended: end } = begin(...args);
    while (child.exitCode === null && !touched().some((line) => line.includes(words)))
      await pause(50);
    await work(child.pid ?? 0).finally(() => child.kill("SIGKILL"));
    await end;
  };
  return {
    agent,
    touched,
    during,
    state: (path) => void mkdirSync(join(env.XDG_STATE_HOME, "baton", path), { recursive: true }),
    fault: (call, status, message) => {
      const effect = { kind: "error", status, ...(message !== undefined && { message }) } as const;
      emulator.input({ kind: "fault", fault: { name: call, calls: [call], effect } });
    },
    noState: () => writeFileSync(env.XDG_STATE_HOME, ""),
    engine: (says) => {
      for (const [file, value] of Object.entries(says))
        writeFileSync(join(folder, file), JSON.stringify(value));
    },
    baton: (...args) => begin(...args).ended,
    unheard: (...args) => {
      const { child, ended: end } = begin(...args);
      child.stderr.destroy();
      return end;
    },
    interrupted: (words, ...args) =>
      ended(words, args, ({ pid }) => pid !== undefined && process.kill(-pid, "SIGINT")),
    interruptedAt: (moment, ...args) => {
      const { child, ended: end } = begin(...args);
      void moment.then(() => child.pid !== undefined && process.kill(-child.pid, "SIGINT"));
      return end;
    },
    killed: (words, ...args) => ended(words, args, (child) => child.kill("SIGKILL")),
  };
}
