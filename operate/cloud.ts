/** The seam to a cloud as a desk sees it: who is there, who holds, and the changes of a drill. */

/** A host of the stack as the cloud knows it. */
export type CloudHost = {
  /** Its name in the stack file. */
  readonly host: string;
  readonly id: string;
  /** Its name in the cloud. */
  readonly name: string;
  /** The cloud's own word. */
  readonly state: string;
  readonly running: boolean;
  readonly ip: string | undefined;
  /** Who logs in by SSH, as its template says. */
  readonly user: string;
};

export type CloudAddress = {
  /** Its name in the stack file. */
  readonly name: string;
  /** Undefined where the stack file has none and the cloud has made none. */
  readonly ip: string | undefined;
  /** The cloud's id; undefined where the cloud does not know it. */
  readonly id: string | undefined;
  /** Names of hosts of the stack, or of instances that are none. */
  readonly holders: readonly string[];
};

export type Seen = {
  readonly hosts: readonly CloudHost[];
  readonly addresses: readonly CloudAddress[];
};

/** Names of hosts, by the name of the address that they carry. */
export type Holders = ReadonlyMap<string, readonly string[]>;

/** Each of them throws a `WorldFailure` when the cloud does not do it. */
export type Cloud = {
  readonly look: () => Promise<Seen>;
  /** Who of these hosts carries each of these addresses now. */
  readonly holders: (seen: Seen) => Promise<Holders>;
  /** Stops nothing that it may not start again. */
  readonly stop: (host: CloudHost) => Promise<void>;
  readonly start: (host: CloudHost) => Promise<void>;
};
