/**
 * Everything that can befall the lab, as words with arguments: one table for the command line, the
 * page and the tests.
 */
import { WorldFailure } from "../../stack/failure.ts";
import type { Lab } from "../lab.ts";
import { apiVerbs } from "./api.ts";
import { checkCount, numberIn } from "./arguments.ts";
import { heal } from "./heal.ts";

export type Verb = {
  /** What is given after it, for people. */
  readonly usage: string;
  readonly does: string;
  /** Gives what is to be told; nothing when the word itself says it. */
  readonly run: (around: Around, args: readonly string[]) => Promise<string | undefined>;
};

export type Around = {
  readonly lab: Lab;
  /** How each rule that was taken away comes back. */
  readonly undo: Map<string, () => Promise<void>>;
  /** Told of each command before it is carried out, whoever gave it. */
  readonly onOrder?: (words: readonly string[]) => void;
};

type Act = (lab: Lab, instance: string, rest: readonly string[]) => Promise<unknown>;

/** A verb on one host, and what it says of it. */
const onHost = (usage: string, does: string, act: Act): Verb => ({
  usage,
  does,
  run: async ({ lab }, [host = "", ...rest]) => {
    const { id } = lab.instance(host);
    const told = await act(lab, id, rest).catch((error) => {
      if (!(error instanceof WorldFailure)) throw error;
      // People know hosts by name.
      const [what, fix] = [error.problem, error.fix].map((text) => text.replaceAll(id, host));
      throw new WorldFailure(what ?? "", fix ?? "");
    });
    return typeof told === "string" ? told : undefined;
  },
});

const inside =
  (...argv: readonly string[]): Act =>
  async (lab, id, rest) => {
    const { code, stdout, stderr } = await lab.fabric.exec(id, [...argv, ...rest]);
    // A command of the user's own is answered by what it prints, be it nothing.
    if (code === 0) return stdout.trim() || (argv.length > 0 ? undefined : "");
    const said = [`failed on ${id} (${code})`, (stderr || stdout).trim()].filter(Boolean);
    throw new WorldFailure(
      `\`${[...argv, ...rest].join(" ")}\` ${said.join(": ")}`,
      `\`journal ${id} --all\` may tell more`,
    );
  };

/** The cloud's operation is over before the machine is: that is waited for as well. */
const ordered =
  (what: "stop" | "start" | "reboot"): Act =>
  async (lab, id) => {
    if (lab.fabric.isFrozen(id))
      throw new WorldFailure(`${id} is frozen and hears nothing`, "`thaw` it first, or `kill` it");
    await lab.owner[what](id);
    await lab.settled();
  };

/** The agent's unit; app servers have none, and all that they have written is shown. */
const journal: Act = async (lab, id, [which]) => {
  if (which !== undefined && which !== "--all")
    throw new WorldFailure(`"${which}" is no part of a journal`, "the second word is `--all`");
  const isNode = lab.stack.nodes.some(({ name }) => name === lab.hostOf(id));
  return lab.fabric.journal(id, isNode && which === undefined ? agentUnit : undefined);
};

const agentUnit = "baton";

const ends = (lab: Lab, [one = "", other = ""]: readonly string[]) => {
  if (one === other)
    throw new WorldFailure(`${one} is both ends of the path`, "name two hosts, or `client`");
  return [one, other].map((end) => (end === "client" ? end : lab.instance(end).id)) as [
    string,
    string,
  ];
};

/** What `heal` calls it where it fails. */
const heartbeatRules = "rules for heartbeats";

export const verbs: Readonly<Record<string, Verb>> = {
  kill: onHost("NODE", "cuts its power: nothing on it is told", (lab, id) =>
    lab.fabric.powerOff(id),
  ),
  boot: onHost("NODE", "switches it on again, from its own disk", (lab, id) =>
    lab.fabric.startHost(id),
  ),
  freeze: onHost("NODE", "stops it in its tracks", (lab, id) => lab.fabric.freeze(id, true)),
  thaw: onHost("NODE", "lets a frozen one go on", (lab, id) => lab.fabric.freeze(id, false)),
  stop: onHost("NODE", "stops it through the cloud's API", ordered("stop")),
  start: onHost("NODE", "starts it through the cloud's API", ordered("start")),
  reboot: onHost("NODE", "reboots it through the cloud's API", ordered("reboot")),
  handover: onHost("NODE", "hands its addresses to a peer", inside("baton-agent", "handover")),
  maintenance: onHost(
    "NODE on|off",
    "takes it out of the election, or back",
    inside("baton-agent", "maintenance"),
  ),
  "agent-kill": onHost(
    "NODE",
    "kills its agent; systemd starts it again",
    inside("systemctl", "kill", "-s", "KILL", "baton"),
  ),
  "agent-stop": onHost("NODE", "stops its agent in order", inside("systemctl", "stop", "baton")),
  "agent-start": onHost("NODE", "starts its agent", inside("systemctl", "start", "baton")),
  exec: onHost("NODE COMMAND…", "runs a command on it", inside()),
  journal: onHost(
    "NODE [--all]",
    "shows what its agent has said; all that it has written down with --all",
    journal,
  ),
  cut: {
    usage: "A B [one-way]",
    does: "lets nothing through from A to B, nor back; `client` is an end too",
    run: async ({ lab }, [one, other, way]) => {
      if (way !== undefined && way !== "one-way")
        throw new WorldFailure(`"${way}" is no way to cut`, "the third word is `one-way`, or none");
      await lab.fabric.cut(...ends(lab, [one ?? "", other ?? ""]), way === "one-way");
      return undefined;
    },
  },
  mend: {
    usage: "A B",
    does: "lets everything through again between A and B",
    run: async ({ lab }, args) => {
      await lab.fabric.mend(...ends(lab, args));
      return undefined;
    },
  },
  impair: onHost(
    "NODE LOSS% [DELAY_MS]",
    "loses packets of it, and delays those to it",
    (lab, id, [loss = "0", delay = "0"]) =>
      lab.fabric.impair(id, {
        lossPercent: numberIn(loss, "percentage", [0, 100]),
        delayMs: numberIn(delay, "delay in milliseconds", [0, 60_000]),
      }),
  ),
  "api-cut": onHost("NODE", "lets it reach the cloud's API no more", (lab, id) =>
    lab.fabric.cutFromApi(id, true),
  ),
  "api-mend": onHost("NODE", "lets it reach the cloud's API again", (lab, id) =>
    lab.fabric.cutFromApi(id, false),
  ),
  "metadata-cut": onHost("NODE", "lets it reach the metadata service no more", (lab, id) =>
    lab.fabric.cutFromMetadata(id, true),
  ),
  "metadata-mend": onHost("NODE", "lets it reach the metadata service again", (lab, id) =>
    lab.fabric.cutFromMetadata(id, false),
  ),
  ...apiVerbs,
  "drop-heartbeats": {
    usage: "",
    does: "removes the security-group rule for heartbeats, through the API",
    run: async ({ lab, undo }) => {
      const rules = lab.owner.heartbeatRules();
      // What was dropped before, and only in part, is still to come back.
      const before = undo.get(heartbeatRules);
      undo.set(heartbeatRules, async () => {
        await before?.();
        await rules.putBack();
      });
      await rules.drop();
      return undefined;
    },
  },
  "allow-heartbeats": {
    usage: "",
    does: "puts that rule back",
    run: async ({ undo }) => {
      await undo.get(heartbeatRules)?.();
      undo.delete(heartbeatRules);
      return undefined;
    },
  },
  move: {
    usage: "NODE",
    does: "moves the address to a node by hand, as a person in the console",
    run: async ({ lab }, [host = ""]) => {
      const { id } = lab.instance(host);
      const { elasticIps, instances } = lab.cloud.world();
      for (const elasticIp of Object.keys(elasticIps)) {
        lab.cloud.input({ kind: "person", change: { kind: "attach", elasticIp, instance: id } });
        for (const other of Object.values(instances))
          if (other.id !== id && other.elasticIps.includes(elasticIp))
            lab.cloud.input({
              kind: "person",
              change: { kind: "detach", elasticIp, instance: other.id },
            });
      }
      return undefined;
    },
  },
  heal: {
    usage: "",
    does: "undoes every fault; all hosts are on, and all agents take part",
    run: heal,
  },
};

/** A verb that checks how many words it is given. @throws WorldFailure for a word that is none */
export function verbNamed(name: string): Verb {
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (verb !== undefined)
    return {
      ...verb,
      run: async (around, args) => {
        checkCount(name, verb.usage, args);
        around.onOrder?.([name, ...args]);
        return verb.run(around, args);
      },
    };
  throw new WorldFailure(
    `the lab has no command "${name}"`,
    `it has: ${Object.keys(verbs).join(", ")}`,
  );
}
