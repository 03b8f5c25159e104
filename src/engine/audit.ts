import type { Clock } from '../core/clock.ts'
import type { Principal } from './auth/principal.ts'
import type { Store } from './store/store.ts'

/** One line of the audit trail: a call that changed something, or that was refused. */
export interface AuditRow {
  readonly time: Date
  readonly requestId: string
  /** ARN of the caller. */
  readonly principal: string
  /** e.g. `sagemaker:CreateTrainingJob` */
  readonly action: string
  /** ARNs, as far as the call named any. */
  readonly resources: readonly string[]
  readonly outcome: 'done' | 'denied' | 'failed'
  /** Why it was denied or failed. */
  readonly reason?: string
}

export interface Audit {
  record(row: Omit<AuditRow, 'time' | 'principal'> & { readonly principal: Principal }): void
}

/** Rows of the collection `audit`, their ids in order of time. */
export function createAudit(store: Store, clock: Clock): Audit {
  keepNewest(store)
  const rows = store.collection<AuditRow>('audit')
  let sequence = 0
  return {
    record: ({ principal, ...row }) => {
      const time = clock.now()
      sequence = (sequence + 1) % 1_000_000
      const id = `${time.toISOString()}-${String(sequence).padStart(6, '0')}-${row.requestId}`
      rows.put(id, { ...row, time, principal: principal.arn })
    },
  }
}

/** So many rows are kept; older ones go when the engine starts. */
const MAX_ROWS = 200_000

function keepNewest(store: Store): void {
  const oldest = store.database
    .prepare("SELECT id FROM row WHERE collection = 'audit' ORDER BY id DESC LIMIT 1 OFFSET ?")
    .get(MAX_ROWS)
  if (oldest === undefined) return
  const { id = null } = oldest
  store.database.prepare("DELETE FROM row WHERE collection = 'audit' AND id <= ?").run(id)
}

const READS = /^(Get|List|Describe|Head|Search|Lookup|Filter|Simulate|Test|Query|Batch(Get|Describe))/

/** Whether an operation may change anything, told by its name. */
export function isMutating(operation: string): boolean {
  return !READS.test(operation)
}
