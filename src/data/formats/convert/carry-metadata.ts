import { readdir } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { readImageMetadata } from '../image-metadata.ts'
import { openTextSink, type TextSink } from '../text-file.ts'

/** What is known of images beside their labels (flight, altitude), taken along to the target. */
export interface MetadataCarrier {
  /**
   * @param file the image relative to its root; undefined where there is no file, and then nothing is known
   * @param target its place in the target
   */
  carry(file: string | undefined, target: string): Promise<void>
  close(): Promise<void>
}

/**
 * Lines of the `metadata.jsonl` files below an image root go to one at the top of the target, under the images' new names.
 * No file is written when nothing is known.
 *
 * @throws SkyloopError `data.metadata`, `core.json` when a line cannot be read
 */
export async function openMetadataCarrier(imageRoot: string, output: string): Promise<MetadataCarrier> {
  const entries = await readdir(imageRoot, { withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  const known = await readImageMetadata(imageRoot, folders)
  let sink: TextSink | undefined
  return {
    carry: async (file, target) => {
      const found = file === undefined ? undefined : known.get(posix.normalize(file))
      if (!found) return
      sink ??= await openTextSink(join(output, 'metadata.jsonl'))
      await sink.write(`${JSON.stringify({ ...found, image: target })}\n`)
    },
    close: async () => {
      await sink?.close()
    },
  }
}
