import type { DatabaseSync } from 'node:sqlite'
import type { Store } from '../../store/store.ts'

/** One log group as it is stored. */
export interface LogGroupRow {
  readonly name: string
  readonly createdMs: number
  /** Undefined keeps events for ever. */
  readonly retentionDays: number | undefined
  readonly tags: Readonly<Record<string, string>>
}

/** One log stream as it is stored; event times are undefined while the stream is empty. */
export interface LogStreamRow {
  readonly id: number
  readonly group: string
  readonly name: string
  readonly createdMs: number
  readonly firstEventMs: number | undefined
  readonly lastEventMs: number | undefined
  readonly lastIngestionMs: number | undefined
  readonly storedBytes: number
}

export interface LogEventRow {
  readonly streamId: number
  readonly timeMs: number
  /** Orders events of equal time; grows with every event of the engine. */
  readonly seq: number
  readonly ingestionMs: number
  readonly message: string
}

/** A place between events: after (`timeMs`, `seq`) for a reader going forward, before it for one going back. */
export interface LogPosition {
  readonly timeMs: number
  readonly seq: number
}

export interface LogLine {
  readonly timeMs: number
  readonly message: string
}

/** AWS counts 26 bytes for each event besides its message. */
const EVENT_OVERHEAD_BYTES = 26

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS log_group (
    name TEXT PRIMARY KEY, created_ms INTEGER NOT NULL, retention_days INTEGER, tags TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS log_stream (
    id INTEGER PRIMARY KEY AUTOINCREMENT, group_name TEXT NOT NULL, name TEXT NOT NULL, created_ms INTEGER NOT NULL,
    first_event_ms INTEGER, last_event_ms INTEGER, last_ingestion_ms INTEGER, stored_bytes INTEGER NOT NULL DEFAULT 0,
    UNIQUE (group_name, name)
  );
  CREATE TABLE IF NOT EXISTS log_event (
    stream_id INTEGER NOT NULL, time_ms INTEGER NOT NULL, seq INTEGER NOT NULL, ingestion_ms INTEGER NOT NULL,
    message TEXT NOT NULL, PRIMARY KEY (stream_id, time_ms, seq)
  ) WITHOUT ROWID;
`

/**
 * Log groups, streams and events in tables of their own: an event is one narrow row, clustered by stream and time, so
 * that reading a page of a stream is one range scan.
 */
export interface LogStore {
  group(name: string): LogGroupRow | undefined
  groups(prefix: string): LogGroupRow[]
  /** @returns false when the group exists */
  createGroup(name: string, createdMs: number, tags: Readonly<Record<string, string>>): boolean
  setRetention(name: string, days: number | undefined): void
  setTags(name: string, tags: Readonly<Record<string, string>>): void
  /** Deletes the group with its streams and events. */
  deleteGroup(name: string): void
  stream(group: string, name: string): LogStreamRow | undefined
  streams(group: string, prefix: string): LogStreamRow[]
  /** @returns false when the stream exists */
  createStream(group: string, name: string, createdMs: number): boolean
  deleteStream(group: string, name: string): void
  /** Adds events to a stream that exists, in one transaction. */
  append(streamId: number, lines: readonly LogLine[], ingestionMs: number): void
  /** Events of a stream with `fromMs <= time < untilMs`, after `after`, oldest first. */
  forward(streamId: number, range: TimeRange, after: LogPosition, limit: number): LogEventRow[]
  /** The last `limit` events before `before`, oldest first. */
  backward(streamId: number, range: TimeRange, before: LogPosition, limit: number): LogEventRow[]
  /** Events of several streams in order of time, after `after`. */
  merged(streamIds: readonly number[], range: TimeRange, after: LogPosition, limit: number): LogEventRow[]
  /** Deletes events older than their group's retention allows. @returns how many */
  expire(nowMs: number): number
}

/** Half open: `fromMs` is in, `untilMs` is out. */
export interface TimeRange {
  readonly fromMs: number
  readonly untilMs: number
}

export const BEFORE_ALL: LogPosition = { timeMs: -1, seq: -1 }
export const AFTER_ALL: LogPosition = { timeMs: Number.MAX_SAFE_INTEGER, seq: Number.MAX_SAFE_INTEGER }

const opened = new WeakMap<DatabaseSync, LogStore>()

/** The log store of a database; the sink and the operations share one. */
export function openLogStore(store: Store): LogStore {
  const known = opened.get(store.database)
  if (known) return known
  const made = createLogStore(store)
  opened.set(store.database, made)
  return made
}

type Row = Record<string, number | string | null>

function createLogStore(store: Store): LogStore {
  const db = store.database
  db.exec(SCHEMA)
  const all = (sql: string) => {
    const statement = db.prepare(sql)
    return (...values: (string | number | null)[]) => statement.all(...values) as Row[]
  }
  const run = (sql: string) => {
    const statement = db.prepare(sql)
    return (...values: (string | number | null)[]) => Number(statement.run(...values).changes)
  }

  const selectGroup = all('SELECT * FROM log_group WHERE name = ?')
  const selectGroups = all('SELECT * FROM log_group WHERE substr(name, 1, length(?1)) = ?1 ORDER BY name')
  const insertGroup = run('INSERT OR IGNORE INTO log_group (name, created_ms, tags) VALUES (?, ?, ?)')
  const updateRetention = run('UPDATE log_group SET retention_days = ? WHERE name = ?')
  const updateTags = run('UPDATE log_group SET tags = ? WHERE name = ?')
  const removeGroup = run('DELETE FROM log_group WHERE name = ?')
  const selectStream = all('SELECT * FROM log_stream WHERE group_name = ? AND name = ?')
  const selectStreams = all(
    'SELECT * FROM log_stream WHERE group_name = ?1 AND substr(name, 1, length(?2)) = ?2 ORDER BY name',
  )
  const insertStream = run('INSERT OR IGNORE INTO log_stream (group_name, name, created_ms) VALUES (?, ?, ?)')
  const removeStream = run('DELETE FROM log_stream WHERE id = ?')
  const removeEvents = run('DELETE FROM log_event WHERE stream_id = ?')
  const removeOldEvents = run('DELETE FROM log_event WHERE stream_id = ? AND time_ms < ?')
  const touchStream = run(`UPDATE log_stream SET
    first_event_ms = min(coalesce(first_event_ms, ?1), ?1), last_event_ms = max(coalesce(last_event_ms, ?2), ?2),
    last_ingestion_ms = ?3, stored_bytes = stored_bytes + ?4 WHERE id = ?5`)
  const insertEvent = run('INSERT INTO log_event (stream_id, time_ms, seq, ingestion_ms, message) VALUES (?,?,?,?,?)')
  const selectForward = all(`SELECT * FROM log_event WHERE stream_id = ? AND (time_ms, seq) > (?, ?)
    AND time_ms >= ? AND time_ms < ? ORDER BY time_ms, seq LIMIT ?`)
  const selectBackward = all(`SELECT * FROM log_event WHERE stream_id = ? AND (time_ms, seq) < (?, ?)
    AND time_ms >= ? AND time_ms < ? ORDER BY time_ms DESC, seq DESC LIMIT ?`)
  const selectMerged = all(`SELECT e.* FROM json_each(?) s JOIN log_event e ON e.stream_id = s.value
    WHERE (e.time_ms, e.seq) > (?, ?) AND e.time_ms >= ? AND e.time_ms < ? ORDER BY e.time_ms, e.seq LIMIT ?`)

  let seq = Number((db.prepare('SELECT max(seq) AS seq FROM log_event').get() as Row)['seq'] ?? 0)

  const deleteStreamRow = (id: number): void => {
    removeEvents(id)
    removeStream(id)
  }

  const self: LogStore = {
    group: (name) => selectGroup(name).map(groupRow)[0],
    groups: (prefix) => selectGroups(prefix).map(groupRow),
    createGroup: (name, createdMs, tags) => insertGroup(name, createdMs, JSON.stringify(tags)) > 0,
    setRetention: (name, days) => void updateRetention(days ?? null, name),
    setTags: (name, tags) => void updateTags(JSON.stringify(tags), name),
    deleteGroup: (name) =>
      store.transaction(() => {
        for (const stream of self.streams(name, '')) deleteStreamRow(stream.id)
        removeGroup(name)
      }),
    stream: (group, name) => selectStream(group, name).map(streamRow)[0],
    streams: (group, prefix) => selectStreams(group, prefix).map(streamRow),
    createStream: (group, name, createdMs) => insertStream(group, name, createdMs) > 0,
    deleteStream: (group, name) =>
      store.transaction(() => {
        const stream = self.stream(group, name)
        if (stream) deleteStreamRow(stream.id)
      }),
    append: (streamId, lines, ingestionMs) => {
      if (lines.length === 0) return
      store.transaction(() => {
        let first = Number.MAX_SAFE_INTEGER
        let last = -1
        let bytes = 0
        for (const line of lines) {
          insertEvent(streamId, line.timeMs, ++seq, ingestionMs, line.message)
          first = Math.min(first, line.timeMs)
          last = Math.max(last, line.timeMs)
          bytes += Buffer.byteLength(line.message) + EVENT_OVERHEAD_BYTES
        }
        touchStream(first, last, ingestionMs, bytes, streamId)
      })
    },
    forward: (id, range, after, limit) =>
      selectForward(id, after.timeMs, after.seq, range.fromMs, range.untilMs, limit).map(eventRow),
    backward: (id, range, before, limit) =>
      selectBackward(id, before.timeMs, before.seq, range.fromMs, range.untilMs, limit).map(eventRow).reverse(),
    merged: (ids, range, after, limit) =>
      selectMerged(JSON.stringify(ids), after.timeMs, after.seq, range.fromMs, range.untilMs, limit).map(eventRow),
    expire: (nowMs) =>
      store.transaction(() => {
        let removed = 0
        for (const group of self.groups('')) {
          if (group.retentionDays === undefined) continue
          const oldestMs = nowMs - group.retentionDays * 86_400_000
          for (const stream of self.streams(group.name, '')) removed += removeOldEvents(stream.id, oldestMs)
        }
        return removed
      }),
  }
  return self
}

function groupRow(row: Row): LogGroupRow {
  return {
    name: String(row['name']),
    createdMs: Number(row['created_ms']),
    retentionDays: optional(row['retention_days']),
    tags: JSON.parse(String(row['tags'])) as Record<string, string>,
  }
}

function streamRow(row: Row): LogStreamRow {
  return {
    id: Number(row['id']),
    group: String(row['group_name']),
    name: String(row['name']),
    createdMs: Number(row['created_ms']),
    firstEventMs: optional(row['first_event_ms']),
    lastEventMs: optional(row['last_event_ms']),
    lastIngestionMs: optional(row['last_ingestion_ms']),
    storedBytes: Number(row['stored_bytes']),
  }
}

function eventRow(row: Row): LogEventRow {
  return {
    streamId: Number(row['stream_id']),
    timeMs: Number(row['time_ms']),
    seq: Number(row['seq']),
    ingestionMs: Number(row['ingestion_ms']),
    message: String(row['message']),
  }
}

function optional(value: string | number | null | undefined): number | undefined {
  return value === null || value === undefined ? undefined : Number(value)
}
