import { join } from 'node:path'
import { downloadPrefix } from '../../data/s3/download-prefix.ts'
import type { Account } from '../account.ts'

/** Where the things lie that a person would like to see. */
export interface SouvenirSources {
  /** S3 prefix of evaluation.json and its page. */
  readonly evaluation: string
  readonly cleanMonitor: string
  readonly shiftedMonitor: string
  /** File in the outbox. */
  readonly alert: string | undefined
}

/** Copies reports out of the bucket into a run's folder. @returns name to path, pages rather than data */
export async function fetchSouvenirs(
  account: Account,
  folder: string,
  sources: SouvenirSources,
): Promise<Record<string, string>> {
  const s3 = await account.clients.s3()
  const found: Record<string, string> = {}
  for (const name of ['evaluation', 'cleanMonitor', 'shiftedMonitor'] as const) {
    const files = await downloadPrefix(s3, sources[name], join(folder, name))
    const page = files.find((path) => path.endsWith('.html')) ?? files[0]
    if (page !== undefined) found[name] = page
  }
  if (sources.alert !== undefined) found['alert'] = sources.alert
  return found
}
