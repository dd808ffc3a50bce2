/** What the service manager and people ask for by signals. */

export type Wishes = {
  /** SIGTERM or SIGINT; a second one does not wait any more. */
  readonly stop: () => void;
  /** SIGQUIT too, by which systemd restarts: who is back at once hands nothing over. */
  readonly stopNow: () => void;
  /** SIGHUP: look again now. */
  readonly look: () => void;
  /** SIGUSR1 -1, SIGUSR2 +1, as exoip has it: the lowest wins. */
  readonly priority: (step: -1 | 1) => void;
};

/** Takes the signals from now on; none of them ends the program by itself any more. */
export function onSignals(wishes: Wishes): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) wishes.stopNow();
    else wishes.stop();
    stopping = true;
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  process.on("SIGQUIT", wishes.stopNow);
  process.on("SIGHUP", wishes.look);
  process.on("SIGUSR1", () => wishes.priority(-1));
  process.on("SIGUSR2", () => wishes.priority(1));
}
