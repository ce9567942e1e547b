import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cardsGroup } from '../../src/assessment/feedback/card-records.ts';
import { createSeal } from '../../src/assessment/store/sealing.ts';
import { startRedis } from '../setup/redis.ts';
import { describeWith } from '../setup/requires.ts';
import {
  counted,
  FAMILY,
  issue,
  KEY,
  redisSite,
  SERVICE,
  sqliteSite,
  startProcess,
  type Process,
  type ProcessOptions,
  type Site,
} from './feedback-setup.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
const start = (site: Site, options: ProcessOptions = {}): Process => {
  const process = startProcess(site, options);
  closers.push(() => process.close());
  return process;
};

function contract(openSite: () => Site): void {
  it('a card is found at once by its process, and a moment later by every other', async () => {
    const site = openSite();
    const [one, other] = [start(site), start(site)];
    const card = issue(one, { fingerprint: 'f1' });
    expect(await one.ledger.find('north', card.uuid)).toEqual(card);
    expect(await one.ledger.last('north', 'patient-1', FAMILY)).toEqual(card);
    await one.ledger.idle();
    for (const { ledger } of [one, other]) {
      expect(await ledger.find('north', card.uuid)).toEqual(card);
      expect(await ledger.last('north', 'patient-1', FAMILY)).toEqual(card);
      expect(await ledger.find('south', card.uuid)).toBeUndefined();
      expect(await ledger.last('north', 'patient-2', FAMILY)).toBeUndefined();
    }
  });

  it('of more cards the newest is the last, of one answer the last in it, by any service of the family', async () => {
    const site = openSite();
    const [one, other] = [start(site), start(site)];
    issue(one, { issuedAt: '2026-11-23T08:00:00.000Z' });
    issue(one, { issuedAt: '2026-11-23T09:00:00.000Z' });
    const last = issue(one, { issuedAt: '2026-11-23T09:00:00.000Z', service: 'another-service' });
    expect(await one.ledger.last('north', 'patient-1', FAMILY)).toEqual(last);
    await one.ledger.idle();
    expect(await other.ledger.last('north', 'patient-1', FAMILY)).toEqual(last);
    const newer = issue(other, { issuedAt: '2026-11-23T10:00:00.000Z' });
    await other.ledger.idle();
    expect(await one.ledger.last('north', 'patient-1', FAMILY)).toEqual(newer);
  });

  it('cards of another family in between change nothing', async () => {
    const site = openSite();
    const [one, other] = [start(site), start(site)];
    const card = issue(one, { issuedAt: '2026-11-23T08:00:00.000Z' });
    const between = issue(one, { issuedAt: '2026-11-23T09:00:00.000Z', family: 'another-family' });
    const expectBoth = async () => {
      for (const { ledger } of [one, other]) {
        expect(await ledger.last('north', 'patient-1', FAMILY)).toEqual(card);
        expect(await ledger.last('north', 'patient-1', 'another-family')).toEqual(between);
        expect(await ledger.last('north', 'patient-1', 'a-third')).toBeUndefined();
      }
    };
    expect(await one.ledger.last('north', 'patient-1', FAMILY)).toEqual(card);
    await one.ledger.idle();
    await expectBoth();
    // A batch of its own.
    issue(one, { family: 'a-fourth' });
    await one.ledger.idle();
    await expectBoth();
  });

  it('many cards at once are all kept', async () => {
    const site = openSite();
    const [one, other] = [start(site), start(site)];
    const cards = Array.from({ length: 450 }, (_, i) => issue(one, { patientId: `patient-${i % 7}` }));
    await one.ledger.idle();
    const found = await Promise.all(cards.map(({ uuid }) => other.ledger.find('north', uuid)));
    expect(found).toEqual(cards);
    expect(await counted([one], 'recurrence_cards_issued_total')).toEqual({
      [`${SERVICE} recurrence-risk`]: 450,
    });
  });

  it('is forgotten after its days', async () => {
    const process = start(openSite(), { ttlSeconds: 1 });
    const card = issue(process);
    await process.ledger.idle();
    expect(await process.ledger.find('north', card.uuid)).toEqual(card);
    await sleep(1100);
    expect(await process.ledger.find('north', card.uuid)).toBeUndefined();
    expect(await process.ledger.last('north', 'patient-1', FAMILY)).toBeUndefined();
  });

  it('goes with its patient, and no other', async () => {
    const process = start(openSite());
    const cards = [issue(process), issue(process), issue(process, { patientId: 'patient-2' })];
    await process.ledger.idle();
    // two cards, a pointer to each, the last
    expect(await process.store.erasePatient('north', 'patient-1')).toBe(5);
    const found = await Promise.all(cards.map(({ uuid }) => process.ledger.find('north', uuid)));
    expect(found).toEqual([undefined, undefined, cards[2]]);
    expect(await process.ledger.last('north', 'patient-1', FAMILY)).toBeUndefined();
    expect(await process.store.erasePatient('north', 'patient-1')).toBe(0);
  });

  it('with another key nothing is found, and damage counts as nothing', async () => {
    const site = openSite();
    const [one, stranger] = [start(site), start(site, { key: randomBytes(32) })];
    const card = issue(one);
    await one.ledger.idle();
    expect(await stranger.ledger.find('north', card.uuid)).toBeUndefined();
    expect(await stranger.ledger.last('north', 'patient-1', FAMILY)).toBeUndefined();
    const last = { group: cardsGroup(createSeal(KEY), 'north', 'patient-1'), name: `last.${FAMILY}` };
    for (const value of ['', 'short', `${card.uuid}damaged`, `${randomUUID()}${'x'.repeat(100)}`]) {
      await one.records.put(last.group, last.name, Buffer.from(value), 60);
      expect(await one.ledger.last('north', 'patient-1', FAMILY)).toBeUndefined();
    }
  });

  it('a process that stops leaves nothing unwritten', async () => {
    const site = openSite();
    const one = startProcess(site);
    const cards = Array.from({ length: 30 }, () => issue(one));
    await one.close();
    const other = start(site);
    for (const card of cards) expect(await other.ledger.find('north', card.uuid)).toEqual(card);
  });

  it('once the store is closed it is unavailable, and recording still does not throw', async () => {
    const process = start(openSite());
    await process.store.close();
    await expect(process.ledger.find('north', randomUUID())).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
    const card = issue(process);
    expect(await process.ledger.find('north', card.uuid)).toEqual(card);
    await process.ledger.idle();
    expect(process.logged.join('')).toContain('"cards":1');
  });
}

describe('CardLedger on SQLite', () => {
  contract(() => sqliteSite(closers));
});

describeWith('redis-server', 'CardLedger on Redis', (address) => {
  contract(() => redisSite(address));

  it('Redis away: the newest cards wait, are found, and are stored when it is back; the oldest are lost', async () => {
    const server = await startRedis();
    closers.push(() => server.stop());
    const site = redisSite(server.address, 250);
    const process = start(site, { keep: 20 });
    issue(process);
    await process.ledger.idle();
    await server.stop();
    const cards = Array.from({ length: 25 }, () => issue(process));
    await sleep(400);
    for (const card of cards.slice(5)) expect(await process.ledger.find('north', card.uuid)).toEqual(card);
    expect(await process.ledger.last('north', 'patient-1', FAMILY)).toEqual(cards.at(-1));
    await expect(process.ledger.find('north', cards[0]!.uuid)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
    const back = await startRedis({ port: server.port });
    closers.unshift(() => back.stop());
    const other = start(redisSite(server.address, 250));
    const same = start({ open: () => site.open() });
    await vi.waitFor(
      async () => {
        for (const card of cards.slice(5)) expect(await same.ledger.find('north', card.uuid)).toEqual(card);
      },
      { timeout: 10_000, interval: 100 },
    );
    expect(await same.ledger.find('north', cards[0]!.uuid)).toBeUndefined();
    expect(await other.ledger.find('north', cards[9]!.uuid)).toBeUndefined();
    expect(process.logged.join('')).toContain('"cards":5');
  });

  it('what had to wait does not become the last card over one that another process gave meanwhile', async () => {
    const site = redisSite(address);
    let away = true;
    const waiting = start(site, {
      wrap: (records) => ({
        ...records,
        putAll: (all) => (away ? Promise.reject(new Error('a lost connection')) : records.putAll(all)),
      }),
    });
    const other = start(site);
    const old = issue(waiting, { issuedAt: '2026-11-23T09:00:00.000Z' });
    await sleep(50);
    const newer = issue(other, { issuedAt: '2026-11-23T09:00:01.000Z' });
    await other.ledger.idle();
    away = false;
    await waiting.ledger.idle();
    expect(await other.ledger.find('north', old.uuid)).toEqual(old);
    expect(await waiting.ledger.last('north', 'patient-1', FAMILY)).toEqual(newer);
  });
});
