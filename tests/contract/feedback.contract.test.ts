import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { feedbackReport } from '../../src/assessment/feedback/index.ts';
import type { FeedbackItem, FeedbackReceipt } from '../../src/assessment/ports.ts';
import { CdsError } from '../../src/domain/index.ts';
import { connectRedis } from '../../src/assessment/redis.ts';
import { describeWith } from '../setup/requires.ts';
import {
  accept,
  counted,
  issue,
  KEY,
  override,
  redisSite,
  SERVICE,
  sqliteSite,
  startProcess,
  SYSTEM,
  type Process,
  type ProcessOptions,
  type Site,
} from './feedback-setup.ts';

const NORTH = new Set(['north']);
const COMMENT = 'COMMENT-CANARY Frau Meier wants to wait';
const FEEDBACK = 'recurrence_card_feedback_total';
const TOPIC = `${SERVICE} recurrence-risk`;

/** A store that cannot be reached, as the adapters say it. */
const lost = () => new CdsError('STORE_UNAVAILABLE');

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
const start = (site: Site, options: ProcessOptions = {}): Process => {
  const process = startProcess(site, options);
  closers.push(() => process.close());
  return process;
};
const send = async (
  { inbox }: Process,
  items: readonly FeedbackItem[],
  tenants: ReadonlySet<string> = NORTH,
  service = SERVICE,
): Promise<FeedbackReceipt['state'][]> =>
  (await inbox.receive(tenants, service, items)).map(({ state }) => state);
const report = (process: Process, comments = false) =>
  feedbackReport(process.records, { key: KEY, tenants: ['north'], since: '2026-01-01', comments });

/** @param dump every byte that the store holds, keys and values */
function contract(openSite: () => Site & { dump(): Promise<Buffer> }): void {
  it('stores what is said, once, whoever takes it, and counts it once', async () => {
    const site = openSite();
    const [one, other] = [start(site), start(site)];
    const card = issue(one);
    const said = override(card.uuid, { reason: { code: 'patient-declined', system: SYSTEM } });
    expect(await send(one, [said, said])).toEqual(['stored', 'repeated']);
    expect(await send(other, [said])).toEqual(['repeated']);
    const raced = accept(card, 1, 0, 1);
    const receipts = await Promise.all(
      Array.from({ length: 20 }, (_, i) => send([one, other][i % 2]!, [raced])),
    );
    expect(receipts.flat().filter((state) => state === 'stored')).toHaveLength(1);
    expect(await counted([one, other], FEEDBACK)).toEqual({
      [`${TOPIC} overridden patient-declined`]: 1,
      [`${TOPIC} accepted none`]: 1,
    });
    expect(await counted([one, other], 'recurrence_suggestions_accepted_total')).toEqual({
      [`${SERVICE} ctdna`]: 1,
      [`${SERVICE} chest-ct`]: 1,
    });
  });

  it('of one card both outcomes are facts, and so is the same at another time', async () => {
    const process = start(openSite());
    const card = issue(process);
    const later = override(card.uuid, { outcomeTimestamp: '2026-11-23T11:00:00Z' });
    expect(await send(process, [accept(card, 0), override(card.uuid), later])).toEqual([
      'stored',
      'stored',
      'stored',
    ]);
    await process.ledger.idle();
    expect((await report(process)).summaries).toEqual([
      {
        ...{ tenant: 'north', service: SERVICE, topic: 'recurrence-risk', issued: 1 },
        ...{ accepted: 1, overridden: 2, reasons: { none: 2 }, items: { ctdna: 1 } },
        acceptanceRate: 1 / 3,
      },
    ]);
  });

  it('reasons that are not ours are counted as other, and never by their name', async () => {
    const process = start(openSite());
    const { uuid } = issue(process);
    const reasons = [
      { code: 'clinical-judgement' },
      { code: 'clinical-judgement', system: 'https://elsewhere.example' },
      { code: 'made up', system: SYSTEM },
    ];
    await send(
      process,
      reasons.map((reason) => override(uuid, { reason })),
    );
    expect(await counted([process], FEEDBACK)).toEqual({
      [`${TOPIC} overridden clinical-judgement`]: 1,
      [`${TOPIC} overridden other`]: 2,
    });
  });

  it('a card of nobody, of another tenant, service or site, and one that is gone look the same', async () => {
    const site = openSite();
    const process = start(site);
    const stranger = start(site, { key: randomBytes(32) });
    const [gone, foreign] = [issue(process), issue(stranger)];
    await process.ledger.idle();
    await process.store.erasePatient('north', 'patient-1');
    const [south, elsewhere] = [
      issue(process, { tenant: 'south' }),
      issue(process, { service: 'another-service' }),
    ];
    const unknown = [randomUUID(), gone.uuid, foreign.uuid, south.uuid, elsewhere.uuid];
    // A suggestion's uuid is ours, and no card's.
    unknown.push(south.suggestions[0]!.uuid, issue(process).suggestions[0]!.uuid);
    const receipts = await process.inbox.receive(
      NORTH,
      SERVICE,
      unknown.map((uuid) => override(uuid)),
    );
    expect(receipts).toEqual(unknown.map(() => ({ state: 'unknown-card' })));
    expect(await send(process, [override(south.uuid)], new Set(['north', 'south']))).toEqual(['stored']);
    expect(await send(process, [override(elsewhere.uuid)], NORTH, 'another-service')).toEqual(['stored']);
    expect(await send(process, [override(elsewhere.uuid)], new Set(), 'another-service')).toEqual([
      'unknown-card',
    ]);
  });

  it('names the first suggestion that is not of the card, and takes the rest', async () => {
    const process = start(openSite());
    const [card, other] = [issue(process), issue(process)];
    const mixed: FeedbackItem = {
      ...accept(card, 0),
      outcome: 'accepted',
      acceptedSuggestions: [card.suggestions[1]!.uuid, other.suggestions[0]!.uuid],
    };
    expect(
      await process.inbox.receive(NORTH, SERVICE, [accept(other, 0), mixed, override(card.uuid)]),
    ).toEqual([{ state: 'stored' }, { state: 'unknown-suggestion', index: 1 }, { state: 'stored' }]);
  });

  it('a card that has expired is unknown', async () => {
    const process = start(openSite(), { ttlSeconds: 1 });
    const { uuid } = issue(process);
    await process.ledger.idle();
    expect(await send(process, [override(uuid)])).toEqual(['stored']);
    await sleep(1100);
    expect(await send(process, [override(uuid)])).toEqual(['unknown-card']);
  });

  it('nothing readable is stored, and all of it goes with the patient', async () => {
    const site = openSite();
    const process = start(site);
    const card = issue(process);
    const kept = issue(process, { patientId: 'patient-2' });
    await send(process, [override(card.uuid, { userComment: COMMENT }), accept(card, 0), accept(kept, 0)]);
    await process.ledger.idle();
    expect(await report(process, true)).toMatchObject({ comments: [{ comment: COMMENT }] });
    const before = await site.dump();
    expect(before.toString('latin1')).not.toMatch(/COMMENT-CANARY|patient-[12]|ctdna|overridden|\bnorth\b/);
    expect(before.includes(card.uuid)).toBe(true);

    // a card, its pointer, the last card; two items, each with its entry for the counting
    expect(await process.store.erasePatient('north', 'patient-1')).toBe(7);
    const after = await site.dump();
    expect(after.includes(card.uuid)).toBe(false);
    expect(after.includes(kept.uuid)).toBe(true);
    const { summaries, comments } = await report(process, true);
    expect([summaries[0]?.accepted, summaries[0]?.overridden, comments]).toEqual([1, 0, []]);
    expect(process.logged.join('')).not.toMatch(/COMMENT-CANARY|patient-1/);
  });

  it('while the store is away it waits in the spool, is stored when it is back, and counted once', async () => {
    const site = openSite();
    const store = { away: false };
    const process = start(site, {
      wrap: (records) => ({
        ...records,
        get: (...all) => (store.away ? Promise.reject(lost()) : records.get(...all)),
        putNew: async (...all) => {
          // Cut off after the store has done it: the answer is what is lost.
          const put = await records.putNew(...all);
          if (store.away) throw lost();
          return put;
        },
      }),
      graceMs: 100,
    });
    const other = start(site);
    const [card, second] = [issue(process), issue(process)];
    await process.ledger.idle();
    const said = override(card.uuid, { userComment: COMMENT });
    store.away = true;
    expect(await send(process, [said, said])).toEqual(['spooled', 'spooled']);
    expect(await send(process, [said, accept(second, 0)])).toEqual(['spooled', 'spooled']);
    expect(await counted([process], 'recurrence_feedback_spooled')).toEqual({ '': 2 });
    expect(await counted([process], FEEDBACK)).toEqual({});
    store.away = false;
    await vi.waitFor(
      async () => {
        expect(await counted([process], 'recurrence_feedback_spooled')).toEqual({ '': 0 });
      },
      { timeout: 5000 },
    );
    expect(await counted([process], FEEDBACK)).toEqual({
      [`${TOPIC} overridden none`]: 1,
      [`${TOPIC} accepted none`]: 1,
    });
    expect(await send(other, [said, accept(second, 0)])).toEqual(['repeated', 'repeated']);
    expect(process.logged.join('')).not.toContain('COMMENT-CANARY');
  });

  it('an answer that came too late is neither lost nor counted twice', async () => {
    const delay = { ms: 0 };
    const process = start(openSite(), {
      limitMs: 60,
      wrap: (records) => ({
        ...records,
        putNew: async (...all) => {
          const put = await records.putNew(...all);
          await sleep(delay.ms);
          return put;
        },
      }),
    });
    const card = issue(process);
    await process.ledger.idle();
    delay.ms = 150;
    expect(await send(process, [override(card.uuid)])).toEqual(['spooled']);
    delay.ms = 0;
    await vi.waitFor(async () => {
      expect(await counted([process], FEEDBACK)).toEqual({ [`${TOPIC} overridden none`]: 1 });
    });
    await sleep(300);
    expect(await counted([process], FEEDBACK)).toEqual({ [`${TOPIC} overridden none`]: 1 });
    expect(await send(process, [override(card.uuid)])).toEqual(['repeated']);
  });

  it('what turns out unknown when the store is back is dropped and counted so', async () => {
    const store = { away: false };
    const process = start(openSite(), {
      graceMs: 100,
      wrap: (records) => ({
        ...records,
        get: (...all) => (store.away ? Promise.reject(lost()) : records.get(...all)),
      }),
    });
    const card = issue(process);
    await process.ledger.idle();
    store.away = true;
    const uuid = process.ledger.uuid('north', SERVICE);
    expect(await send(process, [override(uuid), accept(card, 7)])).toEqual(['spooled', 'spooled']);
    store.away = false;
    await vi.waitFor(
      async () => {
        expect(await counted([process], 'recurrence_feedback_dropped_total')).toEqual({
          'unknown-card': 1,
          'unknown-suggestion': 1,
        });
      },
      { timeout: 5000 },
    );
    expect(await counted([process], FEEDBACK)).toEqual({});
  });

  it('a full spool refuses all that it cannot take, and takes it when there is room', async () => {
    const store = { away: true };
    const process = start(openSite(), {
      spoolLimit: 2,
      wrap: (records) => ({
        ...records,
        putNew: (...all) => (store.away ? Promise.reject(lost()) : records.putNew(...all)),
      }),
    });
    const cards = [issue(process), issue(process), issue(process), issue(process)];
    const [a, b, c, d] = cards.map(({ uuid }) => override(uuid)) as [
      FeedbackItem,
      FeedbackItem,
      FeedbackItem,
      FeedbackItem,
    ];
    expect(await send(process, [a])).toEqual(['spooled']);
    await expect(send(process, [b, c])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await counted([process], 'recurrence_feedback_spooled')).toEqual({ '': 1 });
    expect(await send(process, [d, a])).toEqual(['spooled', 'spooled']);
    store.away = false;
    await vi.waitFor(
      async () => {
        expect(await counted([process], 'recurrence_feedback_spooled')).toEqual({ '': 0 });
      },
      { timeout: 5000 },
    );
    expect(await send(process, [a, b, c, d])).toEqual(['repeated', 'stored', 'stored', 'repeated']);
    expect(await counted([process], FEEDBACK)).toEqual({ [`${TOPIC} overridden none`]: 4 });
  });

  it('a spool file outlives the process; two processes on one file store it once', async () => {
    const site = openSite();
    const folder = sqliteSite(closers);
    const spoolFile = path.join(path.dirname(folder.file), 'spool.db');
    const away: ProcessOptions['wrap'] = (records) => ({
      ...records,
      putNew: () => Promise.reject(lost()),
    });
    const first = startProcess(site, { spoolFile, wrap: away });
    const cards = Array.from({ length: 60 }, () => issue(first));
    await first.ledger.idle();
    await send(
      first,
      cards.map(({ uuid }) => override(uuid, { userComment: COMMENT })),
    );
    await first.close();
    for (const file of [spoolFile, `${spoolFile}-wal`].filter((each) => existsSync(each)))
      expect(readFileSync(file).toString('latin1')).not.toMatch(/COMMENT-CANARY|north/);

    const next = [start(site, { spoolFile }), start(site, { spoolFile })];
    await vi.waitFor(
      async () => {
        expect(await counted(next, FEEDBACK)).toEqual({ [`${TOPIC} overridden none`]: 60 });
      },
      { timeout: 10_000 },
    );
    expect(
      await send(
        next[0]!,
        cards.map(({ uuid }) => override(uuid, { userComment: COMMENT })),
      ),
    ).toEqual(cards.map(() => 'repeated'));
    const stranger = start(site, { spoolFile, key: randomBytes(32) });
    expect(await counted([stranger], 'recurrence_feedback_spooled')).toEqual({ '': 0 });
  });
}

describe('FeedbackInbox on SQLite', () => {
  contract(() => {
    const site = sqliteSite(closers);
    const files = () => [site.file, `${site.file}-wal`].filter((each) => existsSync(each));
    return { ...site, dump: () => Promise.resolve(Buffer.concat(files().map((each) => readFileSync(each)))) };
  });

  it('a spool that cannot be opened is an error of the configuration', () => {
    const site = sqliteSite(closers);
    start(site);
    // A folder that is a file.
    const spoolFile = path.join(site.file, 'spool.db');
    expect(() => startProcess(site, { spoolFile })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });
});

describeWith('redis-server', 'FeedbackInbox on Redis', (address) => {
  contract(() => {
    const site = redisSite(address);
    const dump = async (): Promise<Buffer> => {
      const redis = connectRedis(address, 5000);
      await vi.waitFor(() => redis.ping());
      const parts: Buffer[] = [];
      for (const key of await redis.keys(`${site.prefix}*`)) {
        parts.push(Buffer.from(key));
        if ((await redis.type(key)) === 'string') parts.push((await redis.getBuffer(key))!);
        else parts.push(Buffer.from((await redis.zrange(key, '0', '-1')).join('\n')));
      }
      await redis.quit();
      return Buffer.concat(parts);
    };
    return { ...site, dump };
  });
});
