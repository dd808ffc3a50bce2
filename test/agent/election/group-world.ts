/** A group of the node `s` with a cloud that says what a test wants, in a time of its own. */
import type { Cloud, CloudInstance, ListRequest } from "../../../agent/cloud/cloud.ts";
import type { AgentPeers } from "../../../agent/config.ts";
import { createGroup, type GroupParts } from "../../../agent/election/group.ts";
import { type Member, nodeOf, type SavedGroup } from "../../../agent/election/member.ts";
import type { Stranger } from "../../../agent/election/received.ts";

type Answer = Awaited<ReturnType<Cloud["instances"]>>;

export const instance = (id: string, ...ips: readonly string[]): CloudInstance => ({
  id,
  name: `name-of-${id}`,
  running: true,
  state: "running",
  ips,
});

export const listed = (...ids: readonly string[]): Answer => ({
  kind: "done",
  value: ids.map((id) => instance(id, `192.0.2.${id.charCodeAt(0)}`)),
});

export const unreachable: Answer = { kind: "unreachable", message: "no route to host" };

export const securityGroup: AgentPeers = { from: "security-group", name: "lbs" };

export const minute = 60_000;

/** A group of the node `s`, whose cloud gives `answer` until that is changed. */
export function world(options: Partial<GroupParts> = {}, answer: Answer = listed("s", "a", "b")) {
  const calls: (ListRequest & { at: number })[] = [];
  const changes: (readonly Member[])[] = [];
  const troubles: (string | undefined)[] = [];
  const kept: { saved: SavedGroup | undefined } = { saved: undefined };
  const clock = { now: 0 };
  const heard = new Set<string>();
  const own = new Set<string>();
  const told = { answer };
  const group = createGroup({
    peers: securityGroup,
    self: "s",
    cloud: {
      async instances(request) {
        calls.push({ ...request, at: clock.now });
        return told.answer;
      },
    },
    nowMs: () => clock.now,
    random: () => 0.5,
    saved: undefined,
    save: (saved) => {
      kept.saved = saved;
    },
    isOwn: (ip) => own.has(ip),
    isHeard: (id) => heard.has(id),
    onChange: (members) => changes.push(members),
    onTrouble: (text) => troubles.push(text),
    ...options,
  });
  const settle = () => new Promise((done) => setImmediate(done));
  /** Ticks once a second, as the program does. */
  const run = async (ms: number) => {
    for (const end = clock.now + ms; clock.now < end; clock.now += 1000) {
      group.tick();
      await settle();
    }
  };
  const ids = () => group.members().map(nodeOf).join(" ");
  return { group, calls, changes, troubles, kept, clock, heard, own, told, settle, run, ids };
}

export const stranger: Stranger = { id: "n", name: "lb9", ip: "192.0.2.9", proven: false };
