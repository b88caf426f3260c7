export { type LogReading, readLog } from './read-log.ts';
