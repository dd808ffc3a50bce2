/**
 * The watchdog's parts wired together: what comes in goes to the core as events, and what the core
 * asks for goes to the cloud, to the peers and into the journal.
 */
import { randomBytes } from "crypto";
import type { Cloud } from "./cloud/cloud.ts";
import { createMover, type Mover } from "./cloud/mover.ts";
import type { AgentConfig, AgentCredentials, AgentElection } from "./config.ts";
import { silent } from "./core/peers.ts";
import type { Effect, Past, State } from "./core/state.ts";
import { createGroup, type Group } from "./election/group.ts";
import { createHeartbeat, type HeartbeatOptions } from "./election/heartbeat.ts";
import { idsOf, nodeOf } from "./election/member.ts";
import { runChecks } from "./host/checks.ts";
import { monotonicMs as nowMs } from "./host/clock.ts";
import type { Log } from "./host/log.ts";
import { carries } from "./host/network.ts";
import { openUdp, type Udp } from "./host/udp.ts";
import type { Journal } from "./journal.ts";
import { createPump, type Pump } from "./pump.ts";
import { deadlineMs, settingsOf } from "./settings.ts";
import { hmacKeys, keyFromBase64 } from "./wire/hmac.ts";
import type { Keys } from "./wire/keys.ts";

export type WatchParts = {
  readonly config: AgentConfig;
  readonly credentials: () => AgentCredentials;
  readonly self: string;
  /** What is known of the agent before. */
  readonly past: Past;
  readonly cloud: Cloud;
  readonly log: Log;
  readonly journal: Journal;
  /** A person asked for our state by exoip's datagram. */
  readonly info: (state: State) => void;
  /** Ends the program. */
  readonly exit: () => void;
};

type Heart = ReturnType<typeof createHeartbeat>;

export type Watch = {
  readonly pump: Pump;
  readonly group: Group;
  readonly cloud: Cloud;
  readonly counters: Heart["counters"];
  /** Reads the keys again, and looks at the peers and the cloud now. */
  readonly look: () => void;
  readonly stop: () => void;
};

/** What knows each other. */
type Wired = Omit<WatchParts, "credentials"> & {
  readonly election: Extract<AgentElection, { readonly method: "heartbeat" }>;
  readonly pump: Pump;
  readonly heartbeat: Heart;
  readonly group: Group;
  readonly mover: Mover;
  readonly udp: Udp;
  /** Until when datagrams may be ones that waited during a pause. */
  drainedMs: number;
};

/** Datagrams that were queued during a pause come in so long after it. */
const drainMs = 100;

export function startWatch(parts: WatchParts): Watch {
  const { config, credentials, self, cloud } = parts;
  const { election } = config;
  if (election.method !== "heartbeat") throw new Error("this bundle elects by heartbeat");
  const boot = randomBytes(8).toString("hex");
  const keys = (): Keys => hmacKeys(keysOf(credentials()));
  const settings = settingsOf(config, self, boot, cloud);
  const group = groupOf(parts, election, () => wired);
  const { wire, nicId = self, intervalMs, deadRatio } = election;
  const surroundings = { nowMs, onStranger: group.meet };
  const name = config.node;
  const options: HeartbeatOptions =
    wire === "exoip"
      ? { wire, ip: settings.addresses[0]?.ip ?? "", nicId, ...surroundings }
      : { wire, self, name, boot, intervalMs, deadRatio, keys: keys(), ...surroundings };
  const wired: Wired = {
    ...parts,
    election,
    group,
    heartbeat: createHeartbeat(options),
    pump: createPump({
      settings,
      past: parts.past,
      nowMs,
      carryOut: (effect) => carryOut(wired, effect),
    }),
    mover: moverOf(parts, () => wired),
    udp: udpOf(parts, election, () => wired),
    drainedMs: -Infinity,
  };
  const { pump, heartbeat, udp } = wired;
  let known = group.isKnown();
  const ticker = setInterval(() => {
    group.tick();
    // That there is no peer is news too, and no change of the list.
    if (!known && group.isKnown()) regroup(wired);
    known = group.isKnown();
  }, 1_000);
  regroup(wired);
  group.tick();
  const checks = runChecks(config.health, pump.emit);
  return {
    pump,
    group,
    cloud,
    counters: heartbeat.counters,
    look() {
      if (wire === "authenticated") heartbeat.setKeys(keys());
      group.refresh();
      pump.emit({ type: "look" });
    },
    stop() {
      clearInterval(ticker);
      checks.stop();
      pump.stop();
      udp.close();
      cloud.drop();
    },
  };
}

const keysOf = ({ heartbeatKeys }: AgentCredentials): Uint8Array[] =>
  heartbeatKeys.flatMap((text) => keyFromBase64(text) ?? []);

/** Tells everyone who the peers are, once that is known. */
function regroup({ group, heartbeat, pump }: Wired): void {
  const members = group.members();
  heartbeat.setPeers(members);
  if (group.isKnown()) pump.emit({ type: "group", members: members.map(nodeOf) });
}

function groupOf(
  { self, cloud, log, journal }: WatchParts,
  { peers }: Wired["election"],
  wired: () => Wired,
): Group {
  return createGroup({
    peers,
    self,
    cloud,
    nowMs,
    random: Math.random,
    saved: journal.saved("peers"),
    save: (saved) => void journal.save("peers", saved),
    isOwn: carries,
    isHeard: (id) => !silent(wired().pump.state(), id),
    onChange: () => regroup(wired()),
    onTrouble: (text) => text && log("warning", text),
  });
}

function moverOf({ cloud, self, config, journal }: WatchParts, wired: () => Wired): Mover {
  return createMover({
    cloud,
    self,
    ips: config.addresses.map(({ ip = "" }) => ip),
    ids: new Map(config.addresses.flatMap(({ ip, id }) => (ip && id ? [[ip, id]] : []))),
    members: () => idsOf(wired().group.members()),
    nowMs,
    deadlineMs,
    emit: (event) => wired().pump.emit(event),
    onCall: journal.call,
  });
}

function udpOf(
  { log, info }: WatchParts,
  { port, listen, wire }: Wired["election"],
  wired: () => Wired,
) {
  return openUdp({
    port,
    ...(listen && { host: listen }),
    onDatagram(bytes, from) {
      const { pump, heartbeat, drainedMs } = wired();
      pump.wake();
      // exoip's frames cannot prove that they are of now.
      if (wire === "exoip" && nowMs() < drainedMs) return;
      const received = heartbeat.receive(bytes, from);
      if (received.kind === "frame") {
        pump.emit({ type: "frame", from: received.from, frame: received.frame });
      }
      if (received.kind === "info") info(pump.state());
      else if (received.sendNow) pump.emit({ type: "advertise" });
    },
    onTrouble: (text) => log(text ? "warning" : "notice", text ?? "heartbeats come and go again"),
  });
}

function carryOut(wired: Wired, effect: Effect): void {
  const { heartbeat, group, udp, mover, cloud, journal } = wired;
  switch (effect.type) {
    case "advertise": {
      const bytes = heartbeat.encode(effect.report);
      for (const { ips } of group.members()) if (ips[0]) udp.send(bytes, ips[0]);
      break;
    }
    case "observe":
      mover.observe(effect.scope, effect.also);
      break;
    case "claim":
      mover.claim(effect.ip);
      break;
    case "release":
      mover.release(effect.ip, effect.whom);
      break;
    case "abandon":
      cloud.drop();
      heartbeat.forget();
      wired.drainedMs = nowMs() + drainMs;
      break;
    case "note":
      journal.note(effect.note);
      break;
    case "exit":
      wired.exit();
  }
}
