import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { messageOf, SkyloopError } from '../../../core/errors.ts'
import { isUnreadable, type ProfiledImage } from '../image-profile.ts'

/**
 * Profiles of images that were measured before: by the revision of a file or object, so that what is known need not be
 * read, and behind it by content, so that what was copied, moved or uploaded need not be decoded again.
 */
export interface ProfileCache extends Disposable {
  /** By revision; the profile's path is the one asked for. */
  find(path: string, revision: string): ProfiledImage | undefined
  /** Notes what was measured. Written in batches and at the latest when the cache is closed. */
  add(image: ProfiledImage, revision: string): void
  /** Images whose content is known. */
  readonly size: number
}

/** A reader for a thread that only asks by content. */
export interface ContentLookup extends Disposable {
  find(path: string, contentHash: string): ProfiledImage | undefined
}

/** Raised whenever a measure changes its meaning: entries of other versions are never found. */
const MEASURES_VERSION = 1
const BATCH = 200

/** Fails for reasons outside the file itself are tried again each time. */
const LASTING_ERRORS = new Set(['data.image.empty', 'data.image.corrupt', 'data.image.too-large'])

/** @throws SkyloopError `data.profile.cache` when the file cannot be opened or is no cache */
export function openProfileCache(file: string): ProfileCache {
  return guarded(file, () => {
    mkdirSync(dirname(file), { recursive: true })
    const db = new DatabaseSync(file, { timeout: 10_000 })
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
      CREATE TABLE IF NOT EXISTS revisions (revision TEXT, version INTEGER, content TEXT NOT NULL,
        PRIMARY KEY (revision, version)) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS profiles (content TEXT, version INTEGER, profile TEXT NOT NULL,
        PRIMARY KEY (content, version)) WITHOUT ROWID;`)
    const byRevision = db.prepare(
      'SELECT profile FROM revisions JOIN profiles USING (content, version) WHERE revision = ? AND version = ?',
    )
    const addRevision = db.prepare('INSERT OR REPLACE INTO revisions VALUES (?, ?, ?)')
    const addProfile = db.prepare('INSERT OR REPLACE INTO profiles VALUES (?, ?, ?)')
    const count = db.prepare('SELECT count(*) AS n FROM profiles WHERE version = ?')
    let waiting: { image: ProfiledImage; revision: string }[] = []
    const flush = (): void => {
      if (waiting.length === 0) return
      db.exec('BEGIN IMMEDIATE')
      try {
        for (const { image, revision } of waiting) {
          addRevision.run(revision, MEASURES_VERSION, image.contentHash as string)
          addProfile.run(image.contentHash as string, MEASURES_VERSION, JSON.stringify(image))
        }
        db.exec('COMMIT')
      } catch (error) {
        db.exec('ROLLBACK')
        throw error
      }
      waiting = []
    }
    return {
      find: (path, revision) => {
        const row = byRevision.get(revision, MEASURES_VERSION) as { profile: string } | undefined
        return row && restore(row.profile, path)
      },
      add: (image, revision) => {
        if (image.contentHash === undefined) return
        if (isUnreadable(image) && !LASTING_ERRORS.has(image.error.code)) return
        waiting.push({ image, revision })
        if (waiting.length >= BATCH) guarded(file, flush)
      },
      get size() {
        return (count.get(MEASURES_VERSION) as { n: number }).n
      },
      [Symbol.dispose]: () => {
        try {
          guarded(file, flush)
        } finally {
          db.close()
        }
      },
    }
  })
}

/** @throws SkyloopError `data.profile.cache` when it cannot be opened */
export function openContentLookup(file: string): ContentLookup {
  return guarded(file, () => {
    const db = new DatabaseSync(file, { readOnly: true, timeout: 10_000 })
    const byContent = db.prepare('SELECT profile FROM profiles WHERE content = ? AND version = ?')
    return {
      find: (path, contentHash) => {
        const row = byContent.get(contentHash, MEASURES_VERSION) as { profile: string } | undefined
        return row && restore(row.profile, path)
      },
      [Symbol.dispose]: () => db.close(),
    }
  })
}

function restore(json: string, path: string): ProfiledImage {
  return { ...(JSON.parse(json) as ProfiledImage), path }
}

function guarded<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw new SkyloopError({
      code: 'data.profile.cache',
      fault: 'machine',
      message: `the cache ${file} cannot be used: ${messageOf(error)}`,
      hint: 'delete it, name another folder with --cache, or go without with --no-cache',
      cause: error,
    })
  }
}
