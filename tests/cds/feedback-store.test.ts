import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createCardLedger, createSqliteRecords } from '../../src/assessment/index.ts';
import { createProgram } from '../../src/cli/index.ts';
import { createLog, createMetrics } from '../../src/platform/index.ts';
import { startStack, type Stack, type StackOptions } from '../http/running-service.ts';
import { startRedis } from '../setup/redis.ts';
import { describeWith } from '../setup/requires.ts';
import { accepted, metric, overridden, PATIENT, send, showCard } from './feedback-client.ts';

const FEEDBACK = 'recurrence_card_feedback_total';
const SPOOLED = 'recurrence_feedback_spooled';
const COMMENT = 'COMMENT-CANARY: Judith Exemplar is on holiday';
const SERVICE = 'recurrence-risk-patient-view';
const IN_TIME = { timeout: 15_000, interval: 50 };

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
const start = async (options: StackOptions): Promise<Stack> => {
  const stack = await startStack(options);
  closers.push(() => stack.close());
  return stack;
};
const folder = (): string => {
  const made = mkdtempSync(path.join(tmpdir(), 'recurrence-feedback-'));
  closers.push(() => {
    rmSync(made, { recursive: true });
    return Promise.resolve();
  });
  return made;
};

/** Runs a command against a store, as an administrator does. */
async function command(args: readonly string[], env: Record<string, string>): Promise<string> {
  const out: string[] = [];
  const context = {
    env: { FHIR_BASE_URL: 'http://127.0.0.1:1/fhir', RECURRENCE_ENVIRONMENT: 'test', ...env },
    out: (text: string) => void out.push(text),
    note: () => undefined,
    stopped: new Promise<void>(() => undefined),
  };
  await createProgram(context).parseAsync(args, { from: 'user' });
  return out.join('');
}

/** The tenant of a configuration that has none but an address. */
const TENANT = { id: 'default' };

describe('on a file', () => {
  it('is there after a restart; the commands count it, erase it, and nothing of it is left in the file', async () => {
    const key = randomBytes(32).toString('base64');
    const file = path.join(folder(), 'results.db');
    const first = await startStack({ store: { file, key }, tenant: TENANT });
    const card = await showCard(first);
    expect((await send(first, overridden(card, { userComment: COMMENT }))).status).toBe(200);
    await first.close();
    const again = await start({ store: { file, key }, tenant: TENANT });
    expect((await send(again, overridden(card, { userComment: COMMENT }), accepted(card))).status).toBe(200);
    expect(await metric([again], FEEDBACK)).toBe(1);

    const env = { RECURRENCE_STORE_FILE: file, RECURRENCE_STORE_KEY: key };
    const { summaries } = JSON.parse(await command(['feedback', '--json'], env));
    expect(summaries).toMatchObject([
      {
        service: SERVICE,
        topic: 'recurrence-risk',
        issued: 1,
        accepted: 1,
        overridden: 1,
        acceptanceRate: 0.5,
      },
    ]);
    const table = await command(['feedback'], env);
    expect(table).toMatch(/\| 1 +\| 1 +\| 1 +\| 50% +\| none 1$/m);
    expect(table).not.toMatch(/COMMENT-CANARY|Judith|demo-/);
    expect(await command(['feedback', '--comments'], env)).toContain(COMMENT);
    expect(await command(['feedback', '--since', '2027-01-01'], env)).toBe('No cards and no feedback.\n');

    const onDisk = (): string =>
      [file, `${file}-wal`]
        .filter((each) => existsSync(each))
        .map((each) => readFileSync(each).toString('latin1'))
        .join('');
    expect(onDisk()).toContain(card.uuid);
    expect(onDisk()).not.toMatch(/COMMENT-CANARY|Judith|demo-high/);
    const erase = ['erase', '--tenant', 'default', '--patient', PATIENT];
    await expect(command(erase, env)).rejects.toMatchObject({ code: 'COMMAND_INVALID' });
    expect(Number(await command([...erase, '--yes'], env))).toBeGreaterThan(6);
    expect(onDisk()).not.toContain(card.uuid);
    expect(await command([...erase, '--yes'], env)).toBe('0\n');
    expect(JSON.parse(await command(['feedback', '--json'], env)).summaries).toMatchObject([
      { issued: 1, accepted: 0, overridden: 0 },
    ]);
    expect((await send(again, overridden(card))).status).toBe(404);
  });

  it('a card whose days are over is unknown', async () => {
    const key = randomBytes(32).toString('base64');
    const file = path.join(folder(), 'results.db');
    const stack = await start({ store: { file, key } });
    const records = createSqliteRecords(file);
    closers.push(() => records.close());
    const ledger = createCardLedger({
      ...{ records, key: Buffer.from(key, 'base64'), ttlSeconds: 2, tallyTtlSeconds: 60 },
      ...{ log: createLog('silent'), metrics: createMetrics() },
    });
    const uuid = ledger.uuid('test', SERVICE);
    ledger.record([
      {
        ...{
          uuid,
          tenant: 'test',
          service: SERVICE,
          family: 'f',
          patientId: 'p',
          topic: 'pending',
          suggestions: [],
        },
        ...{ issuedAt: '2026-11-23T09:00:00.000Z', content: 'c' },
      },
    ]);
    await ledger.idle();
    expect((await send(stack, overridden({ uuid }))).status).toBe(200);
    await sleep(2100);
    expect((await send(stack, overridden({ uuid }))).status).toBe(404);
  });

  it('a command that can see no store says which setting', async () => {
    const key = randomBytes(32).toString('base64');
    const cases = [
      [{}, /store\.key/],
      [{ RECURRENCE_STORE_KEY: key }, /:memory:/],
      [{ RECURRENCE_STORE_KEY: key, RECURRENCE_STORE_FILE: '/nonexistent/x.db' }, /store\.file/],
    ] as const;
    for (const [env, message] of cases)
      await expect(command(['feedback'], env)).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(message),
      });
    await expect(
      command(['erase', '--tenant', 'nobody', '--patient', 'x', '--yes'], { RECURRENCE_STORE_KEY: key }),
    ).rejects.toMatchObject({ code: 'COMMAND_INVALID' });
  });
});

describeWith('redis-server', 'over processes on one Redis', (address) => {
  const site = (redisUrl = address) => ({
    // No worker comes: every card waits for the deadline, and says that the risk is being computed.
    hook: { deadlineMs: 1000 },
    queue: { redisUrl, prefix: `test-${randomUUID()}` },
    store: { key: randomBytes(32).toString('base64') },
  });

  it('either process takes feedback to cards of the other; each item is counted once', async () => {
    const options = site();
    const [one, other] = [await start(options), await start(options)];
    const cards = [await showCard(one), await showCard(one), await showCard(other)];
    const items = cards.flatMap((card) => [overridden(card), overridden(card, { userComment: COMMENT })]);
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => send([one, other][i % 2]!, ...items)),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(await metric([one, other], FEEDBACK)).toBe(items.length);
    for (const { logged } of [one, other]) expect(logged.join('')).not.toContain('COMMENT-CANARY');
  });

  it("another site's card is unknown, though it lies in the same Redis", async () => {
    const options = site();
    const one = await start(options);
    const stranger = await start({ ...options, store: site().store });
    const answer = await send(stranger, overridden(await showCard(one)));
    expect([answer.status, answer.code]).toEqual([404, 'CDS_CARD_UNKNOWN']);
    const renamed = await start({ ...options, tenant: { id: 'another' } });
    expect((await send(renamed, overridden(await showCard(one)))).status).toBe(404);
  });

  it('a Redis that falls silent and wakes up: all is answered, nothing lost, counted once', async () => {
    const server = await startRedis();
    closers.push(() => server.stop());
    const options = site(server.address);
    const [one, other] = [await start(options), await start(options)];
    const card = await showCard(one);
    await one.service.core.ledger.idle();
    const items = ['patient-declined', 'clinical-judgement', 'made up'].map((code) =>
      overridden(card, { reason: { code }, userComment: COMMENT }),
    );
    process.kill(server.pid, 'SIGSTOP');
    try {
      for (let i = 0; i < 4; i++) expect((await send([one, other][i % 2]!, ...items)).status).toBe(200);
      expect(await metric([one, other], SPOOLED)).toBe(6);
      expect(await metric([one, other], FEEDBACK)).toBe(0);
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    await vi.waitFor(async () => {
      expect(await metric([one, other], SPOOLED)).toBe(0);
    }, IN_TIME);
    expect(await metric([one, other], FEEDBACK)).toBe(3);
    expect((await send(other, ...items)).status).toBe(200);
    expect(await metric([one, other], FEEDBACK)).toBe(3);
  });

  it('a restart while Redis is away: the spool file keeps it, sealed, and the next process stores it', async () => {
    const server = await startRedis();
    closers.push(() => server.stop());
    const spoolFile = path.join(folder(), 'spool.db');
    const options = { ...site(server.address), feedback: { spoolFile } };
    const first = await startStack(options);
    const card = await showCard(first);
    await first.service.core.ledger.idle();
    process.kill(server.pid, 'SIGSTOP');
    try {
      expect((await send(first, overridden(card, { userComment: COMMENT }))).status).toBe(200);
      await first.close();
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    const bytes = [spoolFile, `${spoolFile}-wal`].filter((each) => existsSync(each));
    for (const each of bytes)
      expect(readFileSync(each).toString('latin1')).not.toMatch(/COMMENT-CANARY|demo-/);
    const next = await start(options);
    await vi.waitFor(async () => {
      expect(await metric([next], FEEDBACK)).toBe(1);
    }, IN_TIME);
    expect(await metric([next], SPOOLED)).toBe(0);
  });

  it('a store that is gone: what may be ours waits, what cannot be is refused all the same', async () => {
    const server = await startRedis();
    closers.push(() => server.stop());
    const stack = await start(site(server.address));
    const card = await showCard(stack);
    await stack.service.core.ledger.idle();
    await server.stop();
    expect((await send(stack, overridden(card))).status).toBe(200);
    expect(await metric([stack], SPOOLED)).toBe(1);
    // A made-up uuid needs no store to be refused.
    expect((await send(stack, overridden({ uuid: randomUUID() }))).status).toBe(404);
  });
});
