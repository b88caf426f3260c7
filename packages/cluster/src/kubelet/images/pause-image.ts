import { ociImage, type OciImage } from './oci-image.ts';
import { type PauseArchitecture, pauseProgram } from './pause-program.ts';
import { tarOf } from '../../tar/index.ts';

/** Of no registry: it is made here and never pulled. */
export const pauseImageName = 'localhost/tiphys/pause:1';

/** The image of every pod's sandbox: one program of a few hundred bytes. */
export function pauseImage(architecture: PauseArchitecture): OciImage {
  const layer = tarOf([{ type: 'file', path: 'pause', mode: 0o755, data: pauseProgram(architecture) }]);
  return ociImage(layer, { architecture, entrypoint: ['/pause'], env: ['PATH=/'] });
}
