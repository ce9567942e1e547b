import type { AptPackages } from '../../tests/setup/programs.ts';

/**
 * One question about speed or size, answered by a ratio: what we need, over what a peer needs for the same on the
 * same machine in the same run. One file each, benchmarks/<name>.bench.ts, exporting `benchmark`.
 */
export interface Benchmark {
  readonly name: string;
  readonly question: string;
  /** Of the figures, a lower one being better: "us CPU", "ms", "MB". */
  readonly unit: string;
  /** The highest ours/peer that is still acceptable. */
  readonly limit: number;
  /** Rounds that count, each ours then the peer; 7 where not given. One more goes first to warm up. */
  readonly rounds?: number;
  /** False: each round starts everything afresh, and a round that does not count would tell nothing. */
  readonly warmUp?: false;
  readonly peer: Peer;
  /** Prepares what both need; not timed. */
  setup(): Promise<Trial>;
}

export interface Peer {
  readonly name: string;
  /** The peer's program, or undefined where it is not installed. A library is always there: its name. */
  find(): string | undefined;
  /** The Debian packages that bring it. */
  readonly aptPackage?: AptPackages;
  /** How to get it where there is no such package. */
  readonly hint?: string;
}

/** Each call measures once and resolves to a figure in the benchmark's unit. */
export interface Trial {
  ours(): Promise<number>;
  peer(): Promise<number>;
  /** Asked for after the last round, where figures of ours have limits of their own. */
  figures?(): readonly Figure[];
  teardown(): Promise<void>;
}

/** A figure of ours that may not be higher than its limit, whatever the peer needs; a lower one is better. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly limit: number;
}
