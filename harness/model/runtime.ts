import type { Readable, Writable } from 'node:stream';
import type { UndoAction } from './fault.ts';
import type { Service, System } from './system.ts';

export type RuntimeName = 'process' | 'docker' | 'adopted' | 'compose';

/**
 * What a runtime can do for faults, beside standing systems up. A fault says what it needs, a runtime what it can; where they do not meet, the fault is *not offered here*, with the
 * reason that the runtime gives.
 *
 * `lifecycle`: kill, stop, start · `freeze`: pause, resume · `replace`: another release in the place of a service · `restarts`: it starts a service again that ended (`restart`) ·
 * `slow_disk`: change the speed of a service's disk · `exec`: commands inside a service · `helpers`: programs of ours beside the system · `namespaces`: helpers that share a service's
 * network and processes · `networks`: take a service off its network and put it back at its address · `limits`: change a service's share of processor and memory while it runs ·
 * `volumes`: a small volume of its own · `links`: proxies on declared links · `names`: a name service of ours that services ask ·
 * `clocks`: a service's clock of its own that can be shifted.
 */
export type Capability =
  | 'lifecycle'
  | 'freeze'
  | 'replace'
  | 'restarts'
  | 'slow_disk'
  | 'exec'
  | 'helpers'
  | 'namespaces'
  | 'networks'
  | 'limits'
  | 'volumes'
  | 'links'
  | 'names'
  | 'clocks';

/** A capability that a runtime has (`true`), or why it has it not. */
export type Capabilities = Readonly<Record<Capability, true | string>>;

/** A program of ours that runs beside the system: a proxy, a load, a second pair of eyes. It is taken down with the system at the latest. */
export interface HelperSpec {
  /** Unique in the stand-up: a lower-case letter, then letters, digits and dashes. */
  readonly name: string;
  /** The program; `node harness/…` runs a file of this repository. */
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A service whose network and process namespaces it shares (needs `namespaces`); else it has an address of its own on the system's network. */
  readonly beside?: string;
  /** Linux capabilities, for example NET_ADMIN. */
  readonly capabilities?: readonly string[];
  /** An image of its own (docker only); else the one of the observer. */
  readonly image?: { readonly image: string; readonly build: NonNullable<Service['build']> };
  /** Files of this machine that are copied in before the start: where it lies here, and where it shall lie there (with docker; locally it is used where it lies). */
  readonly files?: readonly { readonly from: string; readonly to: string }[];
}

/** A helper that runs. */
export interface Helper extends ObserverProcess {
  readonly name: string;
  /** Where others on the system's network reach it. */
  readonly host: string;
  exec(argv: readonly string[]): Promise<Executed>;
  /** An undo that runs a command in it, as data; none where the helper's own end undoes everything. */
  undoExec(argv: readonly string[]): readonly UndoAction[];
  /** Its end, at once and with all that it started, as an undo. */
  undoStart(): readonly UndoAction[];
}

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
  /** Texts that no log of ours may contain: credentials. */
  readonly hide?: readonly string[];
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

/** A service's connection to its network. `pull` takes it off, `put` puts it back at its address; both idempotent. */
export interface Plug {
  pull(): Promise<void>;
  put(): Promise<void>;
  /** Puts it back, as data. */
  readonly undo: readonly UndoAction[];
}

/** What the engine or kernel says of a service, for the attestation that a fault hit this one and no other. `exit`: of its last life, 137 by SIGKILL; null while it runs. */
export interface Condition {
  readonly state: ServiceState;
  readonly exit: number | null;
  /** The kernel's out-of-memory killer struck in it, in this life or in one before. */
  readonly out_of_memory: boolean;
  /** Another text after each start, null before the first: a life that began meanwhile had a death before it. */
  readonly life: string | null;
}

/** Another release of a service: what differs from the good one. */
export interface Release {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** It is killed so long after each start, and started again each time. */
  readonly dies_after_s?: number;
}

/** How much processor time a service may use: `quota_us` in each `period_us`; −1: as much as it likes. */
export interface ProcessorLimit {
  readonly period_us: number;
  readonly quota_us: number;
}

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
  /** A command inside it whose second run does no harm, as an undo; what is undone by the end of the service needs none. */
  undoExec(argv: readonly string[]): readonly UndoAction[];
  /** The undo of each disturbance, as data: to be registered before the disturbance. */
  undoOf(deed: 'kill' | 'stop' | 'pause'): readonly UndoAction[];
  /** Its connection to the system's network (only where the runtime has `networks`). */
  readonly plug?: Plug;
  /** What is said of it, for attestations; none where nobody can say. */
  condition?(): Promise<Condition>;
  /** Its processes one by one, without the init that is PID 1 where `init` put one there. A signal twice does no harm. */
  readonly processes?: {
    /** `only`: those with this in their command line; rejects where there are none. */
    signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT', only?: string): Promise<void>;
    /** Lets them run again. */
    undo(): readonly UndoAction[];
  };
  /** Another release in its place (needs `replace`). The good one is kept as it is; `putBack` is idempotent. */
  readonly release?: {
    /** Makes sure that what it is made of is here, which may take minutes. */
    fetch(release: Release): Promise<void>;
    replace(release: Release): Promise<void>;
    putBack(): Promise<void>;
    undo(): readonly UndoAction[];
  };
  /** How much of the machine it may use, while it runs (needs `limits`). */
  readonly limits?: {
    processor(): Promise<ProcessorLimit>;
    setProcessor(limit: ProcessorLimit): Promise<void>;
    undo(found: ProcessorLimit): readonly UndoAction[];
  };
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
  /** The proxies of declared links, by link. */
  readonly links: ReadonlyMap<string, LinkPlace>;
  /** The system's own name service, once it was started; null where the system has none. */
  readonly names?: NamesPlace | null;
  /** Starts a program of ours beside the system, its undo registered before. Throws where the runtime has no `helpers`. */
  helper(spec: HelperSpec): Promise<Helper>;
  /** Starts the observer where clients stand. */
  observer(): Promise<ObserverProcess>;
  /** Starts all services; `ready` resolves when that one answered its probe, or throws one error that says what was asked and what came back. */
  start(ready: (instance: Instance) => Promise<void>): Promise<void>;
  /** Things that are known of versions, for environment.json: image ids, binaries' versions. */
  versions(): Promise<Readonly<Record<string, string>>>;
  /** Removes all that carries this stand-up's id. Idempotent; goes on past errors and throws one at the end. */
  down(): Promise<void>;
  /**
   * Where one is lent to several runs, one after the other: the runs that had it before, how a run says that the system is again as it found it (before `down`; what is not said to be so is taken down, and lent to
   * nobody any more), and who healed it away while this process stood still (null: nobody).
   */
  readonly lent?: { readonly before: readonly string[]; leftAsFound(): void; takenBy(): string | null };
}

/** Where the proxy of a declared link listens, and how it is told what to do. */
export interface LinkPlace {
  readonly name: string;
  /** Where the link's users connect to. */
  readonly address: Address;
  /** Where its bytes go. */
  readonly to: Address;
  /** `tls`: the certificate (PEM) of the run's own authority, by which its users know it. */
  readonly ca?: string;
  /** Asks the proxy's own interface: a method, a path and a JSON body; the answer's status and text. */
  ask(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly text: string }>;
  /** The same request as an undo. */
  undoAsk(method: string, path: string, body?: unknown): readonly UndoAction[];
}

/** The name service of a system: where it is asked, and how it is told what to do. */
export interface NamesPlace extends Pick<LinkPlace, 'ask' | 'undoAsk'> {
  /** What services ask: it answers from what it knows, and remembers it. */
  readonly address: Address;
  /** What it knows its answers from: never slow, silent or wrong. */
  readonly authority: Address;
}

/** Stands systems up. */
export interface Runtime {
  readonly name: RuntimeName;
  readonly can: Capabilities;
  /** Null when this runtime can serve the system; otherwise why not, and what would change that. */
  cannot(system: System): Promise<string | null>;
  /** Makes ready to start (networks, folders, images; building what is missing). Starts nothing yet. */
  standUp(system: System, context: StandUpContext): Promise<StandUp>;
}
