import { Integrator } from './integrator.ts';
import { RatioHistogram } from './ratio-histogram.ts';

const tenths = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1];
const fine = [0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.25, 0.5, 0.75, 1];
const demands = [0.2, 0.4, 0.6, 0.8, 1, 1.2, 1.4, 1.7, 2, 2.8, 4, 6];

/** How much of a priority level is in use now, and how much has been over time. */
export class LevelUse {
  executing = 0;
  waiting = 0;
  seats = 0;
  waitingSeats = 0;
  /** What is in use is told as fractions of these. */
  seatLimit = 1;
  waitingLimit = 1;
  readonly demand = new Integrator();
  readonly seatUse = new RatioHistogram(tenths);
  readonly executingUse = new RatioHistogram(fine);
  readonly waitingUse = new RatioHistogram(fine);
  readonly demandUse = new RatioHistogram(demands);

  /** Seats that could be made use of. */
  get wantedSeats(): number {
    return this.seats + this.waitingSeats;
  }

  /** All has been as it is for so long. */
  pass(ms: number): void {
    const { seats, seatLimit, wantedSeats } = this;
    this.demand.pass(ms, wantedSeats);
    this.seatUse.pass(ms, seats / seatLimit);
    this.executingUse.pass(ms, this.executing / seatLimit);
    this.waitingUse.pass(ms, this.waiting / this.waitingLimit);
    this.demandUse.pass(ms, wantedSeats / seatLimit);
  }
}
