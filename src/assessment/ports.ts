import type { AuditedAction } from '../chart/index.ts';
import type {
  Assessment,
  CtSource,
  ErrorCode,
  FeatureContribution,
  ModalityFlag,
  ModalityId,
  ReadBy,
} from '../domain/index.ts';

/** A job: references only, never a token or a clinical value (decision 6). */
export interface AssessmentRef {
  readonly tenant: string;
  readonly patientId: string;
  /** YYYY-MM-DD, the site's time zone. */
  readonly landmarkDate: string;
  /** Hex; names the job and its result. */
  readonly fingerprint: string;
  /**
   * HMAC of the evidence's references without versions: a worker that sees the same resources under other
   * versions (prefetch without versionIds, an edit in between) may answer for this fingerprint too.
   */
  readonly resourcesFingerprint: string;
  /** Digest of the risk layer that shall be used. */
  readonly modelDigest: string;
}

/** What runs when a job's turn comes: one child a modality, then the parent. Both must be safe to repeat. */
export interface JobHandlers {
  modality(ref: AssessmentRef, modality: ModalityId, signal: AbortSignal): Promise<void>;
  fusion(ref: AssessmentRef, signal: AbortSignal): Promise<void>;
}

export type JobOutcome =
  | { readonly state: 'completed' }
  | { readonly state: 'failed'; readonly code: ErrorCode }
  /** Still waiting or running when the caller's signal fired. */
  | { readonly state: 'pending' };

/** The way to the workers. Two adapters: in-process, BullMQ; one contract test runs on both. */
export interface AssessmentQueue {
  /**
   * Queues a fusion over one child a modality. The same fingerprint while unfinished is one job; once finished
   * (completed or failed) it may be submitted anew.
   *
   * @throws {CdsError} QUEUE_UNAVAILABLE
   */
  submit(ref: AssessmentRef, modalities: readonly ModalityId[]): Promise<void>;
  /**
   * Resolves when the job ends, or `pending` when `signal` aborts or the queue closes; never rejects. How a job
   * ended is known for ten minutes; a job that the queue knows nothing of (lost with its Redis, never submitted)
   * is `failed` with QUEUE_UNAVAILABLE. The store has the last word: look there first.
   */
  wait(fingerprint: string, signal: AbortSignal): Promise<JobOutcome>;
  close(): Promise<void>;
}

/** Workers taken from a queue; `close` lets the running steps (a modality, a fusion) end and starts none. */
export interface AssessmentWorkers {
  close: () => Promise<void>;
}

/**
 * Work that nobody waits for: references only, as in {@link AssessmentRef}. `assess`: something is new about a
 * patient (or a visit is near), so read the chart and queue what is missing. `write-back`: put a stored result into
 * the FHIR server. `audit`: record one access to a chart there. `sweep`: look for the coming days' follow-up appointments, and take up what was left undone.
 */
export type Task =
  | { readonly kind: 'assess'; readonly tenant: string; readonly patientId: string }
  | {
      readonly kind: 'write-back';
      readonly tenant: string;
      readonly patientId: string;
      readonly fingerprint: string;
    }
  | {
      readonly kind: 'audit';
      readonly tenant: string;
      readonly patientId: string;
      /** A UUID, of this access and no other. */
      readonly id: string;
      readonly what: AuditedAction;
      /** ISO instant. */
      readonly when: string;
    }
  | { readonly kind: 'sweep'; readonly tenant: string }
  /** A resource changed, and the notification did not say whose it is: `reference` is `Type/id` at the site's server. */
  | { readonly kind: 'find-patient'; readonly tenant: string; readonly reference: string }
  /** Something changed, and the notification did not say what, or did not come: search for what is new. */
  | { readonly kind: 'catch-up'; readonly tenant: string };

/** One function a kind of task; safe to repeat. A retryable CdsError is tried again with growing waits. */
export type TaskHandlers = {
  readonly [Kind in Task['kind']]: (
    task: Extract<Task, { readonly kind: Kind }>,
    signal: AbortSignal,
  ) => Promise<void>;
};

/** The way to background tasks. Two adapters as for assessments: in-process, BullMQ; one contract test on both. */
export interface TaskQueue {
  /**
   * Queues a task. The same task while it waits is one; one that comes while its like is running waits its turn.
   *
   * @param options.delayMs not before; like tasks that come meanwhile are one
   * @throws {CdsError} QUEUE_UNAVAILABLE
   */
  add(task: Task, options?: { readonly delayMs?: number }): Promise<void>;
  /**
   * Has a task done again and again, by a cron pattern in a time zone; of the same task the last rule counts.
   *
   * @throws {CdsError} QUEUE_UNAVAILABLE, CONFIG_INVALID for a pattern that is none
   */
  schedule(task: Task, rule: { readonly cron: string; readonly timeZone: string }): Promise<void>;
  close(): Promise<void>;
}

/** A modality's extraction and score, kept under its own fingerprint (no landmark date in it). */
export interface ModalityScore {
  readonly fingerprint: string;
  readonly modality: ModalityId;
  readonly score: number;
  readonly contributions: readonly FeatureContribution[];
  /** Features that were missing and took the training median. */
  readonly imputed: number;
  /** The images it was read from. */
  readonly images?: readonly CtSource[];
  /** What extraction found worth telling, beside the selection's flags. */
  readonly flags?: readonly ModalityFlag[];
  /** Absent in what was stored before this was noted: to be taken as `request`. */
  readonly readBy?: ReadBy;
}

/** A result that is stored and not written back yet. */
export interface Unwritten {
  readonly tenant: string;
  readonly patientId: string;
  readonly fingerprint: string;
}

/**
 * What is still to be written back: as durable as the results, and sealed like them. A record is there from when the
 * result was stored until the FHIR server has it; with its patient it is erased. All methods throw
 * {@link CdsError} STORE_UNAVAILABLE.
 */
export interface Outbox {
  /** The same result again is one record. */
  put(unwritten: Unwritten): Promise<void>;
  remove(unwritten: Unwritten): Promise<void>;
  /** Those of a tenant, in no particular order; damaged records are left out. */
  list(tenant: string): Promise<readonly Unwritten[]>;
}

/** A card that was answered with: what feedback to it is about, and what a newer card of the same patient replaces. */
export interface IssuedCard {
  readonly uuid: string;
  readonly tenant: string;
  /** Id of the CDS service. */
  readonly service: string;
  /** Of services whose cards take each other's place. */
  readonly family: string;
  readonly patientId: string;
  /** `source.topic.code`. */
  readonly topic: string;
  /** ISO instant. */
  readonly issuedAt: string;
  /** Digest of all that a reader sees of it: the same card again has the same. */
  readonly content: string;
  /** Of the assessment it shows, where it shows one. */
  readonly fingerprint?: string;
  /** `item` says what is suggested: a policy action's id. */
  readonly suggestions: readonly { readonly uuid: string; readonly item: string }[];
}

/** The account of the cards that were given. */
export interface CardLedger {
  /** A fresh uuid that only this ledger makes for that tenant and service: see {@link isOurs}. */
  uuid(tenant: string, service: string): string;
  /** Was the uuid made for them? Told without the store. */
  isOurs(tenant: string, service: string, uuid: string): boolean;
  /**
   * The last card of a family that this patient was given: those of other services in between change nothing.
   *
   * @throws {CdsError} STORE_UNAVAILABLE
   */
  last(tenant: string, patientId: string, family: string): Promise<IssuedCard | undefined>;
  /** Puts cards on record. Returns at once and never throws: a card is not kept back for the sake of its account. */
  record(cards: readonly IssuedCard[]): void;
  /** @throws {CdsError} STORE_UNAVAILABLE */
  find(tenant: string, uuid: string): Promise<IssuedCard | undefined>;
  /** Resolves when what was recorded is stored, or was given up: before the store is closed. */
  idle(): Promise<void>;
}

/** What a clinician made of a card: CDS Hooks 2.0, "Feedback". */
export type FeedbackItem = {
  /** The uuid of the card. */
  readonly card: string;
  /** ISO instant. */
  readonly outcomeTimestamp: string;
} & (
  | { readonly outcome: 'accepted'; readonly acceptedSuggestions: readonly string[] }
  | {
      readonly outcome: 'overridden';
      readonly reason?: { readonly code: string; readonly system?: string };
      readonly userComment?: string;
    }
);

/**
 * What became of one item. `unknown-card`: none of this caller's and service's, or one that is no more; which of
 * these is not told.
 */
export type FeedbackReceipt =
  | { readonly state: 'stored' | 'repeated' | 'spooled' | 'unknown-card' }
  /** `index` of `acceptedSuggestions`: the first that is not of that card. */
  | { readonly state: 'unknown-suggestion'; readonly index: number };

/** Where feedback is taken. */
export interface FeedbackInbox {
  /** How many of the items are about cards of each tenant, by their uuids alone. */
  owners(
    tenants: ReadonlySet<string>,
    service: string,
    items: readonly FeedbackItem[],
  ): ReadonlyMap<string, number>;
  /**
   * One receipt an item, in order. An item that the store cannot take now is spooled and stored later.
   *
   * @param tenants those the caller may speak for
   * @throws {CdsError} STORE_UNAVAILABLE where it cannot be spooled either: nothing was lost, send it again
   */
  receive(
    tenants: ReadonlySet<string>,
    service: string,
    items: readonly FeedbackItem[],
  ): Promise<readonly FeedbackReceipt[]>;
  close(): Promise<void>;
}

/** Remembers the `jti` of client JWTs, for all processes of a site. */
export interface ReplayGuard {
  /**
   * True the first time, false again.
   *
   * @param issuer whose it is: two issuers may use the same, and so may two keys of one
   * @param untilSeconds seconds for which it must be remembered
   */
  firstUse(issuer: string, jti: string, untilSeconds: number): Promise<boolean>;
}

/**
 * Results, encrypted at rest, with a time to live, erasable by patient. Every method may throw STORE_UNAVAILABLE,
 * those that read also STORE_DAMAGED (`history` when any one of the patient's assessments is damaged).
 */
export interface ResultStore {
  /** @throws {CdsError} STORE_UNAVAILABLE */
  assessment(tenant: string, patientId: string, fingerprint: string): Promise<Assessment | undefined>;
  /** All kept assessments of a patient, oldest landmark first; of one landmark date the last computed. */
  history(tenant: string, patientId: string): Promise<readonly Assessment[]>;
  putAssessment(assessment: Assessment): Promise<void>;
  modalityScore(tenant: string, patientId: string, fingerprint: string): Promise<ModalityScore | undefined>;
  putModalityScore(tenant: string, patientId: string, score: ModalityScore): Promise<void>;
  /** Removes everything of a patient, what waits to be written back too; the number of records removed. */
  erasePatient(tenant: string, patientId: string): Promise<number>;
  close(): Promise<void>;
}
