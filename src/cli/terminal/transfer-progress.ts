import { formatBytes, formatDuration } from '../../core/units.ts'
import type { Progress } from '../../data/s3/progress.ts'
import type { Task } from './reporter.ts'

/** Shows a transfer as `12/40 files, 1.5 GiB, 80.0 MiB/s, about 20s left`. */
export function showTransfer(task: Task): (progress: Progress) => void {
  return ({ files, bytes, total, bytesPerSecond, etaMs }) => {
    const parts = [
      `${files}${total === undefined ? '' : `/${total.files}`} files`,
      formatBytes(bytes),
      ...(bytesPerSecond > 0 ? [`${formatBytes(Math.round(bytesPerSecond))}/s`] : []),
      ...(etaMs !== undefined && etaMs >= 1000 ? [`about ${formatDuration(etaMs)} left`] : []),
    ]
    task.update(parts.join(', '), total === undefined ? undefined : fractionOf(files, bytes, total))
  }
}

/** Of the bytes, as large files take longer; of the files where there are only empty ones. */
function fractionOf(files: number, bytes: number, total: NonNullable<Progress['total']>): number | undefined {
  if (total.sizeBytes > 0) return bytes / total.sizeBytes
  return total.files > 0 ? files / total.files : undefined
}
