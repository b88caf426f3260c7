/** What is inside a simulated container: files in memory, a shell and the programs that people try first. */
export { type Output, type Process } from './process.ts';
export { PodWorlds, type PodWorldsDeps, refersToObjects, VolumeProblem, type World } from './pod-worlds.ts';
export { isSimulated, refuseProgram, runProgram } from './programs.ts';
export { untilAborted } from './until-aborted.ts';
