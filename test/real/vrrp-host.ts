/** A VRRP node's files in a scratch root, and its links: what keepalived needs to run for real. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Node, privateNetworks, type Stack } from "../../stack/stack.ts";
import { renderAll } from "../render-example.ts";
import { inside, otherUid } from "./namespace.ts";
import { put, putFiles, withScratch } from "./scratch.ts";
import { toolFile } from "./tools.ts";

export type VrrpHost = {
  readonly mounts: readonly (readonly [string, string])[];
  readonly top: string;
  readonly configuration: string;
  readonly tmpfiles: string;
};

/** Puts the files of a node into a scratch root, where the agent's account exists. */
export function vrrpHost(root: string, source: string, name: string, node: string): VrrpHost {
  const found = renderAll(source, name).find(({ host }) => host === node);
  assert.ok(found, `${name} has no node ${node}`);
  for (const folder of ["usr/libexec", "top"]) mkdirSync(join(root, folder), { recursive: true });
  putFiles(
    root,
    found.plan.files.filter(({ path }) => /keepalived|tmpfiles/.test(path)),
  );
  put(
    root,
    "etc/passwd",
    `root:x:0:0::/root:/bin/sh\nbaton:x:${otherUid}:${otherUid}::/:/bin/false\n`,
  );
  put(root, "etc/group", `root:x:0:\nbaton:x:${otherUid}:\n`);
  return {
    mounts: ["etc/passwd", "etc/group", "usr/libexec"].map(
      (path) => [join(root, path), `/${path}`] as const,
    ),
    top: join(root, "top"),
    configuration: join(root, "etc/keepalived/keepalived.conf"),
    tmpfiles: join(root, "etc/tmpfiles.d/baton-vrrp.conf"),
  };
}

/** Commands that make the links of a node, with its addresses; the cloud may bring some later. */
export const links = (stack: Stack, node: Node, first = Number.POSITIVE_INFINITY): string[] =>
  privateNetworks(stack.networks)
    .slice(0, first)
    .flatMap(({ name, interface: link, cidr }) => [
      `ip link add ${link} type veth peer name ${link}-far`,
      `ip link set ${link} up && ip link set ${link}-far up`,
      `ip address add ${node.ips[name]}/${cidr.split("/")[1]} dev ${link}`,
    ]);

/** The judgement of `keepalived -t` on a node, beside the links that the commands make. */
export function configTest(source: string, name: string, node: string, commands: string[]) {
  return withScratch((root) => {
    const { mounts, top, configuration } = vrrpHost(root, source, name, node);
    // As the first process of a namespace: before 2.2.8 it takes any other parent for a dead one.
    const judge = `exec ${toolFile("keepalived")} --config-test --log-console -f ${configuration} 2>&1`;
    return inside(["sh", "-euc", [...commands, judge].join("\n")], {
      mounts,
      top,
      processes: true,
    });
  });
}
