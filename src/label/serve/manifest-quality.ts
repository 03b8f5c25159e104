import type { QualityReport } from '../page/protocol.ts'
import type { ManifestSource } from '../tasks/manifest-source.ts'
import { qualityOf } from './quality.ts'

/** How well the workers of a manifest agree so far. */
export async function manifestQuality(source: ManifestSource): Promise<QualityReport> {
  const answers = await Promise.all((await source.answers.names()).map((name) => source.answers.read(name)))
  return qualityOf(source.entries.length, answers, source.work.labels)
}
