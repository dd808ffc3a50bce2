/** How the clouds differ, as far as it matters to who holds an address. */

export type CloudKind = "exoscale" | "oci" | "ovh" | "openstack";

export type Traits = {
  /** Whether several instances can hold an address; else a claim takes it from the holder. */
  readonly several: boolean;
  /** Whether a change is answered at once, and then asked for until it has ended. */
  readonly polled: boolean;
  /**
   * What makes a request that comes late die: its signature expires, or it names the version that
   * it was decided upon (`if-match`); where nothing does it is carried out all the same.
   */
  readonly fence: "expiry" | "version" | "none";
  /** Whether an address can be taken from an instance and given to none. */
  readonly detaches: boolean;
  /** Whether a read asks for each instance, and not for the address. */
  readonly readsInstances: boolean;
};

export const traits: Readonly<Record<CloudKind, Traits>> = {
  /** Elastic IP: held by any number of instances, changes are operations. */
  exoscale: {
    several: true,
    polled: true,
    fence: "expiry",
    detaches: true,
    readsInstances: true,
  },
  /** Secondary private IP: one call moves it, with `if-match`. */
  oci: { several: false, polled: false, fence: "version", detaches: true, readsInstances: false },
  /** Failover IP: a task moves it; it cannot be detached, and nothing fences. */
  ovh: { several: false, polled: true, fence: "none", detaches: false, readsInstances: false },
  /** Floating IP: one call, with `If-Match: revision_number`. */
  openstack: {
    several: false,
    polled: false,
    fence: "version",
    detaches: true,
    readsInstances: false,
  },
};
