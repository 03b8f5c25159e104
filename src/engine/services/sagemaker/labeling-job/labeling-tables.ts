import type { SQLOutputValue } from 'node:sqlite'
import type { Store } from '../../../store/store.ts'

/**
 * Where an object of a job stands. `queued`: not shown to workers yet; `open`: workers may answer; `labeled`, `failed`:
 * ended; `kept`: it had its label before the job began, and passes through.
 */
export type ObjectState = 'queued' | 'open' | 'labeled' | 'failed' | 'kept'

/** One line of the input manifest. */
export interface ObjectRow {
  /** From 0, in manifest order. */
  readonly position: number
  /** The line as it stands in the manifest. */
  readonly line: string
  readonly sourceRef: string
  readonly state: ObjectState
  /** When workers could first see it, epoch milliseconds. */
  readonly openedMs: number | undefined
  /** Of the image as it is shown; known once somebody has claimed it. */
  readonly image: { readonly width: number; readonly height: number; readonly depth: number } | undefined
  /** JSON of the attributes that the label, or the failure, adds to the line. */
  readonly label: string | undefined
}

export interface AnswerRow {
  readonly position: number
  readonly worker: string
  readonly taskId: string
  readonly acceptedMs: number
  readonly submittedMs: number
  /** JSON as crowd-bounding-box gives it. */
  readonly content: string
}

export interface ClaimRow {
  readonly position: number
  readonly worker: string
  readonly taskId: string
  readonly claimedMs: number
  readonly expiresMs: number
}

/** An object as one worker sees it. */
export interface ObjectView {
  readonly position: number
  readonly sourceRef: string
  readonly state: ObjectState
  /** Workers who have answered or hold a claim. */
  readonly taken: number
  readonly mine: 'claimed' | 'answered' | 'skipped' | undefined
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS labeling_object (
    job TEXT NOT NULL, position INTEGER NOT NULL, line TEXT NOT NULL, source_ref TEXT NOT NULL, state TEXT NOT NULL,
    opened_ms INTEGER, answers INTEGER NOT NULL DEFAULT 0, width INTEGER, height INTEGER, depth INTEGER, label TEXT,
    PRIMARY KEY (job, position)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS labeling_object_state ON labeling_object (job, state, position);
  CREATE INDEX IF NOT EXISTS labeling_object_opened ON labeling_object (job, opened_ms) WHERE state = 'open';
  CREATE INDEX IF NOT EXISTS labeling_object_answers ON labeling_object (job, answers, position) WHERE state = 'open';
  CREATE TABLE IF NOT EXISTS labeling_count (
    job TEXT NOT NULL, state TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (job, state)
  ) WITHOUT ROWID;
  CREATE TRIGGER IF NOT EXISTS labeling_object_added AFTER INSERT ON labeling_object BEGIN
    INSERT INTO labeling_count VALUES (new.job, new.state, 1) ON CONFLICT (job, state) DO UPDATE SET n = n + 1;
  END;
  CREATE TRIGGER IF NOT EXISTS labeling_object_moved AFTER UPDATE OF state ON labeling_object BEGIN
    UPDATE labeling_count SET n = n - 1 WHERE job = old.job AND state = old.state;
    INSERT INTO labeling_count VALUES (new.job, new.state, 1) ON CONFLICT (job, state) DO UPDATE SET n = n + 1;
  END;
  CREATE TRIGGER IF NOT EXISTS labeling_object_removed AFTER DELETE ON labeling_object BEGIN
    UPDATE labeling_count SET n = n - 1 WHERE job = old.job AND state = old.state;
  END;
  CREATE TABLE IF NOT EXISTS labeling_claim (
    job TEXT NOT NULL, position INTEGER NOT NULL, worker TEXT NOT NULL, task_id TEXT NOT NULL UNIQUE,
    claimed_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL, PRIMARY KEY (job, position, worker)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS labeling_answer (
    job TEXT NOT NULL, position INTEGER NOT NULL, worker TEXT NOT NULL, task_id TEXT NOT NULL,
    accepted_ms INTEGER NOT NULL, submitted_ms INTEGER NOT NULL, content TEXT NOT NULL,
    PRIMARY KEY (job, position, worker)
  ) WITHOUT ROWID;
  CREATE TRIGGER IF NOT EXISTS labeling_answer_added AFTER INSERT ON labeling_answer BEGIN
    UPDATE labeling_object SET answers = answers + 1 WHERE job = new.job AND position = new.position;
  END;
  CREATE TABLE IF NOT EXISTS labeling_draft (
    job TEXT NOT NULL, position INTEGER NOT NULL, worker TEXT NOT NULL, boxes TEXT NOT NULL,
    PRIMARY KEY (job, position, worker)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS labeling_skip (
    job TEXT NOT NULL, position INTEGER NOT NULL, worker TEXT NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (job, position, worker)
  ) WITHOUT ROWID;
`

type Row = Record<string, SQLOutputValue>

/** Objects, claims and answers of labeling jobs, each under the job's id. Every method is synchronous and atomic. */
export type LabelingTables = ReturnType<typeof openLabelingTables>

const opened = new WeakMap<Store, LabelingTables>()

/** The tables of this store, made when missing. */
export function labelingTables(store: Store): LabelingTables {
  const found = opened.get(store) ?? openLabelingTables(store)
  opened.set(store, found)
  return found
}

function openLabelingTables(store: Store) {
  const db = store.database
  db.exec(SCHEMA)
  const insertObject = db.prepare(
    'INSERT INTO labeling_object (job, position, line, source_ref, state, label) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const deleteObjects = db.prepare('DELETE FROM labeling_object WHERE job = ?')
  const selectObject = db.prepare('SELECT * FROM labeling_object WHERE job = ? AND position = ?')
  const selectRange = db.prepare(
    'SELECT * FROM labeling_object WHERE job = ? AND position >= ? AND position < ? ORDER BY position',
  )
  const selectCounts = db.prepare('SELECT state, n FROM labeling_count WHERE job = ?')
  const updateEnd = db.prepare(
    "UPDATE labeling_object SET state = ?, label = ? WHERE job = ? AND position = ? AND state IN ('queued', 'open')",
  )
  const updateOpen = db.prepare(
    `UPDATE labeling_object SET state = 'open', opened_ms = ? WHERE job = ? AND position IN
     (SELECT position FROM labeling_object WHERE job = ? AND state = 'queued' ORDER BY position LIMIT ?)`,
  )
  const updateImage = db.prepare(
    'UPDATE labeling_object SET width = ?, height = ?, depth = ? WHERE job = ? AND position = ?',
  )
  const selectEarliest = db.prepare("SELECT min(opened_ms) AS ms FROM labeling_object WHERE job = ? AND state = 'open'")
  const selectDue = db.prepare(
    "SELECT position FROM labeling_object WHERE job = ? AND state = 'open' AND opened_ms <= ? ORDER BY position",
  )
  const selectAnswered = db.prepare(
    "SELECT position FROM labeling_object WHERE job = ? AND state = 'open' AND answers >= ? ORDER BY position",
  )
  const selectFree = db.prepare(
    `SELECT o.position AS position FROM labeling_object o WHERE o.job = :job AND o.state = 'open'
     AND NOT EXISTS (SELECT 1 FROM labeling_answer a WHERE a.job = :job AND a.position = o.position AND a.worker = :worker)
     AND NOT EXISTS (SELECT 1 FROM labeling_skip s WHERE s.job = :job AND s.position = o.position AND s.worker = :worker)
     AND o.answers + (SELECT count(*) FROM labeling_claim c WHERE c.job = :job AND c.position = o.position) < :needed
     ORDER BY o.position LIMIT 1`,
  )
  const selectTaken = db.prepare(
    `SELECT (SELECT count(*) FROM labeling_answer WHERE job = :job AND position = :position)
       + (SELECT count(*) FROM labeling_claim WHERE job = :job AND position = :position) AS n`,
  )
  const selectViews = db.prepare(
    `SELECT o.position, o.source_ref, o.state,
       o.answers + (SELECT count(*) FROM labeling_claim c WHERE c.job = :job AND c.position = o.position) AS taken,
       EXISTS (SELECT 1 FROM labeling_answer a WHERE a.job = :job AND a.position = o.position AND a.worker = :worker) AS answered,
       EXISTS (SELECT 1 FROM labeling_claim c WHERE c.job = :job AND c.position = o.position AND c.worker = :worker) AS claimed,
       EXISTS (SELECT 1 FROM labeling_skip s WHERE s.job = :job AND s.position = o.position AND s.worker = :worker) AS skipped
     FROM labeling_object o WHERE o.job = :job ORDER BY o.position`,
  )
  const insertClaim = db.prepare(
    'INSERT INTO labeling_claim (job, position, worker, task_id, claimed_ms, expires_ms) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const selectClaim = db.prepare('SELECT * FROM labeling_claim WHERE job = ? AND task_id = ?')
  const selectClaimsOf = db.prepare('SELECT * FROM labeling_claim WHERE job = ? AND worker = ? ORDER BY position')
  const deleteClaim = db.prepare('DELETE FROM labeling_claim WHERE job = ? AND task_id = ?')
  const deleteExpired = db.prepare('DELETE FROM labeling_claim WHERE job = ? AND expires_ms <= ?')
  const deleteClaimsOn = db.prepare('DELETE FROM labeling_claim WHERE job = ? AND position = ?')
  const deleteClaims = db.prepare('DELETE FROM labeling_claim WHERE job = ?')
  const insertAnswer = db.prepare(
    `INSERT INTO labeling_answer (job, position, worker, task_id, accepted_ms, submitted_ms, content)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  const selectAnswers = db.prepare('SELECT * FROM labeling_answer WHERE job = ? AND position = ? ORDER BY worker')
  const selectAnswer = db.prepare('SELECT * FROM labeling_answer WHERE job = ? AND position = ? AND worker = ?')
  const selectAnswerOfTask = db.prepare('SELECT * FROM labeling_answer WHERE job = ? AND worker = ? AND task_id = ?')
  const upsertDraft = db.prepare(
    'INSERT OR REPLACE INTO labeling_draft (job, position, worker, boxes) VALUES (?, ?, ?, ?)',
  )
  const selectDraft = db.prepare('SELECT boxes FROM labeling_draft WHERE job = ? AND position = ? AND worker = ?')
  const deleteDraft = db.prepare('DELETE FROM labeling_draft WHERE job = ? AND position = ? AND worker = ?')
  const upsertSkip = db.prepare(
    'INSERT OR REPLACE INTO labeling_skip (job, position, worker, reason) VALUES (?, ?, ?, ?)',
  )
  const deleteSkip = db.prepare('DELETE FROM labeling_skip WHERE job = ? AND position = ? AND worker = ?')
  const selectSkips = db.prepare(
    'SELECT worker, reason FROM labeling_skip WHERE job = ? AND position = ? ORDER BY worker',
  )

  const revisions = new Map<string, number>()
  const changed = (job: string) => void revisions.set(job, (revisions.get(job) ?? 0) + 1)
  const positions = (rows: Row[]) => rows.map((row) => row['position'] as number)
  return {
    /** Changes when a worker has answered or an object has ended; lives as long as the process. */
    revision: (job: string): number => revisions.get(job) ?? 0,
    insertObject(job: string, row: Pick<ObjectRow, 'position' | 'line' | 'sourceRef' | 'state' | 'label'>) {
      insertObject.run(job, row.position, row.line, row.sourceRef, row.state, row.label ?? null)
    },
    deleteObjects: (job: string) => void deleteObjects.run(job),
    object(job: string, position: number): ObjectRow | undefined {
      const row = selectObject.get(job, position)
      return row && objectOf(row)
    },
    /** From `from` up to but not including `to`. */
    objects: (job: string, from: number, to: number): ObjectRow[] => selectRange.all(job, from, to).map(objectOf),
    counts(job: string): Record<ObjectState, number> {
      const counts = { queued: 0, open: 0, labeled: 0, failed: 0, kept: 0 }
      for (const row of selectCounts.all(job)) counts[row['state'] as ObjectState] = row['n'] as number
      return counts
    },
    /** Ends its claims, too. @returns false when it had ended already */
    endObject: (job: string, position: number, state: 'labeled' | 'failed', label: string): boolean =>
      store.transaction(() => {
        deleteClaimsOn.run(job, position)
        changed(job)
        return updateEnd.run(state, label, job, position).changes === 1
      }),
    /** Shows the next `count` objects to workers. */
    openObjects: (job: string, count: number, nowMs: number) => void updateOpen.run(nowMs, job, job, count),
    setImage: (job: string, position: number, image: NonNullable<ObjectRow['image']>) =>
      void updateImage.run(image.width, image.height, image.depth, job, position),
    earliestOpenedMs: (job: string) => (selectEarliest.get(job)?.['ms'] ?? undefined) as number | undefined,
    openedBy: (job: string, ms: number): number[] => positions(selectDue.all(job, ms)),
    /** Open objects with at least `needed` answers. */
    answered: (job: string, needed: number): number[] => positions(selectAnswered.all(job, needed)),
    /** The first open object that still needs this worker. */
    nextFree: (job: string, worker: string, needed: number) =>
      selectFree.get({ job, worker, needed })?.['position'] as number | undefined,
    /** How many workers have answered the object or hold a claim on it. */
    takenBy: (job: string, position: number): number => selectTaken.get({ job, position })?.['n'] as number,
    views: (job: string, worker: string): ObjectView[] => selectViews.all({ job, worker }).map(viewOf),
    insertClaim(job: string, claim: ClaimRow) {
      insertClaim.run(job, claim.position, claim.worker, claim.taskId, claim.claimedMs, claim.expiresMs)
    },
    claim(job: string, taskId: string): ClaimRow | undefined {
      const row = selectClaim.get(job, taskId)
      return row && claimOf(row)
    },
    claimsOf: (job: string, worker: string): ClaimRow[] => selectClaimsOf.all(job, worker).map(claimOf),
    deleteClaim: (job: string, taskId: string) => void deleteClaim.run(job, taskId),
    deleteExpired: (job: string, nowMs: number) => void deleteExpired.run(job, nowMs),
    deleteClaims: (job: string) => void deleteClaims.run(job),
    insertAnswer(job: string, row: AnswerRow) {
      changed(job)
      insertAnswer.run(job, row.position, row.worker, row.taskId, row.acceptedMs, row.submittedMs, row.content)
    },
    answers: (job: string, position: number): AnswerRow[] => selectAnswers.all(job, position).map(answerOf),
    answer(job: string, position: number, worker: string): AnswerRow | undefined {
      const row = selectAnswer.get(job, position, worker)
      return row && answerOf(row)
    },
    answerOfTask(job: string, worker: string, taskId: string): AnswerRow | undefined {
      const row = selectAnswerOfTask.get(job, worker, taskId)
      return row && answerOf(row)
    },
    putDraft: (job: string, position: number, worker: string, boxes: string) =>
      void upsertDraft.run(job, position, worker, boxes),
    draft: (job: string, position: number, worker: string) =>
      selectDraft.get(job, position, worker)?.['boxes'] as string | undefined,
    deleteDraft: (job: string, position: number, worker: string) => void deleteDraft.run(job, position, worker),
    putSkip: (job: string, position: number, worker: string, reason: string) =>
      void upsertSkip.run(job, position, worker, reason),
    deleteSkip: (job: string, position: number, worker: string) => void deleteSkip.run(job, position, worker),
    skips: (job: string, position: number) =>
      selectSkips.all(job, position) as { readonly worker: string; readonly reason: string }[],
  }
}

function objectOf(row: Row): ObjectRow {
  const { width, height, depth } = row
  return {
    position: row['position'] as number,
    line: row['line'] as string,
    sourceRef: row['source_ref'] as string,
    state: row['state'] as ObjectState,
    openedMs: (row['opened_ms'] ?? undefined) as number | undefined,
    image: width === null ? undefined : { width: width as number, height: height as number, depth: depth as number },
    label: (row['label'] ?? undefined) as string | undefined,
  }
}

function viewOf(row: Row): ObjectView {
  const mine = row['answered'] ? 'answered' : row['claimed'] ? 'claimed' : row['skipped'] ? 'skipped' : undefined
  return {
    position: row['position'] as number,
    sourceRef: row['source_ref'] as string,
    state: row['state'] as ObjectState,
    taken: row['taken'] as number,
    mine,
  }
}

function claimOf(row: Row): ClaimRow {
  return {
    position: row['position'] as number,
    worker: row['worker'] as string,
    taskId: row['task_id'] as string,
    claimedMs: row['claimed_ms'] as number,
    expiresMs: row['expires_ms'] as number,
  }
}

function answerOf(row: Row): AnswerRow {
  return {
    position: row['position'] as number,
    worker: row['worker'] as string,
    taskId: row['task_id'] as string,
    acceptedMs: row['accepted_ms'] as number,
    submittedMs: row['submitted_ms'] as number,
    content: row['content'] as string,
  }
}
