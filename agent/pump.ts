/**
 * Turns the core in real time: events in, effects out, and one timer for what the core waits for.
 */
import { deadIntervalMs } from "./core/peers.ts";
import { start } from "./core/start.ts";
import type { Effect, Event, Past, Settings, State } from "./core/state.ts";
import { nextDeadline, step } from "./core/step.ts";

export type Pump = {
  readonly emit: (event: Event) => void;
  /**
   * To be called before anything is read that came from outside: after a pause the core must know
   * of the pause before it sees what was queued meanwhile (R15).
   */
  readonly wake: () => void;
  readonly state: () => State;
  readonly stop: () => void;
};

export type PumpParts = {
  readonly settings: Settings;
  /** What is known of the agent before. */
  readonly past: Past;
  readonly nowMs: () => number;
  readonly carryOut: (effect: Effect) => void;
};

/** Nothing may keep the core from looking at the clock for longer, or a pause would not be seen. */
const timerMaxMs = 1_000;

export function createPump({ settings, past, nowMs, carryOut }: PumpParts): Pump {
  let state = start(settings, nowMs(), 0.01 + 0.98 * Math.random(), past);
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let stepping = false;
  const waiting: Event[] = [];

  const turn = (event: Event): void => {
    const { state: next, effects } = step(state, event, nowMs());
    state = next;
    for (const effect of effects) if (!stopped) carryOut(effect);
  };

  /** An effect may bring an event at once; it waits until the effects before it are carried out. */
  const emit = (event: Event): void => {
    if (stopped) return;
    waiting.push(event);
    if (stepping) return;
    stepping = true;
    for (let next = waiting.shift(); next && !stopped; next = waiting.shift()) turn(next);
    stepping = false;
    clearTimeout(timer);
    if (stopped) return;
    const waitMs = Math.min(timerMaxMs, Math.max(0, nextDeadline(state) - nowMs()));
    timer = setTimeout(() => emit({ type: "tick" }), Math.ceil(waitMs));
  };

  return {
    emit,
    wake() {
      if (nowMs() - state.now > deadIntervalMs({ ...state, latenessMs: 0 })) emit({ type: "tick" });
    },
    state: () => state,
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
