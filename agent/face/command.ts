/** What the command line asks for. */
import type { AgentConfig, AgentCredentials } from "../config.ts";

export type Command =
  | { readonly command: "watch"; readonly configFile: string; readonly check: boolean }
  | { readonly command: "check"; readonly configFile: string; readonly online: boolean }
  | { readonly command: "status"; readonly socket: string; readonly json: boolean }
  | { readonly command: "handover"; readonly socket: string }
  | { readonly command: "maintenance"; readonly socket: string; readonly on: boolean }
  /** A step, or the priority itself, 0 to 255. */
  | {
      readonly command: "priority";
      readonly socket: string;
      readonly value: "+1" | "-1" | number;
    }
  | Move
  | Exoip
  | { readonly command: "help" | "version" };

/** Moves an address once. What is left out follows from the configuration. */
export type Move = {
  readonly command: "claim" | "release";
  readonly configFile: string;
  readonly dryRun: boolean;
  readonly address?: string;
  /** Name or id of the instance that shall hold the address or lose it. */
  readonly instance?: string;
};

/** exoip's own way: all settings come by flags and environment. */
export type Exoip = {
  readonly command: "exoip";
  /** Associate, dissociate, or watch. */
  readonly mode: "-A" | "-D" | "-W";
  readonly config: AgentConfig;
  readonly credentials: AgentCredentials;
  /** Only checks the settings (`-n`). */
  readonly check: boolean;
  readonly verbose: boolean;
  /** Logs to standard output (`-O`). */
  readonly stdout: boolean;
};
