/**
 * Computes the step again at which a training diverged, and says what is not a number:
 *
 *   node tools/replay-batch.ts <checkpoint folder>/diverged-batch.safetensors
 */
import { replayBatch } from '../src/yolo/train/replay-batch.ts'

const path = process.argv[2]
if (path === undefined) throw new Error('give the path of diverged-batch.safetensors')
const { loss, notFinite, largestWeight } = await replayBatch(path)
console.log(`loss: box ${loss.box}, class ${loss.cls}, distribution ${loss.dfl}`)
console.log(`largest weight: ${largestWeight.size} in ${largestWeight.name}`)
console.log(notFinite.length === 0 ? 'everything is finite' : `not finite:\n  ${notFinite.join('\n  ')}`)
