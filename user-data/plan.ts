/**
 * What a host becomes, as data. Rendering to the text that the cloud passes on is the last step;
 * other code can read the plan, and tests can write its files to a scratch root.
 */
import type { System } from "../stack/systems.ts";

export type HostFile = {
  readonly path: string;
  /** `user:group`. */
  readonly owner: string;
  /** Octal, such as "0644". */
  readonly mode: string;
  readonly content: string;
  /** `append`: behind what the distribution's package has put there. */
  readonly write: "create" | "append";
  /** Written once the packages are installed, not before. */
  readonly deferred: boolean;
  /** Whether it holds a credential, or a password. */
  readonly secret: boolean;
  /** Whether it travels compressed, as large texts do and the agent's bundle always. */
  readonly compress: boolean;
  readonly why: string;
};

export type HostPackage = { readonly name: string; readonly why: string };

/** An account without a login, made before the files, since some of them may belong to it. */
export type HostAccount = { readonly name: string; readonly why: string };

/** What a step follows from, for renderings that may run again on a host that is at work. */
type Following = {
  /** Files without a change of which the step need not run again; at first boot all are new. */
  readonly ifChanged?: readonly string[];
};

/** A command as its words; no shell reads it. */
export type HostCommand = { readonly argv: readonly string[]; readonly why: string } & Following;

export type HostService = {
  readonly name: string;
  /** `start`: enable and start; `reload`: enable, and read the configuration that was written. */
  readonly action: "start" | "reload";
  readonly why: string;
} & Following;

/** A piece of a plan: what one concern, such as the proxy, puts on the host. */
export type Part = {
  readonly accounts?: readonly HostAccount[];
  readonly packages?: readonly HostPackage[];
  readonly files?: readonly HostFile[];
  /** Run in order once the packages and files are there, before the services of the same part. */
  readonly commands?: readonly HostCommand[];
  readonly services?: readonly HostService[];
};

/** A step of the first boot, in the order of the parts. */
export type HostStep =
  | { readonly kind: "command"; readonly command: HostCommand }
  | { readonly kind: "service"; readonly service: HostService }
  | { readonly kind: "shell"; readonly line: string; readonly why: string };

export type HostPlan = {
  readonly host: string;
  readonly system: System;
  readonly sshKeys: readonly string[];
  readonly packageUpdate: boolean;
  readonly packageUpgrade: boolean;
  readonly packages: readonly HostPackage[];
  readonly accounts: readonly HostAccount[];
  readonly files: readonly HostFile[];
  readonly steps: readonly HostStep[];
  /** The user's own cloud-config, which then is the whole user-data. */
  readonly verbatim: string | undefined;
};

type FileOptions = Partial<
  Pick<HostFile, "owner" | "mode" | "write" | "deferred" | "secret" | "compress">
>;

/** A text of this many characters is no longer read by eye, and the clouds' limits are near. */
const compressedFrom = 8192;

/** A file of root's, mode 0644, unless said otherwise. */
export const file = (
  path: string,
  content: string,
  why: string,
  options: FileOptions = {},
): HostFile => ({
  path,
  owner: "root:root",
  mode: "0644",
  write: "create",
  deferred: false,
  secret: false,
  compress: content.length > compressedFrom,
  ...options,
  content,
  why,
});

export const command = (
  argv: readonly string[],
  why: string,
  following: Following = {},
): HostCommand => ({ argv, why, ...following });

export const service = (
  name: string,
  action: HostService["action"],
  why: string,
  following: Following = {},
): HostService => ({ name, action, why, ...following });
