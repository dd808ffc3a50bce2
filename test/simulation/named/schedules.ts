/**
 * Every schedule that has to be withstood, by name, and the deterministic run that shows it: a
 * trace of `test/agent/traces`, or a case of `peers/cases.ts`, where two other programs go through
 * the same. `named.test.ts` holds this to be complete.
 */

export type Schedule = {
  readonly name: string;
  /** Names of traces. */
  readonly traces?: readonly string[];
  /** Names of cases. */
  readonly cases?: readonly string[];
  /** What shows it instead, where it is no matter of one run of the watchdog. */
  readonly elsewhere?: string;
};

/** The schedules in which an agent without the rules R1 to R20 would have failed. */
export const ruleSchedules: readonly Schedule[] = [
  {
    name: "cold start inside a partition",
    traces: ["cold-start-in-partition"],
    cases: ["cold start inside a partition of 20 s"],
  },
  {
    name: "one-way cut with a preempting holder",
    traces: ["one-way-preempting-holder"],
    cases: ["one-way cut of 80 s, the backup hears nothing"],
  },
  {
    name: "three nodes with A and B cut",
    traces: ["three-nodes-a-b-cut", "three-nodes-worse-holds"],
  },
  {
    name: "UDP blocked from first boot",
    traces: ["udp-blocked", "udp-blocked-holder-dies", "udp-blocked-host-off"],
    cases: ["heartbeats blocked from the first boot"],
  },
  {
    name: "a virtual machine paused with its clock stopped and a detach in the queue",
    traces: ["clock-stopped-with-detach"],
    cases: ["the backup takes over and is paused, its detach is on its way for 11 s"],
  },
  {
    name: "resignation whose successor dies before its claim",
    traces: ["successor-dies-before-claim", "successor-dies-before-claim-lands"],
    cases: ["SIGTERM of the holder, whose successor dies before its claim"],
  },
  {
    name: "resignation whose successor dies after its claim",
    traces: ["successor-dies-after-claim", "successor-dies-after-claim-of-two"],
    cases: ["SIGTERM of the holder, whose successor dies after its claim"],
  },
  {
    name: "SIGTERM with no peer",
    traces: ["stop-without-peer", "stop-without-peer-releases"],
    cases: ["SIGTERM of the holder without a peer"],
  },
  {
    name: "stale read right after a success",
    traces: ["stale-reads", "one-holder-stale-reads"],
    cases: ["host death, reads show what was up to 0.8 s before"],
  },
  {
    name: "move by hand inside the group",
    traces: ["person-moves-inside"],
    cases: ["a person moves the address to the backup"],
  },
  {
    name: "move by hand outside the group",
    traces: ["person-moves-outside", "person-moves-outside-and-away"],
  },
  {
    name: "detach by hand",
    traces: ["person-detaches"],
    cases: ["a person detaches the address"],
  },
  {
    name: "the first successor's claim times out and lands late",
    traces: ["first-successor-late", "one-holder-first-successor-late"],
    cases: ["host death, the claim is on its way for 11 s"],
  },
  { name: "wall clock one hour back at boot", traces: ["wall-clock-hour-back"] },
  {
    name: "keepalived dual MASTER for 60 s",
    traces: ["keepalived-dual-master", "one-holder-dual-master"],
    cases: ["partition of 60 s: both are elected"],
  },
  {
    name: "API down for 10 min, then up",
    traces: ["api-down-10min"],
    cases: ["host death while the API is down for 60 s"],
  },
];

/** What users of this field's programs ask to be acted on, the most wanted first. */
export const fieldSchedules: readonly Schedule[] = [
  {
    name: "reconcile against the cloud's own answer, never notify on transition",
    traces: ["keepalived-host-death", "api-500-from-first-claim", "both-hosts-restart"],
    cases: ["both hosts reboot", "a person detaches the address", "partition of 10 s"],
  },
  {
    name: "revoke the dead holder until the cloud says so; no call delays a heartbeat",
    traces: ["host-death", "release-fails", "slow-operations", "api-500-from-first-claim"],
    cases: ["host death, only releases fail for 5 s", "operations of 3 s, no fault"],
  },
  {
    name: "make before break at a handover",
    traces: ["stop", "failback-after-death"],
    cases: ["SIGTERM of the holder", "failback after a stop of 20 s"],
  },
  {
    name: "health of the proxy; fail open when all are sick",
    traces: ["all-sick-one-after-another", "all-sick-together", "sick-holder"],
    cases: ["the holder's proxy dies", "both proxies are sick for 15 s"],
  },
  {
    name: "authenticated heartbeats",
    cases: ["heartbeats of the backup are forged for 10 s"],
  },
  {
    name: "immunity against pauses",
    traces: ["freeze-10s", "freeze-of-backup", "freeze-of-both", "clock-stopped"],
    cases: [
      "holder stopped for 10 s (SIGSTOP)",
      "holder paused for 5 s with its clock (live migration)",
    ],
  },
  {
    name: "cool-down and damping of flaps",
    traces: ["flapping-health", "all-flap"],
    cases: ["health of the holder comes and goes for 60 s"],
  },
  {
    name: "a blocked heartbeat port, and calls that are limited",
    traces: ["udp-blocked", "rate-limited"],
    cases: [
      "heartbeats blocked from the first boot",
      "host death while the API limits the rate for 10 s",
    ],
  },
  {
    name: "a dead peer told from a cut link",
    traces: ["three-nodes-a-b-cut", "host-switched-off", "one-of-three-isolated"],
    cases: ["partition of 60 s: both are elected", "one-way cut of 10 s, the holder hears nothing"],
  },
  { name: "handover and maintenance as commands", traces: ["handover", "maintenance"] },
  { name: "status that shows possession", traces: ["role-after-release"] },
  {
    name: "infrastructure as code that attaches the address again",
    traces: ["infra-attaches-again"],
    cases: ["an infrastructure update attaches the backup too"],
  },
  { name: "typed cloud-config", elsewhere: "test/user-data" },
  {
    name: "a budget for failover",
    traces: ["cold-start", "host-death", "host-death-fast-interval", "host-death-slow-operations"],
    cases: ["host death", "host death, operations of 1 s"],
  },
  { name: "deterministic simulation", elsewhere: "test/simulation" },
];

/** The faults that were measured on exoip and keepalived. */
export const measuredFaults: readonly Schedule[] = [
  {
    name: "first claim after a cold start",
    traces: ["cold-start"],
    cases: ["first claim after a cold start"],
  },
  {
    name: "(a) host death, at operations of 0, 1 and 3 s",
    traces: ["host-death", "host-death-slow-operations"],
    cases: [
      "host death",
      "host death, operations of 1 s",
      "host death, operations of 3 s",
      "host death, interval of 0.1 s",
    ],
  },
  { name: "(b) SIGTERM", traces: ["stop"], cases: ["SIGTERM of the holder"] },
  {
    name: "(c) failback after death",
    traces: ["failback-after-death"],
    cases: ["failback after a death of 20 s"],
  },
  {
    name: "(c) failback after stop",
    traces: ["failback-after-stop"],
    cases: ["failback after a stop of 20 s"],
  },
  {
    name: "(d) API answers 500 for 5 s from the first claim on",
    traces: ["api-500-from-first-claim"],
    cases: ["host death, API 500 for 5 s from the first claim on"],
  },
  {
    name: "(d') the same, and traffic goes to who was attached last",
    cases: ["host death, API 500 for 5 s, traffic goes to who was attached last"],
  },
  {
    name: "(d'') only the release fails",
    traces: ["release-fails"],
    cases: ["host death, only releases fail for 5 s"],
  },
  {
    name: "(d''') API hangs for 8 s",
    traces: ["api-hangs"],
    cases: ["host death, API hangs for 8 s"],
  },
  {
    name: "start while the API is down",
    traces: ["start-while-api-down"],
    cases: ["start while the API is down for 20 s"],
  },
  {
    name: "(e) partition of 10 s",
    traces: ["partition-10s", "one-holder-partition"],
    cases: [
      "partition of 10 s",
      "partition of 10 s, operations of 1 s",
      "partition of 10 s, interval of 0.1 s",
      "partition of 10 s, with notify_master_rx_lower_pri",
    ],
  },
  {
    name: "(e) partition of 4.2 s",
    traces: ["partition-4-2s", "keepalived-short-split"],
    cases: ["partition of 4.2 s"],
  },
  {
    name: "one-way cut of 4.2 and of 10 s",
    traces: ["one-way-cut-4-2s", "one-way-cut-10s"],
    cases: [
      "one-way cut of 4.2 s, the backup hears nothing",
      "one-way cut of 10 s, the backup hears nothing",
      "one-way cut of 10 s, with notify_master_rx_lower_pri",
    ],
  },
  {
    name: "(f) holder stopped for 10 s",
    traces: ["freeze-10s"],
    cases: [
      "holder stopped for 10 s (SIGSTOP)",
      "holder stopped for 10 s (SIGSTOP), operations of 1 s",
      "holder stopped for 10 s (SIGSTOP), interval of 0.1 s",
      "holder stopped for 10 s (SIGSTOP), with notify_master_rx_lower_pri",
    ],
  },
  {
    name: "operations of 3 s without any fault",
    traces: ["slow-operations"],
    cases: ["operations of 3 s, no fault"],
  },
  {
    name: "forged heartbeats",
    cases: ["heartbeats of the backup are forged for 10 s"],
  },
];
