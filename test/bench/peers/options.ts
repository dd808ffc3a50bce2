/** The command line of the bench: what is to be measured. */
import { existsSync } from "node:fs";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { WorldFailure } from "../../../stack/failure.ts";
import { baton } from "./baton.ts";
import { exoip } from "./exoip.ts";
import { keepalived } from "./keepalived.ts";
import type { Peer } from "./peer.ts";
import { type Row, rows } from "./rows.ts";

export type Options = {
  readonly peers: readonly Peer[];
  readonly rows: readonly Row[];
  readonly runs: number;
  /** How long each is watched at rest; 0: not at all. */
  readonly idleMs: number;
  /** Into the documents. */
  readonly write: boolean;
  /** Renders the documents from what was measured before. */
  readonly render: boolean;
};

/** Those that every machine with the lab can measure. */
const known: readonly Peer[] = [baton(1000), keepalived(1000), baton(100), keepalived(100)];

/** @throws WorldFailure for what cannot be measured */
export function optionsOf(args: readonly string[]): Options {
  const values = valuesIn(args);
  const { write, render } = values;
  if (write && (values.only !== "" || values.peer.length > 0))
    throw new WorldFailure(
      "the documents hold figures of one run of everything",
      "leave out `--write`, or `--only` and `--peer`",
    );
  return {
    peers: values.peer.length === 0 ? known : values.peer.map(peerNamed),
    rows: rowsOf(values.only),
    runs: whole("runs", values.runs, 1),
    idleMs: whole("idle", values.idle, 0) * 1000,
    write,
    render,
  };
}

const options = {
  only: { type: "string", default: "" },
  peer: { type: "string", multiple: true, default: [] },
  runs: { type: "string", default: "5" },
  idle: { type: "string", default: "60" },
  write: { type: "boolean", default: false },
  render: { type: "boolean", default: false },
} as const satisfies ParseArgsConfig["options"];

function valuesIn(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const [problem = ""] = `${error instanceof Error ? error.message : error}`.split(
      ". To specify",
    );
    throw new WorldFailure(problem, `there are: --${Object.keys(options).join(", --")}`);
  }
}

function patternIn(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    throw new WorldFailure(`--only ${text} is no pattern`, "write a row's name, or `split|freeze`");
  }
}

function rowsOf(pattern: string): readonly Row[] {
  const wanted = patternIn(pattern);
  const found = rows.filter(({ name, title }) => wanted.test(name) || wanted.test(title));
  if (found.length > 0) return found;
  throw new WorldFailure(
    `no row is called "${pattern}"`,
    `there are: ${rows.map(({ name }) => name).join(", ")}`,
  );
}

/** @param given a name, our agent with another interval, or `exoip=PATH` */
function peerNamed(given: string): Peer {
  const found = known.find(({ name }) => name === given);
  if (found !== undefined) return found;
  const [, seconds] = /^baton-(\d{1,2}(?:\.\d)?)s$/.exec(given) ?? [];
  if (Number(seconds) > 0) return baton(Number(seconds) * 1000);
  const [, kind, path = ""] = /^(exoip|exoip\+baton)=(.+)$/.exec(given) ?? [];
  if (kind !== undefined && existsSync(path))
    return exoip(path, kind === "exoip" ? "alone" : "with baton");
  throw new WorldFailure(
    kind === undefined ? `no program is called "${given}"` : `there is no file ${path}`,
    `there are: ${[...known.map(({ name }) => name), "baton-0.2s and so on", "exoip=PATH", "exoip+baton=PATH"].join(", ")}`,
  );
}

function whole(name: string, text: string, least: number): number {
  if (/^\d+$/.test(text) && Number(text) >= least) return Number(text);
  throw new WorldFailure(`--${name} ${text} is no number`, `give a whole one, ${least} at least`);
}
