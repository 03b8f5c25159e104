import { startEngine } from '../src/engine/start.ts'

/** An engine in a process of its own: `node bench/engine-process.ts HOME` prints its URL and its admin's keys. */
const engine = await startEngine({ home: process.argv[2] ?? '.skyloop', port: 0 })
console.log(JSON.stringify({ url: engine.url, credentials: engine.adminCredentials }))
process.once('SIGTERM', () => void engine.stop())
