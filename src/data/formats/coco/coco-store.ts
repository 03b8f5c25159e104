import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** Annotations by image, kept on disk: a COCO file lists them in any order, and may hold more than memory does. */
export interface CocoStore extends AsyncDisposable {
  /** @returns false when the number was given before */
  addImage(id: string, value: string): boolean
  addAnnotation(id: string | undefined, imageId: string, value: string): boolean
  /** Images in the order in which they were added. */
  images(): IterableIterator<{ id: string; value: string }>
  /** In the order in which they were added. */
  annotationsOf(imageId: string): string[]
  /** Annotations of images that were never added. */
  orphans(): IterableIterator<{ imageId: string; value: string }>
}

/** Rows written between two commits. */
const BATCH = 20_000

export async function openCocoStore(): Promise<CocoStore> {
  const folder = await mkdtemp(join(tmpdir(), 'skyloop-coco-'))
  const db = new DatabaseSync(join(folder, 'annotations.db'))
  // The file is a scratch pad: nothing of it is worth a write to the disk's platter.
  db.exec(
    'PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768; PRAGMA temp_store = FILE',
  )
  db.exec(`CREATE TABLE image (n INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, value TEXT NOT NULL);
    CREATE TABLE annotation (n INTEGER PRIMARY KEY, id TEXT UNIQUE, image TEXT NOT NULL, value TEXT NOT NULL);
    BEGIN`)
  const putImage = db.prepare('INSERT OR IGNORE INTO image (id, value) VALUES (?, ?)')
  const putAnnotation = db.prepare('INSERT OR IGNORE INTO annotation (id, image, value) VALUES (?, ?, ?)')
  let rows = 0
  let isIndexed = false
  const commit = (): void => {
    if (++rows % BATCH === 0) db.exec('COMMIT; BEGIN')
  }
  const index = (): void => {
    if (!isIndexed) db.exec('COMMIT; CREATE INDEX by_image ON annotation (image, n); BEGIN')
    isIndexed = true
  }
  return {
    addImage: (id, value) => {
      commit()
      return putImage.run(id, value).changes === 1
    },
    addAnnotation: (id, imageId, value) => {
      commit()
      return putAnnotation.run(id ?? null, imageId, value).changes === 1
    },
    images: () => {
      index()
      return db.prepare('SELECT id, value FROM image ORDER BY n').iterate() as IterableIterator<{
        id: string
        value: string
      }>
    },
    annotationsOf: (imageId) =>
      db
        .prepare('SELECT value FROM annotation WHERE image = ? ORDER BY n')
        .all(imageId)
        .map((row) => row['value'] as string),
    orphans: () => {
      index()
      return db
        .prepare('SELECT image AS imageId, value FROM annotation WHERE image NOT IN (SELECT id FROM image) ORDER BY n')
        .iterate() as IterableIterator<{ imageId: string; value: string }>
    },
    [Symbol.asyncDispose]: async () => {
      db.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
