import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Contender } from './harness.ts'

/**
 * A contender in a process of its own. It says `{"version": "..."}` when it is ready, then answers every line `run` with
 * `{"value": number}`, and stands still in between; it ends when its input does.
 *
 * @throws Error with the process' own words when it ends before it is ready
 */
export async function lineContender(name: string, child: ChildProcessWithoutNullStreams): Promise<Contender> {
  const errors: string[] = []
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const answer = async (): Promise<Record<string, unknown>> => {
    for (;;) {
      const { value, done } = await lines.next()
      if (done) throw new Error(`${name} ended: ${errors.join('').slice(-2000)}`)
      // Libraries print their own lines between ours.
      if (value.startsWith('{"')) return JSON.parse(value) as Record<string, unknown>
    }
  }
  const { version } = await answer()
  return {
    name,
    version: String(version),
    sample: async () => {
      child.stdin.write('run\n')
      return Number((await answer())['value'])
    },
    close: async () => {
      const closed = new Promise((resolve) => child.once('close', resolve))
      child.stdin.end()
      await closed
    },
  }
}
