import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Clock, type Random, seededRandom } from '@tiphys/sdk/runtime';
import { SimClock } from '@tiphys/sdk/testing';
import { requestInfo } from '../filters/request-info.ts';
import { aUser } from '../server-scene.ts';
import type { Flow } from './flow.ts';
import { FlowCounts } from './flow-counts.ts';
import { type Queuing, QueueSet } from './queue-set.ts';
import { flowHash, handOf } from './shuffle-sharding.ts';
import { Ticket } from './ticket.ts';
import { oneSeat, type Width } from './width.ts';

/** Time that goes from one event to the next, without the promises of a whole simulated server. */
class EventClock implements Clock {
  #ms = 0;
  #events: { at: number; run: () => void }[] = [];
  now = () => 1_000_000 + this.#ms;
  monotonic = () => this.#ms;
  after(ms: number, run: () => void) {
    const event = { at: this.#ms + ms, run };
    const before = this.#events.findIndex((e) => e.at > event.at);
    this.#events.splice(before === -1 ? this.#events.length : before, 0, event);
    return () => void (this.#events = this.#events.filter((e) => e !== event));
  }
  runTo(ms: number, afterEach: () => void) {
    for (let next = this.#events[0]; next && next.at <= ms; next = this.#events[0]) {
      this.#events.shift();
      this.#ms = next.at;
      next.run();
      // What happens at one moment is done when all of it is.
      if (this.#events[0]?.at !== next.at) afterEach();
    }
    this.#ms = ms;
  }
  sleep = () => Promise.reject(new Error('nobody sleeps here'));
  timeout = () => new AbortController().signal;
  yield = () => Promise.resolve();
}

const info = requestInfo('GET', '/api/v1/namespaces/default/pods/p', new URLSearchParams());
const user = aUser('ada');

function flow(name: string, dealing = { deck: 16, size: 4 }): Flow {
  const counts = new FlowCounts('level', name);
  const hand = handOf(flowHash('schema', name), dealing);
  return { level: undefined as never, distinguisher: name, hand, counts, ids: { schemaUid: '', levelUid: '' } };
}

const ticketOf = (of: Flow, width: Width = oneSeat) => new Ticket(of, user, info, 0, width);

interface Sender {
  readonly flow: Flow;
  readonly width: Width;
  /** Requests that it has under way at most. */
  readonly atOnce: number;
  readonly pauseMs: number;
  readonly serviceMs: number;
  /** Gives up after so long. */
  readonly patienceMs: number;
}

interface Outcome {
  sent: number;
  served: number;
  refused: number;
  gaveUp: number;
  seatMs: number;
  longestWaitMs: number;
}

/** Senders at one level for a while; every invariant is looked at after everything that happens. */
function simulate(
  senders: readonly Sender[],
  { queuing, limits, forMs, random }: { queuing: Queuing; limits: readonly number[]; forMs: number; random: Random },
): { outcomes: Outcome[]; queues: QueueSet } {
  const clock = new EventClock();
  const queues = new QueueSet(clock);
  let limit = limits[0]!;
  queues.configure(queuing, { limit, seatLimit: limit });
  for (const [i, next] of limits.entries()) {
    clock.after((forMs / limits.length) * i, () => {
      limit = next;
      queues.configure(queuing, { limit, seatLimit: limit });
    });
  }
  const lingering = new Set<Ticket>();
  const tooWide = new Set<Ticket>();
  const vary = (ms: number) => ms * (0.5 + random.next());

  const outcomes = senders.map((s): Outcome => {
    const outcome = { sent: 0, served: 0, refused: 0, gaveUp: 0, seatMs: 0, longestWaitMs: 0 };
    const send = () => {
      outcome.sent++;
      const ticket = ticketOf(s.flow, s.width);
      queues.enter(ticket);
      const again = () => clock.after(vary(s.pauseMs), send);
      const execute = () => {
        if (ticket.seats > limit) tooWide.add(ticket);
        outcome.longestWaitMs = Math.max(outcome.longestWaitMs, ticket.beganMs - ticket.enteredMs);
        clock.after(vary(s.serviceMs), () => {
          outcome.served++;
          outcome.seatMs += (clock.monotonic() - ticket.beganMs) * ticket.initialSeats;
          if (ticket.lingerMs) {
            lingering.add(ticket);
            clock.after(ticket.lingerMs, () => lingering.delete(ticket));
          }
          queues.leave(ticket);
          again();
        });
      };
      if (ticket.state === 'refused') {
        outcome.refused++;
        if (typeof queuing === 'object') {
          const full = queues.queues.filter((q) => q.waiting.length >= queuing.lengthLimit).length;
          assert.ok(full > 0 && queues.use.seats >= limit, 'somebody is refused though there is room');
        }
        again();
      } else if (ticket.state === 'executing') execute();
      else {
        const stop = clock.after(s.patienceMs, () => queues.cancel(ticket));
        ticket.decided = () => {
          stop();
          if (ticket.state === 'executing') return execute();
          outcome.gaveUp++;
          again();
        };
      }
    };
    for (let i = 0; i < s.atOnce; i++) clock.after(vary(s.pauseMs), send);
    return outcome;
  });

  clock.runTo(forMs, () => {
    const { use, executing } = queues;
    const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
    const taken = sum(executing.map((t) => t.seats)) + sum([...lingering].map((t) => t.seats));
    assert.equal(use.seats, taken);
    assert.equal(use.executing, executing.length);
    for (const [at, t] of executing.entries()) assert.ok(t.at === at && t.state === 'executing');
    const waiting = queues.queues.flatMap((q) => q.waiting);
    assert.equal(use.waiting, waiting.length);
    assert.equal(use.waitingSeats, sum(waiting.map((t) => t.seats)));
    for (const q of queues.queues) {
      assert.equal(q.executing, executing.filter((t) => t.queue === q).length);
      assert.ok(Math.abs(q.waitingWork - sum(q.waiting.map((t) => t.work))) < 1e-9);
      assert.ok(!q.first || q.nextR >= q.first.arrivalR, 'a queue is to be served before its request came');
    }
    // What was let in under a higher limit stays in; so does one that is wider than all seats, which went when nobody else was there.
    const usual = [...executing, ...lingering].filter((t) => !tooWide.has(t));
    assert.ok(sum(usual.map((t) => t.seats)) <= Math.max(...limits));
    if (waiting.length) {
      const narrowest = Math.min(...queues.queues.flatMap((q) => (q.first ? [q.first.seats] : [])));
      const widest = Math.max(...queues.queues.flatMap((q) => (q.first ? [q.first.seats] : [])));
      const told = `${use.seats} of ${limit} seats are taken while one of ${narrowest} waits`;
      assert.ok(use.seats + widest > limit && (use.seats > 0 || use.executing > 0), told);
    }
    assert.equal(sum(senders.map((s) => s.flow.counts.executing)), executing.length);
    assert.equal(sum(senders.map((s) => s.flow.counts.waiting)), waiting.length);
  });
  return { outcomes, queues };
}

const anySender = (name: string, random: Random): Sender => {
  const upTo = (n: number) => Math.floor(random.next() * n) + 1;
  return {
    flow: flow(name),
    width: {
      initialSeats: random.next() < 0.7 ? 1 : upTo(12),
      finalSeats: random.next() < 0.7 ? 0 : upTo(8),
      lingerMs: random.next() < 0.7 ? 0 : upTo(50),
    },
    atOnce: upTo(30),
    pauseMs: upTo(50),
    serviceMs: upTo(40),
    patienceMs: upTo(1000),
  };
};

const seeds = process.env['SEED'] ? [Number(process.env['SEED'])] : Array.from({ length: 30 }, (_, i) => i + 1);

test('whatever comes, seats are what they are and nobody waits for what is free', () => {
  for (const seed of seeds) {
    const random = seededRandom(seed);
    const senders = Array.from({ length: 1 + Math.floor(random.next() * 6) }, (_, i) => anySender(`f${i}`, random));
    const limits = Array.from({ length: 4 }, () => 1 + Math.floor(random.next() * 10));
    const queuing = random.next() < 0.15 ? 'refuse' : { queues: 16, lengthLimit: 1 + Math.floor(random.next() * 20) };
    try {
      simulate(senders, { queuing, limits, forMs: 800, random });
    } catch (err) {
      throw new Error(`SEED=${seed}: ${(err as Error).message}`, { cause: err });
    }
  }
});

const queued: Queuing = { queues: 16, lengthLimit: 100 };

test('one that floods the level does not starve one that asks now and then', () => {
  for (const seed of seeds.slice(0, 4)) {
    const heavy: Sender = {
      flow: flow('heavy'),
      width: oneSeat,
      atOnce: 150,
      pauseMs: 1,
      serviceMs: 100,
      patienceMs: 15_000,
    };
    const light: Sender = {
      flow: flow('light'),
      width: oneSeat,
      atOnce: 1,
      pauseMs: 200,
      serviceMs: 100,
      patienceMs: 15_000,
    };
    const { outcomes } = simulate([heavy, light], {
      queuing: queued,
      limits: [4],
      forMs: 30_000,
      random: seededRandom(seed),
    });
    const [h, l] = outcomes as [Outcome, Outcome];
    assert.equal(l.refused + l.gaveUp, 0, `SEED=${seed}`);
    // Each of the four queues of the heavy flow may have something that goes before.
    assert.ok(l.longestWaitMs < 400, `SEED=${seed}: the light one waited ${l.longestWaitMs} ms`);
    assert.ok(h.longestWaitMs > 1000, `SEED=${seed}: the heavy one waited ${h.longestWaitMs} ms only`);
    assert.ok(h.served > (10 * l.served) / 2);
  }
});

test('flows that all want more than there is get the same seats for the same time, however slow or many', () => {
  const of =
    (more: Partial<Sender>) =>
    (name: string): Sender => ({
      flow: flow(name, { deck: 16, size: 1 }),
      width: oneSeat,
      atOnce: 40,
      pauseMs: 1,
      serviceMs: 20,
      patienceMs: 60_000,
      ...more,
    });
  const wide = { ...oneSeat, initialSeats: 4 };
  const table: [name: string, kinds: ((name: string) => Sender)[], used: number][] = [
    ['narrow', [of({}), of({ atOnce: 80 }), of({ serviceMs: 60 }), of({ serviceMs: 5 })], 0.99],
    // Seats that wait until there are enough for a wide one are lost, to those whose requests have waited least.
    ['a wide one among them', [of({}), of({ atOnce: 80 }), of({ serviceMs: 60 }), of({ width: wide })], 0.9],
  ];
  const [seats, forMs] = [8, 12_000];
  for (const [name, kinds, used] of table) {
    for (const seed of seeds.slice(0, 2)) {
      const senders = kinds.map((kind, i) => kind(String(i)));
      assert.equal(new Set(senders.map((s) => s.flow.hand[0])).size, senders.length, 'each has a queue of its own');
      const random = seededRandom(seed);
      const { outcomes } = simulate(senders, { queuing: queued, limits: [seats], forMs, random });
      const parts = outcomes.map((o) => (o.seatMs * senders.length) / (seats * forMs));
      const told = `${name}, SEED=${seed}: ${parts.map((p) => p.toFixed(3)).join(' ')}`;
      for (const part of parts) assert.ok(part < 1.02 && part > 1 - 4 * (1.01 - used), told);
      assert.ok(parts.reduce((a, b) => a + b, 0) / parts.length > used, told);
    }
  }
});

test('without queues what finds no seat is refused at once', () => {
  const queues = new QueueSet(new SimClock());
  queues.configure('refuse', { limit: 2, seatLimit: 2 });
  const of = flow('f');
  const tickets = [1, 2, 3].map(() => ticketOf(of));
  for (const t of tickets) queues.enter(t);
  assert.deepEqual(
    tickets.map((t) => t.state),
    ['executing', 'executing', 'refused'],
  );
  assert.deepEqual([...of.counts.refused], [['concurrency-limit', 1]]);
  queues.leave(tickets[0]!);
  // As wide as the level and wider: not beside another, and alone whatever its width.
  const wide = ticketOf(of, { ...oneSeat, initialSeats: 5 });
  queues.enter(wide);
  assert.equal(wide.state, 'refused');
  queues.leave(tickets[1]!);
  const alone = ticketOf(of, { ...oneSeat, initialSeats: 5 });
  queues.enter(alone);
  assert.equal(alone.state, 'executing');
});

test('exempt requests are counted and never held up', () => {
  const queues = new QueueSet(new SimClock());
  queues.configure('exempt', { limit: 0, seatLimit: 1 });
  for (let i = 0; i < 1000; i++) {
    const ticket = ticketOf(flow('f'), { ...oneSeat, initialSeats: 10 });
    queues.enter(ticket);
    assert.equal(ticket.state, 'executing');
  }
  assert.deepEqual([queues.use.executing, queues.use.seats], [1000, 10_000]);
});

test('a queue that is full refuses, and one whose time is up leaves room', () => {
  const queues = new QueueSet(new SimClock());
  queues.configure({ queues: 1, lengthLimit: 2 }, { limit: 1, seatLimit: 1 });
  const of = flow('f', { deck: 1, size: 1 });
  const [first, second, third, fourth, fifth] = [1, 2, 3, 4, 5].map(() => ticketOf(of)) as [
    Ticket,
    Ticket,
    Ticket,
    Ticket,
    Ticket,
  ];
  for (const t of [first, second, third, fourth]) queues.enter(t);
  assert.deepEqual(
    [first, second, third, fourth].map((t) => t.state),
    ['executing', 'waiting', 'waiting', 'refused'],
  );
  queues.cancel(second);
  assert.equal(second.state, 'refused');
  queues.cancel(second);
  queues.enter(fifth);
  queues.leave(first);
  assert.deepEqual([third.state, fifth.state], ['executing', 'waiting']);
  assert.deepEqual(
    [...of.counts.refused],
    [
      ['queue-full', 1],
      ['time-out', 1],
    ],
  );
  assert.deepEqual([queues.refused, queues.cancelled, queues.dispatched], [2, 1, 2]);
});

test('seats that linger are taken until watchers have been told', async () => {
  const clock = new SimClock();
  const queues = new QueueSet(clock);
  queues.configure({ queues: 4, lengthLimit: 5 }, { limit: 3, seatLimit: 3 });
  const of = flow('f', { deck: 4, size: 2 });
  // More seats than there are become fewer for longer.
  const wide = ticketOf(of, { initialSeats: 1, finalSeats: 6, lingerMs: 10 });
  queues.enter(wide);
  const next = ticketOf(of);
  queues.enter(next);
  assert.deepEqual([wide.state, next.state], ['executing', 'waiting']);
  queues.leave(wide);
  assert.deepEqual([queues.use.executing, next.state], [0, 'waiting']);
  await clock.advance(9);
  assert.equal(next.state, 'waiting');
  await clock.advance(11);
  assert.deepEqual([next.state, queues.use.seats], ['executing', 1]);
});

test('more seats let in who waits; fewer queues are there once they are empty', () => {
  const queues = new QueueSet(new SimClock());
  queues.configure({ queues: 8, lengthLimit: 10 }, { limit: 1, seatLimit: 1 });
  const tickets = Array.from({ length: 6 }, (_, i) => ticketOf(flow(`f${i}`, { deck: 8, size: 1 })));
  for (const t of tickets) queues.enter(t);
  queues.configure({ queues: 2, lengthLimit: 10 }, { limit: 3, seatLimit: 3 });
  assert.equal(tickets.filter((t) => t.state === 'executing').length, 3);
  assert.ok(queues.queues.length > 2);
  for (let i = 0; i < 6; i++) queues.leave(queues.executing[0]!);
  assert.ok(queues.isIdle);
  assert.equal(queues.queues.length, 2);
});

test('virtual time is set back before numbers lose their last digits', async () => {
  const clock = new SimClock();
  const queues = new QueueSet(clock);
  queues.configure({ queues: 1, lengthLimit: 10 }, { limit: 1000, seatLimit: 1000 });
  const of = flow('f', { deck: 1, size: 1 });
  const long = ticketOf(of, { ...oneSeat, initialSeats: 1000 });
  queues.enter(long);
  const waiting = ticketOf(of);
  await clock.advance(2 ** 26 - 1000);
  queues.enter(waiting);
  await clock.advance(1000);
  assert.equal(queues.setBacks, 0);
  await clock.advance(2 ** 10);
  queues.sync();
  assert.equal(queues.setBacks, 1);
  assert.ok(queues.r >= 2 ** 25 && queues.r < 2 ** 25 + 2000, String(queues.r));
  assert.ok(queues.r - waiting.arrivalR < 5000);
  queues.leave(long);
  assert.equal(waiting.state, 'executing');
});
