/** The command line of the bench: what is to be measured. */
import { parseArgs } from "node:util";
import { LabFailure } from "../../../lab/failure.ts";
import { baton } from "./baton.ts";
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

/** @throws LabFailure for what cannot be measured */
export function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string", default: "" },
      peer: { type: "string", multiple: true, default: [] },
      runs: { type: "string", default: "5" },
      idle: { type: "string", default: "60" },
      write: { type: "boolean", default: false },
      render: { type: "boolean", default: false },
    },
  });
  const { write, render } = values;
  if (write && (values.only !== "" || values.peer.length > 0))
    throw new LabFailure(
      "the documents hold figures of one run of everything",
      "leave out `--write`, or `--only` and `--peer`",
    );
  return {
    peers: values.peer.length === 0 ? known : values.peer.map(peerNamed),
    rows: rowsOf(values.only),
    runs: whole("runs", values.runs),
    idleMs: whole("idle", values.idle) * 1000,
    write,
    render,
  };
}

function rowsOf(pattern: string): readonly Row[] {
  const wanted = new RegExp(pattern);
  const found = rows.filter(({ name, title }) => wanted.test(name) || wanted.test(title));
  if (found.length > 0) return found;
  throw new LabFailure(
    `no row is called "${pattern}"`,
    `there are: ${rows.map(({ name }) => name).join(", ")}`,
  );
}

function peerNamed(name: string): Peer {
  const found = known.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw new LabFailure(
    `no program is called "${name}"`,
    `there are: ${known.map((one) => one.name).join(", ")}`,
  );
}

function whole(name: string, text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new LabFailure(`--${name} ${text} is no number`, "give a whole one");
}
