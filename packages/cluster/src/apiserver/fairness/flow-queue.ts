import type { Ticket } from './ticket.ts';

/** One of a level's queues: those of its requests that wait, oldest first, and what is taken up by those that don't any more. */
export class FlowQueue {
  readonly waiting: Ticket[] = [];
  executing = 0;
  seats = 0;
  waitingSeats = 0;
  waitingWork = 0;
  /** The virtual time at which its next request goes, were every request served a little at a time. */
  nextR = 0;

  get isActive(): boolean {
    return this.executing > 0 || this.waiting.length > 0;
  }

  get first(): Ticket | undefined {
    return this.waiting[0];
  }

  add(ticket: Ticket): void {
    this.waiting.push(ticket);
    this.waitingSeats += ticket.seats;
    this.waitingWork += ticket.work;
  }

  remove(ticket: Ticket): void {
    this.waiting.splice(this.waiting.indexOf(ticket), 1);
    this.waitingSeats -= ticket.seats;
    this.waitingWork = this.waiting.length ? this.waitingWork - ticket.work : 0;
  }

  /** Nothing goes before it came: a queue that has had less than its due for long may not make up for all of it at once. */
  bound(): void {
    const { first } = this;
    if (first && this.nextR < first.arrivalR) this.nextR = first.arrivalR;
  }
}
