/**
 * What hurts the users of today's programs, each as one deterministic day of two nodes: the faults
 * that were measured on exoip and keepalived, and those of their issue trackers. Times count from
 * the fault; lb1 is preferred and holds the address before.
 */
import type { Fault, FaultKind } from "../faults.ts";
import type { CloudPlan } from "../world/cloud.ts";
import type { Peer } from "./perform.ts";

export type PeerCase = {
  readonly name: string;
  /** Where users met it. */
  readonly source: string;
  readonly faults: readonly Fault[];
  /** From when on it is measured, where that is not the first fault. */
  readonly from?: number;
  readonly cloud?: Partial<CloudPlan>;
  /** The interval, where it is not 1 s. */
  readonly intervalMs?: number;
  /** keepalived's script also runs at `notify_master_rx_lower_pri`. */
  readonly rxLowerPri?: boolean;
  /** Traffic goes to who was attached last, and not to all that hold. */
  readonly lastAttachOnly?: boolean;
  /** What becomes of it hangs on the moment of the fault. */
  readonly atTenMoments?: boolean;
  /** Who cannot be set up so. */
  readonly without?: readonly Peer[];
  /** Who has to hold in the end, alone, where that is not lb1. */
  readonly right?: string;
};

/** When the first fault happens. */
export const faultAt = 20_000;

const fault = (kind: FaultKind, more: Partial<Fault> = {}, afterMs = 0): Fault => ({
  kind,
  at: faultAt + afterMs,
  ms: 120_000,
  node: "lb1",
  other: "lb2",
  rate: 1,
  ...more,
});

/**
 * From the first such request of the takeover on, that one too: whenever a program sends it, it
 * does so within 4.5 s, and nothing else of its kind is sent before.
 */
const fromTheFirst = (
  first: "claim" | "release",
  kind: FaultKind,
  ms: number,
  verb?: "release",
): readonly Fault[] => [
  fault(kind, { verb: first, ms: 4_500 }),
  fault(kind, { upon: { verb: first, ms: 0 }, ms, ...(verb && { verb }) }),
];

export const cases: readonly PeerCase[] = [
  { name: "first claim after a cold start", source: "measured", faults: [], from: 0 },
  { name: "host death", source: "measured (a)", faults: [fault("die")], right: "lb2" },
  { name: "SIGTERM of the holder", source: "measured (b)", faults: [fault("stop")] },
  {
    name: "failback after a death of 20 s",
    source: "measured (c)",
    faults: [fault("kill", { ms: 20_000 })],
  },
  {
    name: "failback after a stop of 20 s",
    source: "measured (c)",
    faults: [fault("stop", { ms: 20_000 })],
  },
  {
    name: "host death, operations of 1 s",
    source: "measured (a)",
    faults: [fault("die")],
    cloud: { operationMs: [1_000, 1_000] },
    right: "lb2",
  },
  {
    name: "host death, operations of 3 s",
    source: "measured (a)",
    // exoip fights itself first.
    faults: [fault("die", {}, 30_000)],
    from: faultAt + 30_000,
    cloud: { operationMs: [3_000, 3_000] },
    right: "lb2",
  },
  {
    name: "host death, interval of 0.1 s",
    source: "measured (a)",
    faults: [fault("die")],
    intervalMs: 100,
    without: ["exoip"],
    right: "lb2",
  },
  {
    name: "host death, API 500 for 5 s from the first claim on",
    source: "measured (d); keepalived#950, #1847",
    faults: [fault("die"), ...fromTheFirst("claim", "api-error", 5_000)],
    right: "lb2",
  },
  {
    name: "host death, API 500 for 5 s, traffic goes to who was attached last",
    source: "measured (d')",
    faults: [fault("die"), ...fromTheFirst("claim", "api-error", 5_000)],
    lastAttachOnly: true,
    right: "lb2",
  },
  {
    name: "host death, only releases fail for 5 s",
    source: "measured (d''); exoip engine.go",
    faults: [fault("die"), ...fromTheFirst("release", "api-error", 5_000, "release")],
    right: "lb2",
  },
  {
    name: "host death, API hangs for 8 s",
    source: "measured (d''')",
    faults: [fault("die"), ...fromTheFirst("claim", "api-hang", 8_000)],
    right: "lb2",
  },
  {
    name: "partition of 10 s",
    source: "measured (e); keepalived#100, hcloud-fip-controller",
    faults: [fault("cut", { ms: 10_000 })],
  },
  { name: "partition of 4.2 s", source: "measured (e)", faults: [fault("cut", { ms: 4_200 })] },
  {
    name: "partition of 10 s, operations of 1 s",
    source: "measured (e)",
    faults: [fault("cut", { ms: 10_000 })],
    cloud: { operationMs: [1_000, 1_000] },
  },
  {
    name: "partition of 10 s, interval of 0.1 s",
    source: "measured (e)",
    faults: [fault("cut", { ms: 10_000 })],
    intervalMs: 100,
    without: ["exoip"],
  },
  {
    name: "partition of 10 s, with notify_master_rx_lower_pri",
    source: "measured",
    faults: [fault("cut", { ms: 10_000 })],
    rxLowerPri: true,
    atTenMoments: true,
    without: ["exoip"],
  },
  {
    name: "partition of 60 s: both are elected",
    source: "kube-vip#665, #1385",
    faults: [fault("cut", { ms: 60_000 })],
  },
  {
    name: "one-way cut of 4.2 s, the backup hears nothing",
    source: "measured; keepalived#2387, #2403",
    faults: [fault("one-way", { ms: 4_200 })],
  },
  {
    name: "one-way cut of 10 s, the backup hears nothing",
    source: "measured",
    faults: [fault("one-way", { ms: 10_000 })],
  },
  {
    name: "one-way cut of 10 s, with notify_master_rx_lower_pri",
    source: "measured",
    faults: [fault("one-way", { ms: 10_000 })],
    rxLowerPri: true,
    without: ["exoip"],
  },
  {
    name: "one-way cut of 80 s, the backup hears nothing",
    source: "R8",
    faults: [fault("one-way", { ms: 80_000 })],
  },
  {
    name: "one-way cut of 10 s, the holder hears nothing",
    source: "keepalived#2387, #2403",
    faults: [fault("one-way", { node: "lb2", other: "lb1", ms: 10_000 })],
  },
  {
    name: "holder stopped for 10 s (SIGSTOP)",
    source: "measured (f); keepalived#166, #2179",
    faults: [fault("freeze", { ms: 10_000 })],
  },
  {
    name: "holder stopped for 10 s (SIGSTOP), operations of 1 s",
    source: "measured (f)",
    faults: [fault("freeze", { ms: 10_000 })],
    cloud: { operationMs: [1_000, 1_000] },
  },
  {
    name: "holder stopped for 10 s (SIGSTOP), interval of 0.1 s",
    source: "measured (f)",
    faults: [fault("freeze", { ms: 10_000 })],
    intervalMs: 100,
    without: ["exoip"],
  },
  {
    name: "holder stopped for 10 s (SIGSTOP), with notify_master_rx_lower_pri",
    source: "measured",
    faults: [fault("freeze", { ms: 10_000 })],
    rxLowerPri: true,
    without: ["exoip"],
  },
  {
    name: "holder paused for 5 s with its clock (live migration)",
    source: "cosmic-core#73",
    faults: [fault("stop-clock", { ms: 5_000 })],
  },
  {
    name: "start while the API is down for 20 s",
    source: "measured (exoip)",
    faults: [fault("api-unreachable", { at: 0, ms: faultAt })],
  },
  {
    name: "operations of 3 s, no fault",
    source: "measured",
    faults: [],
    from: 10_000,
    cloud: { operationMs: [3_000, 3_000] },
  },
  {
    name: "both hosts reboot",
    source: "f5-cloud-failover-extension#36",
    faults: [fault("kill", { ms: 8_000 }), fault("kill", { node: "lb2", ms: 10_000 })],
  },
  {
    name: "a person detaches the address",
    source: "f5-azure-arm-templates#81; keepalived#1884",
    faults: [fault("person-detach", { ms: 0 })],
  },
  {
    name: "a person moves the address to the backup",
    source: "keepalived#1884",
    faults: [fault("person-move", { node: "lb2", ms: 0 })],
  },
  {
    name: "an infrastructure update attaches the backup too",
    source: "cluster-api-provider-openstack#1265",
    faults: [fault("person-attach", { node: "lb2", ms: 0 })],
  },
  {
    name: "heartbeats of the backup are forged for 10 s",
    source: "measured (exoip); keepalived 2.4.0 auth_hmac",
    faults: [fault("attack", { node: "lb2", ms: 10_000 })],
  },
  {
    name: "the holder's proxy dies",
    source: "openshift/baremetal-runtimecfg#198",
    faults: [fault("ail")],
    right: "lb2",
  },
  {
    name: "both proxies are sick for 15 s",
    source: "openshift/machine-config-operator#3339",
    faults: [fault("sick", { ms: 15_000 }), fault("sick", { node: "lb2", ms: 15_000 })],
  },
  {
    name: "health of the holder comes and goes for 60 s",
    source: "flipop#11; serverbee",
    faults: [fault("flapping", { ms: 60_000, rate: 0.5 })],
  },
  {
    name: "heartbeats blocked from the first boot",
    source: "keepalived#97, #821, #2643",
    faults: [fault("cut", { at: 0, ms: faultAt + 50_000 })],
  },
  {
    name: "host death while the API limits the rate for 10 s",
    source: "hetznercloud/hcloud-cloud-controller-manager#308",
    faults: [fault("die"), fault("api-limited", { ms: 10_000 })],
    right: "lb2",
  },
  {
    name: "host death while the API is down for 60 s",
    source: "f5-cloud-failover-extension#36",
    faults: [fault("die"), fault("api-unreachable", { ms: 60_000 })],
    right: "lb2",
  },
  {
    name: "cold start inside a partition of 20 s",
    source: "R5, R10",
    faults: [fault("cut", { at: 0, ms: faultAt })],
    from: 5_000,
  },
  {
    name: "the backup takes over and is paused, its detach is on its way for 11 s",
    source: "R3, R15",
    faults: [
      fault("kill", { ms: 4_000 }),
      fault("api-late", { verb: "release", node: "lb2", onlyNode: true, ms: 5_000 }),
      fault("stop-clock", { node: "lb2", upon: { verb: "release", ms: 1 }, ms: 10_000 }),
    ],
    // It releases nobody, and its cloud moves the address at once.
    without: ["keepalived"],
  },
  {
    name: "SIGTERM of the holder, whose successor dies before its claim",
    source: "R11",
    faults: [fault("stop"), fault("kill", { node: "lb2" })],
  },
  {
    name: "SIGTERM of the holder, whose successor dies after its claim",
    source: "R11",
    faults: [fault("stop"), fault("kill", { node: "lb2", upon: { verb: "claim", ms: 10 } })],
  },
  {
    name: "SIGTERM of the holder without a peer",
    source: "R11",
    faults: [fault("kill", { node: "lb2" }), fault("stop", {}, 10_000)],
  },
  {
    name: "host death, reads show what was up to 0.8 s before",
    source: "R4",
    faults: [fault("die")],
    cloud: { lagMs: 800 },
    right: "lb2",
  },
  {
    name: "host death, the claim is on its way for 11 s",
    source: "R2, R3",
    faults: [fault("die"), fault("api-late", { verb: "claim", ms: 4_500 })],
    right: "lb2",
  },
  {
    name: "the agent alone dies and is started again",
    source: "I7",
    faults: [fault("restart", { rate: 0.5 })],
  },
];
