/** From what was seen to what is wrong, the worst first. Pure. */
import type { Status } from "../agent/status/status.ts";
import { isShared, type Stack } from "../stack/stack.ts";
import type { CloudAddress } from "./cloud.ts";
import { type Finding, note, unseen, wrong } from "./finding.ts";
import type { Unreachable } from "./remote.ts";
import { type HostSeen, isWell, type Snapshot, versionsOf } from "./snapshot.ts";

/** All that is wrong, and then what is worth knowing. */
export function judge(stack: Stack, snapshot: Snapshot): readonly Finding[] {
  const nodes = snapshot.hosts.filter(({ role }) => role === "node");
  const all = [
    ...snapshot.addresses.flatMap((address) => judgeAddress(stack, address, nodes)),
    ...judgeHosts(stack, snapshot),
    ...nodes.flatMap((node) => judgeAgent(stack, node, nodes)),
    ...judgeTogether(stack, nodes),
    ...snapshot.strangers.map(({ name, host }) =>
      note(
        name,
        `${name} carries this stack's label, and the stack file has no ${host}`,
        "`pulumi up` removes what it has made; else `exo compute instance delete`",
      ),
    ),
  ];
  return [
    ...all.filter(({ level }) => level === "wrong"),
    ...all.filter(({ level }) => level !== "wrong"),
  ];
}

function judgeAddress(
  stack: Stack,
  { name, ip, id, holders }: CloudAddress,
  nodes: readonly HostSeen[],
): Finding[] {
  const where = ip ?? name;
  const faulty = (what: string, fix: string): Finding[] => [wrong(where, what, fix)];
  if (id === undefined)
    return faulty(
      ip === undefined ? `the cloud has made no address ${name}` : `the cloud has no ${ip} here`,
      ip === undefined ? "`pulumi up` makes it" : "reserve it in this zone, or leave `ip` out",
    );
  const outside = holders.filter((holder) => !nodes.some((node) => node.name === holder));
  if (outside.length > 0)
    return faulty(
      `held by ${outside.join(", ")}, which is no load balancer of this stack`,
      `on a load balancer: \`sudo baton-agent claim\`, then ${outside.map(releaseOf).join(", ")}`,
    );
  const claimed = nodes.some(isWell)
    ? "an agent that is well claims it in seconds; if not, `sudo baton-agent claim` there"
    : "no load balancer is seen to be well: mend one first; what is below says why";
  if (holders.length === 0) return faulty("held by nobody", claimed);
  const isLost = ({ name: node, instance, agent }: HostSeen): boolean =>
    holders.includes(node) &&
    agent?.kind === "unreachable" &&
    !isOfDesk(agent) &&
    nodes.some((other) => instance !== undefined && missedBy(other, instance.id));
  const lost = nodes.filter(isLost);
  // Who took it while it was not heard, and died then, is contested after a minute alone.
  if (lost.length === holders.length)
    return faulty(
      `held by ${holders.join(" and ")}, which neither its peers nor SSH reach`,
      [claimed, ...(nodes.some(isWell) ? lost.map(releasing) : [])].join(", then "),
    );
  return !isShared(stack.election) && holders.length > 1
    ? faulty(
        `held by ${holders.join(" and ")}`,
        "after a move the second is let go in seconds; if not, see the agents' reasons",
      )
    : [];
}

const releaseOf = (instance: string): string =>
  `\`sudo baton-agent release -instance ${instance}\``;

const releasing = ({ instance, name }: HostSeen): string => releaseOf(instance?.name ?? name);

function judgeHosts({ name: where }: Stack, { hosts }: Snapshot): Finding[] {
  if (hosts.some(({ instance }) => instance !== undefined)) return hosts.flatMap(judgeHost);
  const what = "the cloud has none of its hosts";
  const fix = "`pulumi up` makes them; are zone and organisation of the key the right ones?";
  return [wrong(where, what, fix)];
}

function judgeHost({ name, role, instance }: HostSeen): Finding[] {
  if (instance === undefined)
    return [wrong(name, `the cloud has no instance of ${name}`, "`pulumi up` makes it")];
  if (instance.running) return [];
  const lost = role === "node" ? "it can take nothing over" : "it answers no request";
  const fix = `\`exo compute instance start ${instance.name}\`, unless it is being changed`;
  return [wrong(name, `the instance is ${instance.state}: ${lost}`, fix)];
}

function judgeAgent(
  stack: Stack,
  { name, instance, agent }: HostSeen,
  nodes: readonly HostSeen[],
): Finding[] {
  if (agent === undefined || instance === undefined || !instance.running) return [];
  const lost = nodes.some((other) => missedBy(other, instance.id));
  switch (agent.kind) {
    case "unreachable": {
      const fix = agent.fix ?? fixOfSsh(stack);
      if (!lost || isOfDesk(agent)) return [unseen(name, `not asked: ${agent.why}`, fix)];
      const reboot = `\`exo compute instance reboot ${instance.name}\`; its console shows more`;
      return [wrong(name, `neither its peers nor SSH reach it: ${agent.why}`, reboot)];
    }
    case "silent": {
      const fix = "there: systemctl status baton; journalctl -u baton";
      return [wrong(name, `its agent does not answer: ${agent.why}`, fix)];
    }
    case "answers":
      return judgeStatus(stack, name, agent.status, nodes);
  }
}

/** Whether this desk is why a node was not asked: that says nothing of the node. */
const isOfDesk = ({ fix }: Unreachable): boolean => fix !== undefined;

/** Whether a node's agent is heard no more by another one that answers. */
const missedBy = ({ agent }: HostSeen, instance: string): boolean =>
  agent?.kind === "answers" &&
  agent.status.peers.some(({ id, heard }) => id === instance && !heard);

function fixOfSsh({ access }: Stack): string {
  return access.sshFrom.length === 0
    ? "the stack file lets nobody in: `access: { ssh-from: [YOUR-NETWORK] }`"
    : "is this desk in `access: ssh-from`, and its key in `access: ssh-keys`?";
}

function judgeStatus(
  stack: Stack,
  where: string,
  status: Status,
  nodes: readonly HostSeen[],
): Finding[] {
  const done = `\`npx baton maintenance STACK ${where} off\` when it is done`;
  const other = "the host is another stack's: look at its label baton-stack";
  return [
    ...status.problems
      .filter(({ text }) => !(isOfSilence(text) && misses(status, nodes) === 0))
      .map(({ text, fix }) => wrong(where, text, fix)),
    ...(status.stack === stack.name
      ? []
      : [wrong(where, `its agent is of the stack ${status.stack}`, other)]),
    ...(status.maintenance ? [note(where, "in maintenance: it takes nothing over", done)] : []),
  ];
}

/** Agents of an earlier version say it in the second way. */
const isOfSilence = (problem: string): boolean =>
  /^(hears nothing from|silent:|never heard:) /.test(problem);

/** Peers that it hears not and that there are: one that was replaced stands in its list a while. */
const misses = ({ peers }: Status, nodes: readonly HostSeen[]): number =>
  peers.filter(({ id, heard }) => !heard && nodes.some(({ instance }) => instance?.id === id))
    .length;

function judgeTogether(stack: Stack, nodes: readonly HostSeen[]): Finding[] {
  const known = (what: string, fix: string): Finding[] => [note(stack.name, what, fix)];
  const versions = versionsOf(nodes);
  const told = [...versions].map(([version, names]) => `${version} on ${names.join(", ")}`);
  const asked = nodes.every(({ agent }) => agent?.kind !== "unreachable");
  const well = nodes.filter(isWell).length;
  return [
    ...(nodes.length === 1
      ? known("one load balancer alone: nobody can take over", "write `nodes: 2`")
      : asked && well < 2
        ? known(
            well === 1 ? "only one load balancer is well" : "no load balancer is well",
            "until another one is, a failure is an outage",
          )
        : []),
    ...(versions.size > 1
      ? known(`agents of ${versions.size} versions: ${told.join("; ")}`, "`npx baton roll STACK`")
      : []),
  ];
}
