import type { Readable, Writable } from 'node:stream';
import type { UndoAction } from './fault.ts';
import type { Service, System } from './system.ts';

export type RuntimeName = 'process' | 'docker' | 'adopted';

/** What a runtime asks of the run: a place to register undos before deeds, a folder for logs, and where progress goes. */
export interface StandUpContext {
  /** Identifies the stand-up; every object of it carries this (label `faultline.standup`, or FAULTLINE_STANDUP in the environment). */
  readonly id: string;
  /** The run that made it (label `faultline.run`). */
  readonly run: string;
  /** Where `<service>.log` files are written while the services run. */
  readonly logs: string;
  /** Registers an undo, durably, before its deed; the returned function strikes it out once it is no longer needed. */
  readonly register: (what: string, action: UndoAction) => Promise<() => Promise<void>>;
  /** A line for a person who waits ("building faultline/patroni:3.1.2"). */
  readonly progress: (line: string) => void;
  /** Ends waiting early. */
  readonly signal: AbortSignal;
}

/** The observer's process, wherever it runs: JSON lines in and out. `end` kills it if it has not ended by itself. */
export interface ObserverProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when it is gone, with its exit code (null: by a signal). */
  readonly exited: Promise<number | null>;
  end(): Promise<void>;
}

/** What a command printed and how it ended. */
export interface Executed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where the observer (and other services) reach a service's port. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

export type ServiceState = 'absent' | 'running' | 'paused' | 'stopped';

/** A service that was started, alive or not. */
export interface Instance {
  readonly name: string;
  readonly spec: Service;
  /** The address of a port by its name; the first declared port without one. Throws when there is none of that name. */
  address(port?: string): Address;
  /** What the engine or kernel says of it. */
  state(): Promise<ServiceState>;
  /** SIGKILL, everything of it, at once. Idempotent. */
  kill(): Promise<void>;
  /** SIGTERM, SIGKILL after `grace_s`. Idempotent. */
  stop(grace_s: number): Promise<void>;
  /** Starts it again after kill or stop: same address, same data. Idempotent. Does not wait for readiness. */
  start(): Promise<void>;
  /** Freezes it. Idempotent. */
  pause(): Promise<void>;
  /** Thaws it. Idempotent. */
  resume(): Promise<void>;
  /** Runs a command inside (docker) or beside it with its environment (process). */
  exec(argv: readonly string[]): Promise<Executed>;
  /** The undo of each disturbance, as data: to be registered before the disturbance. */
  undoOf(deed: 'kill' | 'stop' | 'pause'): readonly UndoAction[];
  /** The last lines of its log. */
  tail(lines: number): Promise<readonly string[]>;
}

/**
 * A system that stands. Starting is in two steps so that the observer is there first: `standUp` makes networks, folders and the observer's
 * place; `start` then starts services in the order of their `after`, asking `ready` (which asks the observer) for each.
 */
export interface StandUp {
  readonly id: string;
  readonly runtime: RuntimeName;
  readonly instances: ReadonlyMap<string, Instance>;
  /** Starts the observer where clients stand. */
  observer(): Promise<ObserverProcess>;
  /** Starts all services; `ready` resolves when that one answered its probe, or throws one error that says what was asked and what came back. */
  start(ready: (instance: Instance) => Promise<void>): Promise<void>;
  /** Things that are known of versions, for environment.json: image ids, binaries' versions. */
  versions(): Promise<Readonly<Record<string, string>>>;
  /** Removes all that carries this stand-up's id. Idempotent; goes on past errors and throws one at the end. */
  down(): Promise<void>;
}

/** Stands systems up. */
export interface Runtime {
  readonly name: RuntimeName;
  /** Null when this runtime can serve the system; otherwise why not, and what would change that. */
  cannot(system: System): Promise<string | null>;
  /** Makes ready to start (networks, folders, images; building what is missing). Starts nothing yet. */
  standUp(system: System, context: StandUpContext): Promise<StandUp>;
}
