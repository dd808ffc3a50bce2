/** A program that moves the address: what of it lies on the hosts, and how it is asked. */
import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { rootOf } from "../../../lab/fabric/disk.ts";
import { planPlace } from "../../../lab/fabric/place.ts";
import type { Bench } from "../../real/lab/bench.ts";

export const nodes = ["lb1", "lb2"] as const;
export type Node = (typeof nodes)[number];

export const otherOf = (node: Node): Node => (node === "lb1" ? "lb2" : "lb1");

export type Peer = {
  /** As `--peer` names it. */
  readonly name: string;
  readonly title: string;
  /** How long a host is silent until it is dead to the other. */
  readonly deadMs: number;
  /** Its systemd unit on a host, which is enabled and started. */
  readonly unit: string;
  /** Shell that removes what it leaves on a host when it is killed. */
  readonly leaves?: (bench: Bench) => string;
  /** Puts its files on both hosts; nothing of it runs yet. */
  readonly install: (bench: Bench) => Promise<void>;
  /** The hosts that are the elected one by their own word. Those that are off say nothing. */
  readonly elected: (bench: Bench) => Promise<readonly string[]>;
  /** Whether both are well, and know of each other. */
  readonly isWell: (bench: Bench) => Promise<boolean>;
};

const pathOn = ({ lab, name }: Bench, node: Node, path: string): string =>
  join(rootOf(planPlace(name), lab.instance(node).id), path);

/** Writes a file of a host, on or off; one that is there keeps owner and mode. */
export async function putFile(
  bench: Bench,
  node: Node,
  { path, content, mode }: { path: string; content: string | Buffer; mode?: number },
): Promise<void> {
  const at = pathOn(bench, node, path);
  await mkdir(dirname(at), { recursive: true });
  await writeFile(at, content, mode === undefined ? {} : { mode });
}

export const readFile = (bench: Bench, node: Node, path: string): string =>
  readFileSync(pathOn(bench, node, path), "utf8");

/** The nodes of which something is true, among those that run commands. */
export async function nodesWhere(
  { lab }: Bench,
  isSo: (node: Node) => Promise<boolean>,
): Promise<readonly Node[]> {
  const asked = nodes.map(async (node) => {
    const { id } = lab.instance(node);
    return lab.fabric.isOn(id) && !lab.fabric.isFrozen(id) && (await isSo(node));
  });
  const answers = await Promise.all(asked);
  return nodes.filter((_, at) => answers[at]);
}

/** What a command on a host printed; empty where it failed. */
export async function printed({ lab }: Bench, node: Node, ...argv: string[]): Promise<string> {
  const ran = await lab.fabric.exec(lab.instance(node).id, argv).catch(() => undefined);
  return ran?.code === 0 ? ran.stdout : "";
}
