import { SkyloopError } from '../../../core/errors.ts'
import { formatBytes } from '../../../core/units.ts'

/** @throws SkyloopError `data.profile.too-large`: a set is profiled in bounded memory, so one file may not take it all */
export function requireSize(path: string, sizeBytes: number, mostBytes: number): void {
  if (sizeBytes <= mostBytes) return
  throw new SkyloopError({
    code: 'data.profile.too-large',
    message: `${path} is ${formatBytes(sizeBytes)}; files of up to ${formatBytes(mostBytes)} are read`,
  })
}
