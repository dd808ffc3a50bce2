/**
 * Between datagrams and the core: bytes in, what they are worth out, and the core's report as bytes.
 * It does no I/O and draws nothing at random, so that a simulator runs it as it is.
 */
import type { RejectReason } from "../wire/advertisement.ts";
import { type ExoipOptions, exoipHeartbeat } from "./heartbeat-exoip.ts";
import { type SignedOptions, signedHeartbeat } from "./heartbeat-signed.ts";
import type { Heartbeat } from "./received.ts";

export type Counters = {
  accepted: number;
  sent: number;
  readonly dropped: { [Reason in RejectReason]?: number };
};

export type HeartbeatOptions =
  | ({ readonly wire: "authenticated" } & SignedOptions)
  | ({ readonly wire: "exoip" } & ExoipOptions);

export function createHeartbeat(
  options: HeartbeatOptions,
): Heartbeat & { readonly counters: Readonly<Counters> } {
  const wire = options.wire === "exoip" ? exoipHeartbeat(options) : signedHeartbeat(options);
  const counters: Counters = { accepted: 0, sent: 0, dropped: {} };
  const { dropped } = counters;
  return {
    ...wire,
    counters,
    receive(datagram, from) {
      const received = wire.receive(datagram, from);
      if (received.kind === "frame") counters.accepted += 1;
      if (received.kind === "dropped") {
        dropped[received.reason] = (dropped[received.reason] || 0) + 1;
      }
      return received;
    },
    encode(report) {
      counters.sent += 1;
      return wire.encode(report);
    },
  };
}
